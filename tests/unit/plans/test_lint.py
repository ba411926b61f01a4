"""What the plan linter marks, and what it lets pass."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.plans.domain.lint import blocking, lint, unknown_rules
from services.plans.domain.rules import RULE_CODES
from shared.contracts.plan import Finding, MilestonesMeasure, PlanContent, Template
from shared.contracts.words import Severity
from tests.unit.plans.build import (
    DONE_OR_NOT,
    GOOD,
    category,
    item,
    plan,
    stages,
    template,
)

FREE = template([category("core"), category("routine")])


def codes(content: PlanContent, by: Template) -> list[str]:
    """The codes of the findings."""
    return [finding.code for finding in lint(content, by)]


def only(findings: Sequence[Finding]) -> Finding:
    """The one finding there is."""
    assert len(findings) == 1
    return findings[0]


def test_a_plan_that_keeps_to_its_template_has_no_finding() -> None:
    assert lint(GOOD, template()) == ()


@pytest.mark.parametrize(
    ("shares", "marked"),
    [
        (("100",), False),
        (("33.33", "33.33", "33.33"), False),
        (("50", "50.01"), False),
        (("50", "49.989"), True),
        (("50", "50.011"), True),
        (("50",), True),
        ((), True),
        (("0",), True),
    ],
)
def test_shares_must_sum_to_100_within_a_hundredth(shares: tuple[str, ...], marked: bool) -> None:
    found = codes(plan(*(("core", share) for share in shares)), FREE)
    assert ("share.total" in found) is marked


def test_a_wrong_total_says_what_is_missing() -> None:
    finding = only(lint(plan(("core", "90.5")), FREE))
    assert (finding.severity, finding.path) == (Severity.BLOCK, "items")
    assert finding.parameters == {"total": "90.5", "gap": "9.5"}


@pytest.mark.parametrize(("core", "marked"), [("30", True), ("39.999", True), ("40", False), ("45", False)])
def test_core_below_its_minimum_is_marked_and_at_it_passes(core: str, marked: bool) -> None:
    found = codes(plan(("core", core), ("weak", "20"), ("innovation", "15")), template())
    assert ("share.category_min" in found) is marked


def test_a_category_below_its_minimum_is_named_with_its_numbers() -> None:
    content = plan(("core", "30"), ("weak", "30"), ("innovation", "15"), ("routine", "25"))
    finding = only(lint(content, template()))
    assert (finding.code, finding.severity) == ("share.category_min", Severity.BLOCK)
    assert finding.path == "categories.core.share"
    assert finding.parameters == {
        "category": "core",
        "label_zh": "核心任务",
        "label_en": "Core work",
        "share": "30",
        "minimum": "40",
    }


def test_the_items_of_a_category_count_together() -> None:
    content = plan(("core", "15"), ("weak", "60"), ("core", "25"))
    assert codes(content, template([category("core", share_min=40), category("weak")])) == []


@pytest.mark.parametrize(("share", "marked"), [("20", False), ("20.001", True)])
def test_a_category_above_its_maximum_is_marked_and_at_it_passes(share: str, marked: bool) -> None:
    by = template([category("core"), category("weak", share_max=20)])
    assert ("share.category_max" in codes(plan(("core", "80"), ("weak", share)), by)) is marked


@pytest.mark.parametrize(("routine", "marked"), [("30.00", False), ("30.01", True)])
def test_routine_passes_at_its_limit_and_is_marked_above_it(routine: str, marked: bool) -> None:
    assert ("share.routine" in codes(plan(("core", "70"), ("routine", routine)), FREE)) is marked


def test_too_much_routine_warns_and_does_not_block() -> None:
    findings = lint(plan(("core", "60"), ("routine", "40")), FREE)
    assert only(findings).severity is Severity.WARN
    assert blocking(findings) == ()


def test_the_routine_limit_is_the_template_s() -> None:
    assert codes(plan(("core", "60"), ("routine", "40")), template(FREE.categories, routine_limit=40)) == []


@pytest.mark.parametrize(("count", "marked"), [(1, True), (2, False), (3, False), (4, True)])
def test_a_category_has_as_many_items_as_asked(count: int, marked: bool) -> None:
    by = template([category("core", items_min=2, items_max=3), category("weak")])
    lines = [("core", "5")] * count + [("weak", str(100 - 5 * count))]
    assert ("items.count" in codes(plan(*lines), by)) is marked


def test_an_item_without_a_share_does_not_fill_a_category() -> None:
    by = template([category("core", items_min=2), category("weak", share_min=10)])
    found = codes(plan(("core", "100"), ("core", "0"), ("weak", "0")), by)
    assert found == ["share.category_min", "items.count", "items.empty_category"]


def test_a_category_that_must_have_a_share_must_have_an_item() -> None:
    by = template([category("core"), category("weak", share_min=20)])
    findings = lint(plan(("core", "100")), by)
    assert "items.empty_category" in [finding.code for finding in blocking(findings)]


def test_a_category_that_may_be_left_out_may_be_empty() -> None:
    assert codes(plan(("core", "100")), template([category("core"), category("weak")])) == []


def test_an_item_of_a_category_that_the_template_does_not_know_is_marked_at_its_place() -> None:
    finding = only(lint(plan(("core", "60"), ("hobby", "40")), FREE))
    assert (finding.code, finding.severity) == ("items.unknown_category", Severity.BLOCK)
    assert finding.path == "items[1].category"
    assert finding.parameters == {"category": "hobby", "known": "core, routine"}


def test_an_item_without_a_measure_is_marked_only_where_one_is_asked_for() -> None:
    asked = template([category("core", measure_required=True), category("routine")])
    content = PlanContent(items=(item("a", "core", "75", None), item("b", "routine", "25", None)))
    finding = only(lint(content, asked))
    assert (finding.code, finding.path, finding.severity) == (
        "measure.missing",
        "items[0].measure",
        Severity.BLOCK,
    )


def test_done_or_not_done_is_a_measure() -> None:
    asked = template([category("core", measure_required=True)])
    assert codes(PlanContent(items=(item("a", "core", "100", DONE_OR_NOT),)), asked) == []


def test_a_measure_by_milestones_needs_milestones_in_every_category() -> None:
    content = PlanContent(
        items=(stages("a", "test"), item("b", "routine", "30", MilestonesMeasure()), item("c", "core", "30"))
    )
    finding = only(lint(content, FREE))
    assert (finding.code, finding.path) == ("measure.missing", "items[1].milestones")


def test_all_findings_come_at_once() -> None:
    content = plan(("core", "30"), ("hobby", "20"), ("routine", "31"))
    assert set(codes(content, template())) == {
        "share.total",
        "share.category_min",
        "share.routine",
        "items.unknown_category",
    }


@pytest.mark.parametrize("severity", list(Severity))
def test_the_template_decides_how_bad_a_rule_is(severity: Severity) -> None:
    by = template(FREE.categories, severities={"share.routine": severity})
    assert only(lint(plan(("core", "60"), ("routine", "40")), by)).severity is severity


def test_a_severity_for_a_rule_that_does_not_exist_is_found() -> None:
    by = template(severities={"share.total": Severity.WARN, "share.totl": Severity.WARN})
    assert unknown_rules(by) == ("share.totl",)


@given(st.lists(st.tuples(st.sampled_from(["core", "weak", "x"]), st.integers(0, 100)), max_size=8))
def test_any_plan_gets_findings_of_known_rules_that_point_into_it(lines: list[tuple[str, int]]) -> None:
    for finding in lint(plan(*((kind, str(share)) for kind, share in lines)), template()):
        assert finding.code in RULE_CODES
        if finding.path.startswith("items["):
            assert int(finding.path[len("items[") : finding.path.index("]")]) < len(lines)
