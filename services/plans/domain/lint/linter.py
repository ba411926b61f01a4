"""Runs every rule over a case."""

from collections.abc import Iterable

from services.plans.domain.lint.case import Case
from services.plans.domain.lint.rules import RULES
from shared.contracts.plan import Finding, Template
from shared.contracts.words import Severity


def lint(case: Case) -> tuple[Finding, ...]:
    """Every finding at once: the worst first, then in the order of the plan."""
    found = [finding for rule in RULES.values() for finding in rule.findings(case)]
    return tuple(sorted(found, key=lambda finding: _order(finding, case.template)))


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that refuse a submission."""
    return tuple(finding for finding in findings if finding.severity is Severity.BLOCK)


def unknown_rules(template: Template) -> tuple[str, ...]:
    """The codes in the template's severities that no rule has."""
    return tuple(sorted(set(template.severities) - set(RULES)))


_SEVERITIES = (Severity.BLOCK, Severity.WARN, Severity.INFO)


def _order(finding: Finding, template: Template) -> tuple[int, int, int, str]:
    """Severity, then the plan as a whole, its categories as the template lists them, its items."""
    severity = _SEVERITIES.index(finding.severity)
    if finding.path.startswith("items["):
        number = finding.path.removeprefix("items[").partition("]")[0]
        return (severity, 2, int(number), finding.code)
    categories = [f"categories.{category.id}." for category in template.categories]
    about = (index for index, path in enumerate(categories) if finding.path.startswith(path))
    category = next(about, None)
    return (severity, 0, 0, finding.code) if category is None else (severity, 1, category, finding.code)
