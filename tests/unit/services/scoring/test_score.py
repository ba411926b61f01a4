"""From frozen figures to a score: the golden numbers of domain section 16 and what must always hold."""

from decimal import Decimal

import pytest

from services.scoring.domain.policy import ScoringPolicy
from services.scoring.domain.score import score_plan
from shared.contracts.plan import ClosedPlan
from shared.contracts.scoring import Score
from tests.unit.services.scoring.build import (
    ALL_OR_NOTHING,
    BINARY,
    actual,
    closed,
    count,
    item,
    metric,
    rule,
    staged,
)

POLICY = ScoringPolicy(version=3)
TEMPLATE = [rule("core"), rule("weak"), rule("innovation", ALL_OR_NOTHING), rule("routine")]


def month(shares: tuple[int, int, int, int], done: tuple[int, int, int, int]) -> ClosedPlan:
    """One item per category, each a count of 100, with so many done."""
    names = ("core", "weak", "innovation", "routine")
    items = [item(name, share, name, count(100)) for name, share in zip(names, shares, strict=True)]
    figures = [actual(name, value) for name, value in zip(names, done, strict=True)]
    return closed(items, figures, TEMPLATE)


def numbers(*values: int) -> list[Decimal]:
    return [Decimal(value) for value in values]


def score(closed_plan: ClosedPlan, policy: ScoringPolicy = POLICY) -> Score:
    return score_plan(closed_plan, policy)


@pytest.mark.parametrize(
    ("shares", "done", "total", "band"),
    [
        ((40, 20, 15, 25), (80, 50, 0, 80), "62.00", "pass"),
        ((45, 20, 15, 20), (80, 100, 100, 100), "91.00", "excellent"),
        ((45, 20, 15, 20), (100, 100, 100, 100), "100.00", "excellent"),
        ((40, 20, 15, 25), (0, 0, 0, 0), "0.00", "poor"),
    ],
)
def test_golden_totals(
    shares: tuple[int, int, int, int], done: tuple[int, int, int, int], total: str, band: str
) -> None:
    result = score(month(shares, done))
    assert (str(result.total), result.exact, result.band) == (total, Decimal(total), band)


@pytest.mark.parametrize(
    ("category", "share", "done", "points"),
    [
        ("core", 40, 100, 40),
        ("core", 40, 80, 32),
        ("weak", 20, 100, 20),
        ("weak", 20, 50, 10),
        ("innovation", 15, 100, 15),
        ("innovation", 15, 0, 0),
        ("innovation", 15, 99, 0),
        ("routine", 25, 100, 25),
        ("routine", 25, 80, 20),
    ],
)
def test_golden_points_of_a_category(category: str, share: int, done: int, points: int) -> None:
    plan = closed([item("a", share, category, count(100))], [actual("a", done)], TEMPLATE)
    (line,) = score(plan).lines
    assert (line.category, line.share, line.points) == (category, Decimal(share), Decimal(points))


@pytest.mark.parametrize(("value", "points"), [("95.0", "40"), ("94.96", "0")])
def test_golden_collection_rate_is_met_or_not_before_any_rounding(value: str, points: str) -> None:
    plan = closed([item("a", 40, measure=metric(95))], [actual("a", value)], [rule("core", ALL_OR_NOTHING)])
    assert score(plan).exact == Decimal(points)


def test_category_completion_is_weighted_by_the_shares_of_its_items() -> None:
    plan = closed(
        [item("a", 30, measure=count(10)), item("b", 10, measure=count(10))],
        [actual("a", 10), actual("b", 6)],
    )
    (line,) = score(plan).lines
    assert [line.share, line.completion, line.points] == numbers(40, 90, 36)
    assert [each.points for each in line.items] == numbers(30, 6)


def test_all_or_nothing_is_lost_by_one_item_below_its_target() -> None:
    items = [item("a", 10, measure=count(10)), item("b", 5, measure=BINARY)]
    rules = [rule("core", ALL_OR_NOTHING)]
    assert score(closed(items, [actual("a", 9), actual("b", 1)], rules)).exact == 0
    assert score(closed(items, [actual("a", 10), actual("b", 1)], rules)).exact == 15


def test_all_or_nothing_is_not_lost_by_an_item_without_a_share() -> None:
    items = [item("a", 15, measure=count(10)), item("b", 0, measure=BINARY)]
    rules = [rule("core", ALL_OR_NOTHING)]
    assert score(closed(items, [actual("a", 10), actual("b", 0)], rules)).exact == 15
    assert score(closed(items, [actual("a", 9), actual("b", 1)], rules)).exact == 0


def test_all_or_nothing_of_items_without_any_share_is_met_by_all_of_them() -> None:
    items = [item("a", 0, measure=BINARY), item("b", 0, measure=BINARY)]
    (line,) = score(closed(items, [actual("a", 1), actual("b", 0)], [rule("core", ALL_OR_NOTHING)])).lines
    assert line.completion == 0


