"""The completion of each kind of measure (domain section 5)."""

from decimal import Decimal
from fractions import Fraction

import pytest

from services.scoring.domain.measure import completion
from shared.contracts.plan import Measure, MilestonesMeasure
from shared.contracts.words import Direction
from tests.unit.services.scoring.build import BINARY, Number, actual, count, item, metric, staged

HIGHER, LOWER = Direction.HIGHER, Direction.LOWER
HUNDRED = Decimal(100)


def counted(measure: Measure | None, value: Number | None, cap: Number = 100) -> Fraction:
    return completion(item("a", 10, measure=measure), actual("a", value), Decimal(cap)).counted


def remark(measure: Measure | None, value: Number | None) -> str:
    return completion(item("a", 10, measure=measure), actual("a", value), HUNDRED).remark


@pytest.mark.parametrize(
    ("measure", "value", "expected"),
    [
        pytest.param(metric(3, 8, LOWER), 3, 100, id="scrap 8 to 3 reached"),
        pytest.param(metric(3, 8, LOWER), "5.5", 50, id="scrap 8 to 3 half way"),
        pytest.param(metric(3, 8, LOWER), 9, 0, id="scrap worse than it was"),
        pytest.param(metric(3, 8, LOWER), 8, 0, id="scrap as it was"),
        pytest.param(metric(115, 100), "107.5", 50, id="higher half way"),
        pytest.param(metric(115, 100), 100, 0, id="higher unmoved"),
        pytest.param(metric(115, 100), 90, 0, id="higher fell"),
        pytest.param(metric(5, -5), 0, 50, id="through zero"),
        pytest.param(metric(95, 95), 95, 100, id="baseline is target and kept"),
        pytest.param(metric(95, 95), "94.99", 0, id="baseline is target and lost"),
        pytest.param(metric(3, 3, LOWER), 2, 100, id="lower, baseline is target, bettered"),
        pytest.param(metric(3, 3, LOWER), "3.01", 0, id="lower, baseline is target, lost"),
        pytest.param(metric(90, 100), 95, 100, id="a target below its baseline is kept"),
        pytest.param(metric(90, 100), 89, 0, id="a target below its baseline is lost"),
        pytest.param(metric(95), "95.0", 100, id="equality counts as met"),
        pytest.param(metric(80), 60, 75, id="actual over target"),
        pytest.param(metric(80), -10, 0, id="negative actual"),
        pytest.param(metric(4, None, LOWER), 3, 100, id="lower without baseline, better"),
        pytest.param(metric(4, None, LOWER), 5, 80, id="lower without baseline, target over actual"),
        pytest.param(metric(0, None, LOWER), 0, 100, id="lower, target 0 reached"),
        pytest.param(metric(0, None, LOWER), 1, 0, id="lower, target 0 missed"),
        pytest.param(metric(0), 0, 100, id="higher, target 0 reached"),
        pytest.param(metric(0), -1, 0, id="higher, target 0 missed"),
        pytest.param(metric(-5), -10, 0, id="a loss of 10 does not meet a loss of 5"),
        pytest.param(metric(-5), -5, 100, id="a loss of 5 meets a loss of 5"),
        pytest.param(metric(-5, None, LOWER), -3, 0, id="a cut of 3 does not meet a cut of 5"),
        pytest.param(count(3), 2, Fraction(200, 3), id="two of three"),
        pytest.param(count(3), 4, 100, id="more than planned is clipped"),
        pytest.param(BINARY, 1, 100, id="done"),
        pytest.param(BINARY, 0, 0, id="not done"),
        pytest.param(BINARY, "0.9", 0, id="nearly done is not done"),
        pytest.param(None, 1, 100, id="without a measure, done"),
        pytest.param(None, 0, 0, id="without a measure, not done"),
    ],
)
def test_completion_of_a_figure(measure: Measure | None, value: Number, expected: Fraction | int) -> None:
    assert counted(measure, value) == expected


def test_a_collection_rate_just_below_its_target_is_not_rounded_up_to_met() -> None:
    result = completion(item("a", 10, measure=metric(95)), actual("a", "94.96"), HUNDRED)
    assert not result.met
    assert result.counted == Fraction(9496, 95)


@pytest.mark.parametrize(
    ("measure", "value"), [(metric(3, 8, LOWER), 9), (metric(115, 100), 99), (metric(95, 95), 94)]
)
def test_worse_than_the_baseline_is_remarked(measure: Measure, value: int) -> None:
    assert remark(measure, value) == "worse_than_baseline"


def test_unmoved_from_the_baseline_is_not_remarked() -> None:
    assert remark(metric(3, 8, LOWER), 8) == ""


def test_over_achievement_is_clipped_to_the_cap_and_shown_raw() -> None:
    result = completion(item("a", 10, measure=metric(100)), actual("a", 150), Decimal(120))
    assert (result.raw, result.counted) == (Fraction(150), Fraction(120))


def test_a_cap_below_100_does_not_unmake_a_met_target() -> None:
    result = completion(item("a", 10, measure=metric(100)), actual("a", 100), Decimal(80))
    assert (result.counted, result.met) == (Fraction(80), True)


@pytest.mark.parametrize("measure", [metric(3), count(3), BINARY, None])
def test_without_a_figure_an_item_counts_0_and_says_so(measure: Measure | None) -> None:
    assert counted(measure, None) == 0
    assert remark(measure, None) == "no_figure"


def test_milestones_count_by_weight() -> None:
    line = staged("a", 10, {"analysis": 1, "prototype": 2, "launch": 1})
    result = completion(line, actual("a", None, "analysis", "prototype"), HUNDRED)
    assert result.counted == 75


def test_a_milestone_the_item_does_not_have_counts_nothing() -> None:
    result = completion(staged("a", 10, {"analysis": 1}), actual("a", None, "gone"), HUNDRED)
    assert result.counted == 0


def test_milestones_nobody_reported_on_are_a_missing_figure() -> None:
    result = completion(staged("a", 10, {"analysis": 1}), actual("a"), HUNDRED)
    assert (result.raw, result.remark) == (None, "no_figure")


def test_milestones_reported_as_open_are_a_figure_of_0() -> None:
    result = completion(staged("a", 10, {"analysis": 1}), actual("a", source="progress:4"), HUNDRED)
    assert (result.raw, result.remark) == (Fraction(0), "")


def test_an_item_to_be_measured_by_milestones_it_does_not_have_counts_0() -> None:
    result = completion(item("a", 10, measure=MilestonesMeasure()), actual("a", 1), HUNDRED)
    assert (result.counted, result.remark) == (Fraction(0), "no_milestones")
