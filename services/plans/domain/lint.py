"""The plan linter: what in a plan breaks its template, as findings with stable codes."""

from collections.abc import Iterable

from services.plans.domain.rules import RULE_CODES, RULES
from shared.contracts.plan import Finding, PlanContent, Template
from shared.contracts.words import Severity


def lint(content: PlanContent, template: Template) -> tuple[Finding, ...]:
    """Every finding at once, in the order of the rules; the template may change a rule's severity."""
    return tuple(
        Finding(
            code=rule.code,
            severity=template.severities.get(rule.code, rule.severity),
            path=mark.path,
            parameters=mark.parameters,
        )
        for rule in RULES
        for mark in rule.marks(content, template)
    )


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that refuse a submission."""
    return tuple(finding for finding in findings if finding.severity is Severity.BLOCK)


def unknown_rules(template: Template) -> tuple[str, ...]:
    """The codes in the template's severities that no rule has."""
    return tuple(sorted(set(template.severities) - set(RULE_CODES)))
