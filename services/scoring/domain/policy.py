"""What a company sets for its scores: the bands, the cap and the formula, as versioned data."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.contracts.values import Code, Quantity, Text, Value, unfit

Points = Annotated[Quantity, Field(ge=0, le=500)]


class Band(Value):
    """A band of scores from ``minimum`` points up to the next band."""

    id: Code
    label: Text
    minimum: Points


DEFAULT_BANDS = (
    Band(id="excellent", label=Text(zh="优秀", en="Excellent"), minimum=Decimal(90)),
    Band(id="good", label=Text(zh="良好", en="Good"), minimum=Decimal(80)),
    Band(id="pass", label=Text(zh="合格", en="Pass"), minimum=Decimal(60)),
    Band(id="poor", label=Text(zh="不合格", en="Poor"), minimum=Decimal(0)),
)


class ScoringPolicy(Value):
    """How completion becomes a score: ``bands`` best first, ``cap`` the highest total (domain section 12).

    ``formula_version`` names the arithmetic; a change of it is a new number beside the old one.
    """

    version: Annotated[int, Field(ge=0)] = 1
    formula_version: Literal[1] = 1
    cap: Points = Decimal(100)
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=20)] = DEFAULT_BANDS

    @model_validator(mode="after")
    def _bands_cover_every_score(self) -> "ScoringPolicy":
        minima = [band.minimum for band in self.bands]
        if minima != sorted(set(minima), reverse=True):
            raise unfit("bands_out_of_order")
        if minima[-1] != 0:
            raise unfit("last_band_above_zero")
        if len({band.id for band in self.bands}) < len(self.bands):
            raise unfit("band_id_twice")
        return self

    def band(self, points: Fraction) -> Band:
        """The band of ``points``, which are compared before rounding: 89.995 is below 90."""
        return next(band for band in self.bands if points >= Fraction(band.minimum))
