"""Every rule has a text in each language, whose blanks it fills, and a test of its own."""

from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest

from services.plans.domain.lint.rule import Rule
from services.plans.domain.lint.rules import RULES, by_code
from shared.contracts.words import Language
from shared.locale.catalogue import template


def blanks(rule: Rule, language: Language) -> set[str]:
    """The names in the braces of a rule's text."""
    text = template(f"finding.{rule.code}", language)
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_a_text_whose_blanks_are_parameters_of_the_rule(code: str, language: Language) -> None:
    given = set(RULES[code].parameters)
    if "label_en" in given:
        given.add("label")
    assert blanks(RULES[code], language) <= given


@pytest.mark.parametrize("code", RULES)
def test_every_rule_is_tested_in_the_module_of_its_family(code: str) -> None:
    family = code.partition(".")[0]
    tests = Path(__file__).with_name(f"test_{family}.py").read_text()
    assert f'"{code}"' in tests


@pytest.mark.parametrize("code", RULES)
def test_a_rule_s_code_begins_with_the_module_of_its_family(code: str) -> None:
    assert RULES[code].marks.__module__.endswith(f".rules.{code.partition('.')[0]}")


def test_two_rules_with_one_code_are_refused() -> None:
    first = RULES["share.total"]
    with pytest.raises(ValueError, match=r"share\.total"):
        by_code(iter((first, replace(first, version=2))))
