"""Which figure of an item is frozen when its month is closed."""

from decimal import Decimal

from services.plans.domain.actuals import FedValue, fed_metrics, freeze
from shared.contracts.plan import Actual, Item, Links, PlanContent
from tests.unit.services.plans.build import DONE_OR_NOT, NOW, item, reported, stages

FED = {
    "revenue": FedValue(
        metric="revenue", month="2026-03", value=Decimal("97.5"), source="erp", version=3, at=NOW
    )
}
LINKED = Links(metric="revenue")


def frozen(
    line: Item, *entries: tuple[str, int, str | None], fed: dict[str, FedValue] | None = None
) -> Actual:
    """The actual of one item with entries of (value, day, milestone)."""
    reports = [reported(n, line.id, value, day, mark) for n, (value, day, mark) in enumerate(entries, 1)]
    return freeze(PlanContent(items=(line,)), reports, fed or {})[0]


def test_the_entry_effective_last_is_frozen_with_its_row() -> None:
    actual = frozen(item("a", "core", "40"), ("95", 20, None), ("90", 10, None))
    assert (actual.value, actual.source, actual.at) == (Decimal(95), "progress:1", NOW)


def test_an_item_nobody_reported_on_has_no_value() -> None:
    assert frozen(item("a", "core", "40")) == Actual(item="a", value=None, source="none", at=None)


def test_a_fed_value_wins_over_anything_entered_by_hand() -> None:
    actual = frozen(item("a", "core", "40", links=LINKED), ("99", 31, None), fed=FED)
    assert (actual.value, actual.source) == (Decimal("97.5"), "metric:revenue:2026-03:v3")


def test_without_a_fed_value_a_linked_item_keeps_what_was_entered() -> None:
    actual = frozen(item("a", "core", "40", links=LINKED), ("99", 31, None))
    assert (actual.value, actual.source) == (Decimal(99), "progress:1")


def test_a_metric_is_no_figure_for_an_item_that_is_done_or_not() -> None:
    actual = frozen(item("a", "core", "40", DONE_OR_NOT, links=LINKED), ("1", 31, None), fed=FED)
    assert (actual.value, actual.source) == (Decimal(1), "progress:1")


def test_milestones_done_are_frozen_in_the_order_of_the_item() -> None:
    actual = frozen(stages("a", "design", "test", "launch"), ("1", 9, "test"), ("1", 8, "design"))
    assert (actual.value, actual.milestones, actual.source) == (None, ("design", "test"), "progress:1")


def test_that_no_milestone_is_done_is_a_figure_when_somebody_said_so() -> None:
    actual = frozen(stages("a", "design"), ("0", 9, "design"))
    assert (actual.milestones, actual.source) == ((), "progress:1")


def test_every_item_has_an_actual_in_the_order_of_the_plan() -> None:
    content = PlanContent(items=(item("b", "core", "50"), item("a", "core", "50")))
    assert [actual.item for actual in freeze(content, [], {})] == ["b", "a"]


def test_the_metrics_of_a_plan_are_those_its_items_are_linked_to() -> None:
    content = PlanContent(items=(item("b", "core", "50", links=LINKED), item("a", "core", "50")))
    assert fed_metrics(content) == {"revenue"}
