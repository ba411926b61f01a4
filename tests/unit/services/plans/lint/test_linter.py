"""The linter as a whole: every rule runs, on any plan, and the template sets the severities."""

import pytest

from services.plans.domain.lint.linter import blocking, lint, unknown_rules
from services.plans.domain.lint.rules import RULES
from shared.contracts.plan import PlanContent
from shared.contracts.words import Severity
from tests.unit.services.plans.build import category, item, plan, template
from tests.unit.services.plans.lint.running import FREE, case

STRICT = template(
    [
        category("core", share_min=40, measure_required=True, items_min=2),
        category("weak", share_min=10),
        category("routine", share_max=5),
    ]
)
BAD = PlanContent(items=(item("a", "core", "30", None), *plan(("hobby", "1"), ("routine", "31")).items))


def test_the_findings_of_all_rules_come_at_once() -> None:
    assert {finding.code for finding in lint(case(BAD, STRICT))} >= {
        "share.total",
        "share.category_min",
        "share.category_max",
        "share.routine",
        "items.count",
        "items.empty_category",
        "items.unknown_category",
        "measure.missing",
    }


def test_findings_are_sorted_by_severity_then_by_their_place_in_the_plan() -> None:
    content = PlanContent(items=(*BAD.items, *(item(f"b{n}", "hobby", "1") for n in range(9))))
    paths = {
        severity: [finding.path for finding in lint(case(content, STRICT)) if finding.severity is severity]
        for severity in Severity
    }
    blocks = paths[Severity.BLOCK]
    assert [finding.severity for finding in lint(case(content, STRICT))] == [
        severity for severity in (Severity.BLOCK, Severity.WARN, Severity.INFO) for _ in paths[severity]
    ]
    known = ("items", "categories.core.share", "categories.weak.share", "items[1].category")
    later = ("items[3].category", "items[11].category")
    assert sorted((*known, *later), key=blocks.index) == [*known, *later]


def test_only_findings_that_block_refuse_a_submission() -> None:
    findings = lint(case(plan(("core", "60"), ("routine", "40")), FREE))
    assert "share.routine" in {finding.code for finding in findings}
    assert "share.routine" not in {finding.code for finding in blocking(findings)}


@pytest.mark.parametrize("code", RULES)
@pytest.mark.parametrize("severity", list(Severity))
def test_the_template_sets_the_severity_of_a_rule(code: str, severity: Severity) -> None:
    strict = STRICT.model_copy(update={"severities": {code: severity}})
    assert {finding.severity for finding in RULES[code].findings(case(BAD, strict))} <= {severity}


@pytest.mark.parametrize("code", ["share.total", "share.routine"])
def test_a_rule_keeps_its_own_severity_where_the_template_sets_none(code: str) -> None:
    findings = list(RULES[code].findings(case(BAD, STRICT)))
    assert {finding.severity for finding in findings} == {RULES[code].severity}


def test_a_finding_carries_the_version_of_its_rule() -> None:
    assert {finding.rule_version - RULES[finding.code].version for finding in lint(case(BAD, STRICT))} == {0}


def test_a_severity_for_a_rule_that_does_not_exist_is_found() -> None:
    by = template(severities={"share.total": Severity.WARN, "share.totl": Severity.WARN})
    assert unknown_rules(by) == ("share.totl",)
