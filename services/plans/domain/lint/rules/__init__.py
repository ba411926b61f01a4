"""The rules of the linter, a module for each family; a rule in any module here is in force."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

from services.plans.domain.lint.rule import Rule


def _declared() -> Iterator[Rule]:
    for family in iter_modules(__path__, f"{__name__}."):
        for value in vars(import_module(family.name)).values():
            if isinstance(value, Rule):
                yield value


def by_code(rules: Iterator[Rule]) -> dict[str, Rule]:
    """The rules by their codes; raises ValueError when two have the same."""
    known: dict[str, Rule] = {}
    for rule in rules:
        if known.setdefault(rule.code, rule) is not rule:
            raise ValueError(f"two rules have the code {rule.code}")
    return known


RULES: Mapping[str, Rule] = by_code(_declared())
