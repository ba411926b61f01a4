"""How YAML is read: structure from the document, types from the contract, every place known."""

from datetime import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monthline.company.documents import read_document
from monthline.company.problems import Problem
from shared.contracts.words import Language
from tests.integration.company.build import GOOD, company, problems, swapped, told

PLAN = "plans/2026-03.p002.yaml"
POLICY = "policy.yaml"
TEMPLATES = "templates.yaml"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("share: 70", "share: -70", "7:5: items.0.share"),
        ("share: 70", "share: 100.5", "7:5: items.0.share"),
        ("share: 70", "share: 33.3333", "7:5: items.0.share"),
        ("share: 70", "share: much", "7:5: items.0.share"),
        ("share: 70", "share: [70]", "7:5: items.0.share"),
        ("share: 70", "share:", "7:5: items.0.share"),
        ("share: 70", "shares: 70", "7:5: items.0.shares"),
        ("title: 周例会", "title: ''", "12:5: items.1.title"),
        ("target: 15", "target: a lot", "8:29: items.0.measure.target"),
        ("kind: metric", "kind: feeling", "8:5: items.0.measure"),
        ("id: meetings", "id: contracts", "10:5: items.1.id"),
        ("id: meetings", "id: 例会", "10:5: items.1.id"),
        ("month: 2026-03", "month: March", "2:1: month"),
        ("effective: 2026-03-27", "effective: 2026-02-30", "16:32: progress.0.effective"),
        ("effective: 2026-03-27", "effective: 27.3.", "16:32: progress.0.effective"),
    ],
)
def test_a_wrong_field_of_a_plan_is_named_by_line_and_column(old: str, new: str, place: str) -> None:
    found = told(swapped(PLAN, old, new))
    assert (f"{PLAN}:{place}", "request.invalid") in found
    assert {code for _, code in found} == {"request.invalid"}


@pytest.mark.parametrize(
    ("name", "old", "new", "place", "code"),
    [
        (PLAN, "person: p002", "person: p999", "1:1: person", "reference.unknown"),
        (PLAN, "person: p002", "person: p003", "1:1: person", "request.invalid"),
        (PLAN, "month: 2026-03", "month: 2019-12", "1:1: person", "request.invalid"),
        (PLAN, "category: core", "category: fun", "5:5: items.0.category", "reference.unknown"),
        (PLAN, "{metric: growth}", "{metric: joy}", "9:13: items.0.links.metric", "reference.unknown"),
        (PLAN, "item: meetings", "item: dinners", "16:6: progress.0.item", "progress.unknown_item"),
        (PLAN, "value: 4", "value: -4", "16:22: progress.0.value", "progress.negative"),
        (PLAN, "2026-03-27", "2026-07-27", "16:32: progress.0.effective", "progress.wrong_month"),
        (TEMPLATES, "department: hq", "department: it", "2:5: templates.0.department", "reference.unknown"),
        (
            TEMPLATES,
            "share_min: 40",
            "share_min: -4",
            "6:9: templates.0.categories.0.share_min",
            "request.invalid",
        ),
        (TEMPLATES, "id: routine", "id: core", "8:9: templates.0.categories.1.id", "request.invalid"),
        (POLICY, "days: 2", "days: -2", "6:5: cycle.draft.days", "request.invalid"),
        (POLICY, "days: 2", "at: noon", "6:5: cycle.draft.at", "request.invalid"),
        (POLICY, "draft:", "drafts:", "5:3: cycle.drafts", "request.invalid"),
        (POLICY, "id: acme", "id: ACME", "2:3: company.id", "request.invalid"),
    ],
)
def test_what_does_not_hold_is_named_with_its_code(
    name: str, old: str, new: str, place: str, code: str
) -> None:
    found = told(swapped(name, old, new))
    assert (f"{name}:{place}", code) in found


