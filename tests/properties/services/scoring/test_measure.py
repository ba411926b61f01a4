"""The completion of each kind of measure (domain section 5)."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain.measure import completion
from shared.contracts.plan import Actual, Measure
from shared.contracts.words import Direction
from tests.unit.services.scoring.build import Number, actual, item, metric

HIGHER, LOWER = Direction.HIGHER, Direction.LOWER
HUNDRED = Decimal(100)


def counted(measure: Measure | None, value: Number | None, cap: Number = 100) -> Fraction:
    return completion(item("a", 10, measure=measure), actual("a", value), Decimal(cap)).counted


quantities = st.decimals(-(10**6), 10**6, places=3, allow_nan=False, allow_infinity=False)
metrics = st.builds(metric, quantities, st.none() | quantities, st.sampled_from(Direction))


@settings(max_examples=60, deadline=None)
@given(metrics, quantities, quantities)
def test_a_better_figure_never_completes_less(measure: Measure, one: Decimal, other: Decimal) -> None:
    worse, better = sorted((one, other), reverse=getattr(measure, "direction", HIGHER) is LOWER)
    assert counted(measure, worse, 150) <= counted(measure, better, 150)


@settings(max_examples=60, deadline=None)
@given(metrics, quantities, st.decimals("0.1", 500, places=1))
def test_completion_stays_within_0_and_the_cap(measure: Measure, value: Decimal, cap: Decimal) -> None:
    assert 0 <= counted(measure, value, cap) <= Fraction(cap)


@settings(max_examples=60, deadline=None)
@given(metrics, quantities)
def test_met_is_what_comparing_the_figure_with_the_target_says(measure: Measure, value: Decimal) -> None:
    line = item("a", 10, measure=measure)
    reached = completion(line, Actual(item="a", value=value), HUNDRED).met
    target = getattr(measure, "target", Decimal(0))
    assert reached == (
        value >= target if getattr(measure, "direction", HIGHER) is HIGHER else value <= target
    )
