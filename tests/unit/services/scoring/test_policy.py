"""A scoring policy must give every score exactly one band."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from services.scoring.domain.policy import DEFAULT_BANDS, Band, ScoringPolicy
from shared.contracts.values import Text

EXCELLENT, GOOD, PASS, POOR = DEFAULT_BANDS


def again(band: Band, minimum: int) -> Band:
    return Band(id=band.id, label=Text(zh="再", en="Again"), minimum=Decimal(minimum))


def test_the_shipped_bands_are_those_of_the_domain() -> None:
    assert [(band.id, int(band.minimum)) for band in ScoringPolicy().bands] == [
        ("excellent", 90),
        ("good", 80),
        ("pass", 60),
        ("poor", 0),
    ]


@pytest.mark.parametrize(
    "bands",
    [
        pytest.param((), id="none"),
        pytest.param((POOR, EXCELLENT), id="upside down"),
        pytest.param((EXCELLENT, PASS), id="low scores have no band"),
        pytest.param((EXCELLENT, again(GOOD, 90), POOR), id="two begin at the same points"),
        pytest.param((EXCELLENT, again(EXCELLENT, 50), POOR), id="two of one name"),
    ],
)
def test_bands_that_leave_a_score_without_its_one_band_are_refused(bands: tuple[Band, ...]) -> None:
    with pytest.raises(ValidationError):
        ScoringPolicy(bands=bands)


def test_a_formula_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValidationError):
        ScoringPolicy.model_validate({"formula_version": 2})