def test_all_or_nothing_never_counts_more_than_100_per_cent() -> None:
    plan = closed([item("a", 10, measure=count(10))], [actual("a", 13)], [rule("core", ALL_OR_NOTHING, 150)])
    assert score(plan).exact == 10


def test_all_or_nothing_that_is_met_counts_up_to_a_cap_below_100() -> None:
    plan = closed([item("a", 10, measure=count(10))], [actual("a", 10)], [rule("core", ALL_OR_NOTHING, 80)])
    assert score(plan).exact == 8


def test_over_achievement_counts_up_to_the_cap_of_its_category() -> None:
    plan = closed([item("a", 50, measure=count(10))], [actual("a", 13)], [rule("core", cap=120)])
    assert score(plan).exact == 60


def test_the_total_is_clipped_to_the_cap_of_the_policy_and_the_sum_kept() -> None:
    plan = closed([item("a", 100, measure=count(10))], [actual("a", 12)], [rule("core", cap=120)])
    assert [score(plan).exact, score(plan).total] == numbers(120, 100)
    wider = ScoringPolicy(cap=Decimal(110))
    assert score(plan, wider).total == 110


def test_the_band_is_compared_before_rounding() -> None:
    plan = closed([item("a", 100, measure=count(100000))], [actual("a", 89995)])
    result = score(plan)
    assert (str(result.exact), str(result.total), result.band) == ("89.995", "90.00", "good")


@pytest.mark.parametrize(
    ("done", "total"), [("62.005", "62.01"), ("62.0049", "62.00"), ("62.015", "62.02"), ("99.999", "100.00")]
)
def test_the_total_is_rounded_once_half_up(done: str, total: str) -> None:
    plan = closed([item("a", 100, measure=count(100))], [actual("a", done)])
    assert str(score(plan).total) == total


@pytest.mark.parametrize(
    ("points", "band"),
    [
        ("90", "excellent"),
        ("89.99", "good"),
        ("80", "good"),
        ("79.99", "pass"),
        ("60", "pass"),
        ("59.99", "poor"),
    ],
)
def test_a_band_begins_at_its_minimum(points: str, band: str) -> None:
    plan = closed([item("a", 100, measure=count(100))], [actual("a", points)])
    assert score(plan).band == band


def test_thirds_add_up_to_a_whole_and_reach_their_band() -> None:
    stages = {"one": 1, "two": 1, "three": 1}
    items = [staged(name, 20, stages, name) for name in ("a", "b", "c")] + [item("d", 40, "d", BINARY)]
    figures = [actual("a", None, "one"), actual("b", None, "one"), actual("c", None, "one"), actual("d", 1)]
    assert score(closed(items, figures)).band == "pass"
    assert str(score(closed(items, figures)).exact) == "60"


def test_shares_of_99_99_score_99_99_at_most() -> None:
    items = [item(name, "33.33", name, BINARY) for name in ("a", "b", "c")]
    assert str(score(closed(items, [actual(name, 1) for name in "abc"])).total) == "99.99"


def test_items_without_a_figure_count_0_and_make_the_score_provisional() -> None:
    plan = closed(
        [item("a", 60, measure=BINARY), item("b", 40, measure=BINARY)], [actual("a", 1), actual("b")]
    )
    result = score(plan)
    assert (result.exact, result.provisional) == (Decimal(60), ("no_figure:b",))


def test_an_item_that_no_actual_names_has_no_figure() -> None:
    assert score(closed([item("a", 60, measure=BINARY)], [])).provisional == ("no_figure:a",)


def test_a_complete_score_is_not_provisional() -> None:
    assert score(month((40, 20, 15, 25), (80, 50, 0, 80))).provisional == ()


def test_a_category_the_template_does_not_know_is_counted_and_named() -> None:
    result = score(closed([item("a", 60, "extra", count(10))], [actual("a", 5)], [rule("core")]))
    assert (result.exact, result.provisional) == (Decimal(30), ("no_rule:extra",))


def test_items_without_share_bring_no_points() -> None:
    (line,) = score(closed([item("a", 0, measure=count(10))], [actual("a", 5)])).lines
    assert [line.share, line.completion, line.points] == numbers(0, 50, 0)


def test_lines_stand_in_the_order_of_the_template() -> None:
    items = [item("r", 25, "routine", BINARY), item("c", 75, "core", BINARY)]
    assert [line.category for line in score(closed(items, [], TEMPLATE)).lines] == ["core", "routine"]


def test_a_score_names_what_made_it() -> None:
    result = score_plan(month((40, 20, 15, 25), (80, 50, 0, 80)), POLICY, version=2)
    assert (result.version, result.formula_version, result.policy_version) == (2, 1, 3)
