"""Runs one rule of the linter, so that no other rule can change a test."""

from collections.abc import Sequence
from typing import Any

from services.plans.domain.lint.case import Case
from services.plans.domain.lint.rules import RULES
from shared.contracts.plan import Finding, PlanContent, Template
from tests.unit.services.plans.build import category, template

FREE = template([category("core"), category("routine")])


def case(content: PlanContent, by: Template | None = None, **facts: Any) -> Case:
    """A plan for March under the sales template, with no other facts than those given."""
    return Case(content=content, template=by or template(), month="2026-03", **facts)


def found(code: str, content: PlanContent, by: Template | None = None, **facts: Any) -> list[Finding]:
    """The findings of one rule; each has the parameters that the rule declares."""
    rule = RULES[code]
    findings = list(rule.findings(case(content, by, **facts)))
    for finding in findings:
        assert set(finding.parameters) == set(rule.parameters)
    return findings


def only(findings: Sequence[Finding]) -> Finding:
    """The one finding there is."""
    assert len(findings) == 1
    return findings[0]
