"""How a rule of the linter is declared."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.plans.domain.lint.case import Case
from shared.contracts.plan import CategoryRule, Finding
from shared.contracts.words import Severity


@dataclass(frozen=True)
class Mark:
    """What a rule found: the path to the field, and the values for the message."""

    path: str
    parameters: dict[str, str]


Marks = Callable[[Case], Iterator[Mark]]


@dataclass(frozen=True)
class Rule:
    """A rule with its stable code and the severity it has unless the template says otherwise.

    ``parameters`` are the names that each of its findings gives to the message. ``version`` is raised
    when the rule comes to judge the same plan differently.
    """

    code: str
    severity: Severity
    parameters: tuple[str, ...]
    version: int
    marks: Marks

    def findings(self, case: Case) -> Iterator[Finding]:
        """What the rule finds in a plan."""
        severity = case.template.severities.get(self.code, self.severity)
        for mark in self.marks(case):
            yield Finding(
                code=self.code,
                severity=severity,
                path=mark.path,
                parameters=mark.parameters,
                rule_version=self.version,
            )


def rule(
    code: str, severity: Severity, parameters: tuple[str, ...], *, version: int = 1
) -> Callable[[Marks], Rule]:
    """Declare the function below as a rule; every module in ``rules`` is searched for them."""

    def declared(marks: Marks) -> Rule:
        return Rule(code, severity, parameters, version, marks)

    return declared


CATEGORY = ("category", "label_zh", "label_en")
"""The parameters that name a category to people."""


def category_mark(category: CategoryRule, field: str, **values: str) -> Mark:
    """A mark on a category as a whole."""
    names = (category.id, category.label.zh, category.label.en)
    named = dict(zip(CATEGORY, names, strict=True))
    return Mark(f"categories.{category.id}.{field}", named | values)
