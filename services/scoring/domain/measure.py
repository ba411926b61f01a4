"""How far an item got: the completion of each kind of measure in per cent (domain section 5)."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.scoring.domain.figures import HUNDRED, clipped
from shared.contracts.plan import (
    Actual,
    BinaryMeasure,
    CountMeasure,
    Item,
    MetricMeasure,
    MilestonesMeasure,
)
from shared.contracts.words import Direction

NO_FIGURE = "no_figure"
NO_MILESTONES = "no_milestones"
WORSE_THAN_BASELINE = "worse_than_baseline"


@dataclass(frozen=True)
class Completion:
    """How far an item got: ``raw`` per cent before clipping (None without a figure), ``counted`` after."""

    raw: Fraction | None
    counted: Fraction
    remark: str = ""

    @property
    def met(self) -> bool:
        """Whether the target was reached; the cap of a category takes nothing of that away."""
        return self.raw is not None and self.raw >= HUNDRED


def completion(item: Item, actual: Actual, cap: Decimal) -> Completion:
    """The completion of ``item`` with its frozen figure, clipped to 0 … ``cap`` per cent.

    An item without a measure is done or not done. An item without a figure counts 0.
    """
    raw, remark = _raw(item, actual)
    counted = Fraction(0) if raw is None else clipped(raw, Fraction(cap))
    return Completion(raw, counted, remark)


def _raw(item: Item, actual: Actual) -> tuple[Fraction | None, str]:
    if isinstance(item.measure, MilestonesMeasure):
        return _milestones(item, actual)
    if actual.value is None:
        return None, NO_FIGURE
    value = Fraction(actual.value)
    match item.measure:
        case MetricMeasure() as measure:
            return _metric(measure, value)
        case CountMeasure() as measure:
            return value / Fraction(measure.planned) * HUNDRED, ""
        case BinaryMeasure() | None:
            return (HUNDRED if value >= 1 else Fraction(0)), ""


def _milestones(item: Item, actual: Actual) -> tuple[Fraction | None, str]:
    """The weighted share done; that nothing is done is a figure only when somebody reported it."""
    whole = sum((Fraction(milestone.weight) for milestone in item.milestones), Fraction(0))
    if not whole:
        return Fraction(0), NO_MILESTONES
    if not actual.milestones and actual.source == "none":
        return None, NO_FIGURE
    done = (milestone for milestone in item.milestones if milestone.id in actual.milestones)
    return sum((Fraction(milestone.weight) for milestone in done), Fraction(0)) / whole * HUNDRED, ""


def _metric(measure: MetricMeasure, actual: Fraction) -> tuple[Fraction, str]:
    target = Fraction(measure.target)
    met = actual >= target if measure.direction is Direction.HIGHER else actual <= target
    if measure.baseline is None:
        return _without_baseline(measure.direction, target, actual, met), ""
    return _from_baseline(measure.direction, Fraction(measure.baseline), target, actual)


def _without_baseline(direction: Direction, target: Fraction, actual: Fraction, met: bool) -> Fraction:
    """Actual over target, upside down when lower is better.

    A target of 0 or below has no such ratio: it is met or not.
    """
    if direction is Direction.HIGHER and target > 0:
        return actual / target * HUNDRED
    if met:
        return HUNDRED
    return target / actual * HUNDRED if direction is Direction.LOWER and target > 0 else Fraction(0)


def _from_baseline(
    direction: Direction, baseline: Fraction, target: Fraction, actual: Fraction
) -> tuple[Fraction, str]:
    """The part of the way from baseline to target.

    A target no better than its baseline leaves no way to go: it is kept, or things got worse.
    """
    sign = 1 if direction is Direction.HIGHER else -1
    way, gone, beyond = sign * (target - baseline), sign * (actual - baseline), sign * (actual - target)
    if way <= 0:
        return (HUNDRED, "") if beyond >= 0 else (Fraction(0), WORSE_THAN_BASELINE)
    raw = gone / way * HUNDRED
    return raw, WORSE_THAN_BASELINE if gone < 0 else ""
