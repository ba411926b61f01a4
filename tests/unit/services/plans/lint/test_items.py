"""Rules on items: how many a category has, and that each belongs to one."""

import pytest

from shared.contracts.words import Severity
from tests.unit.services.plans.build import GOOD, category, plan, template
from tests.unit.services.plans.lint.running import FREE, found, only


@pytest.mark.parametrize(("count", "marked"), [(1, True), (2, False), (3, False), (4, True)])
def test_a_category_has_as_many_items_as_asked(count: int, marked: bool) -> None:
    by = template([category("core", items_min=2, items_max=3), category("weak")])
    lines = [("core", "5")] * count + [("weak", str(100 - 5 * count))]
    findings = found("items.count", plan(*lines), by)
    assert [(one.path, one.severity) for one in findings] == [
        ("categories.core.items", Severity.BLOCK)
    ] * marked


def test_an_item_without_a_share_does_not_fill_a_category() -> None:
    by = template([category("core", items_min=2), category("weak", share_min=10)])
    content = plan(("core", "100"), ("core", "0"), ("weak", "0"))
    assert only(found("items.count", content, by)).parameters["count"] == "1"
    assert only(found("items.empty_category", content, by)).path == "categories.weak.items"


def test_a_category_that_must_have_a_share_must_have_an_item() -> None:
    by = template([category("core"), category("weak", share_min=20)])
    finding = only(found("items.empty_category", plan(("core", "100")), by))
    assert (finding.severity, finding.parameters["minimum"]) == (Severity.BLOCK, "20")


def test_a_category_that_may_be_left_out_may_be_empty() -> None:
    by = template([category("core"), category("weak")])
    assert found("items.empty_category", plan(("core", "100")), by) == []


def test_an_item_of_a_category_that_the_template_does_not_know_is_marked_at_its_place() -> None:
    finding = only(found("items.unknown_category", plan(("core", "60"), ("hobby", "40")), FREE))
    assert (finding.severity, finding.path) == (Severity.BLOCK, "items[1].category")
    assert finding.parameters == {"category": "hobby", "known": "core, routine"}


@pytest.mark.parametrize("code", ["items.count", "items.empty_category", "items.unknown_category"])
def test_a_plan_that_keeps_to_its_template_passes(code: str) -> None:
    assert found(code, GOOD) == []