def test_a_severity_for_a_rule_that_does_not_exist_is_named() -> None:
    text = GOOD[TEMPLATES] + "    severities: {share.totl: warn}\n"
    assert told({TEMPLATES: text}) == [
        (f"{TEMPLATES}:10:18: templates.0.severities.share.totl", "reference.unknown")
    ]


def test_a_second_template_for_a_department_is_named() -> None:
    second = GOOD[TEMPLATES].removeprefix("templates:\n")
    assert told({TEMPLATES: GOOD[TEMPLATES] + second}) == [
        (f"{TEMPLATES}:10:5: templates.1.department", "duplicate")
    ]


def test_a_department_without_any_template_cannot_have_plans() -> None:
    text = GOOD[TEMPLATES].replace("department: hq", "department: rd")
    assert told({TEMPLATES: text}) == [(f"{PLAN}:1:1: person", "reference.unknown")]


def test_a_second_plan_for_the_same_person_and_month_is_named_with_the_first() -> None:
    (only,) = problems({"plans/again.yaml": GOOD[PLAN]})
    assert (str(only.place), only.code) == ("plans/again.yaml:1:1: person", "duplicate")
    assert PLAN in only.message(Language.EN)


def test_the_same_key_twice_is_named_where_it_comes_again() -> None:
    assert told(swapped(PLAN, "    share: 70", "    share: 70\n    share: 60")) == [
        (f"{PLAN}:8:5: items.0", "duplicate")
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("person: p002\n\tmonth: x\n", ":2:1"),
        ("person: [p002\n", ":2:1"),
        ("a: &x 1\nb: *x\n", ":2:4"),
        ("a: 1\n---\nb: 2\n", ":2:1"),
        ("? [a]\n: 1\n", ":1:3"),
        ("a: \x07\n", ":1"),
        ("a: \0\n", ":1"),
        ("[" * 500, ""),
    ],
)
def test_what_is_no_plain_yaml_is_named_by_its_place(text: str, place: str) -> None:
    assert told({PLAN: text}) == [(f"{PLAN}{place}", "file.syntax")]


@pytest.mark.parametrize("text", ["just a word\n", "- a\n- list\n"])
def test_a_document_without_fields_is_refused(text: str) -> None:
    assert told({PLAN: text}) == [(f"{PLAN}:1:1", "request.invalid")]


def test_scalars_mean_what_the_contract_says_not_what_yaml_guesses() -> None:
    text = """\
company: {id: 007, name: {zh: 是, en: yes}}
cycle: {close_at: 17:30, draft: {half_time: false, superior_after: null}}
"""
    read = company({POLICY: text})
    assert (read.company.id, read.company.name.en) == ("007", "yes")
    assert read.cycle.close_at == time(17, 30)
    assert read.cycle.draft.half_time is False
    assert read.cycle.draft.superior_after is None


def test_a_decimal_keeps_its_digits() -> None:
    plan = company(swapped(PLAN, "share: 70", "share: 69.995")).plans[0]
    assert plan.items[0].share == Decimal("69.995")


def test_a_policy_that_sets_one_field_keeps_the_rest_of_the_shipped_ladder() -> None:
    draft = company().cycle.draft
    assert (draft.days, draft.end_state) == (2, "mark_missing")


def test_a_plan_in_gbk_is_refused_with_what_to_do() -> None:
    (only,) = problems({PLAN: GOOD[PLAN].encode("gbk")})
    assert only.code == "file.encoding"
    assert "UTF-8" in only.message(Language.ZH)


@settings(max_examples=50)
@given(st.text(st.characters(codec="utf-8"), max_size=60) | st.text("{}[]:,-&*!|>'\"%@ \nab#?", max_size=40))
def test_no_text_makes_reading_a_document_fail_unexpectedly(text: str) -> None:
    found: list[Problem] = []
    document = read_document("x.yaml", text.encode(), found)
    assert (document is None) == bool(found)
    if document is not None:
        document.data()
        document.place(("a", 0, "b"))
