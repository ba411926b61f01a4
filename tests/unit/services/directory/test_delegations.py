"""The rules of delegation and absence."""

from datetime import date, datetime

import pytest

from services.directory.domain.delegations import (
    absence_problems,
    problems,
)
from shared.contracts.organisation import Delegation
from shared.contracts.words import Language, Milestone, Role
from tests.unit.services.directory.build import absence, delegation, department, may, person, register

PEOPLE = ("a", "b", "c", "d", "e")
KNOWN = register(
    department("root"),
    department("sales", "root"),
    department("east", "sales"),
    department("rd", "root"),
    *(person(id) for id in PEOPLE),
)


def found(wanted: Delegation, *given: Delegation) -> list[tuple[tuple[str | int, ...], str]]:
    return [(problem.path, problem.code) for problem in problems(KNOWN, given, wanted)]


def test_a_plain_delegation_is_fine() -> None:
    assert found(delegation("a", "b")) == []


def test_nobody_delegates_to_themself() -> None:
    assert found(delegation("a", "a")) == [(("taker",), "delegation.self")]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN, Role.DATA_STEWARD])
def test_who_decides_about_nobody_s_plan_takes_no_delegation(role: Role) -> None:
    def told(*roles: Role) -> list[str]:
        known = register(person("a"), person("b", "sales", *roles))
        return [problem.code for problem in problems(known, (), delegation("a", "b"))]

    assert told(role) == told(role, Role.AUDITOR) == ["delegation.taker"]
    assert told() == told(role, Role.MANAGER) == []


@pytest.mark.parametrize("end", [may(5), may(4)])
def test_a_delegation_ends_after_it_starts(end: datetime) -> None:
    assert found(delegation("a", "b", may(5), end)) == [(("end",), "period.reversed")]


def test_giver_taker_and_departments_must_be_known() -> None:
    assert found(delegation("ghost", "spirit", departments=("sales", "nowhere"))) == [
        (("giver",), "reference.unknown"),
        (("taker",), "reference.unknown"),
        (("departments", 1), "reference.unknown"),
    ]


def test_only_steps_in_which_somebody_decides_can_be_delegated() -> None:
    wanted = delegation("a", "b", steps=(Milestone.HR_REVIEW_DUE, Milestone.DRAFT_DUE))
    assert found(wanted) == [(("steps", 1), "delegation.step")]


def test_two_delegations_may_follow_one_another() -> None:
    assert found(delegation("b", "c"), delegation("a", "b")) == []
    assert found(delegation("a", "b"), delegation("b", "c")) == []


@pytest.mark.parametrize(
    ("giver", "taker", "given"),
    [
        ("c", "d", [("a", "b"), ("b", "c")]),
        ("a", "b", [("b", "c"), ("c", "d")]),
        ("b", "c", [("a", "b"), ("c", "d")]),
    ],
)
def test_a_third_delegation_in_a_row_is_refused_wherever_it_joins(
    giver: str, taker: str, given: list[tuple[str, str]]
) -> None:
    earlier = [delegation(*pair) for pair in given]
    (problem,) = problems(KNOWN, earlier, delegation(giver, taker))
    assert problem.code == "delegation.chain_too_long"
    assert "a → b → c → d" in problem.of(Language.EN)


def test_delegations_that_lead_back_to_their_giver_are_refused_and_named() -> None:
    (problem,) = problems(KNOWN, [delegation("a", "b")], delegation("b", "a"))
    assert problem.code == "reference.cycle"
    assert "b → a → b" in problem.of(Language.EN)


def test_a_cycle_of_three_is_told_as_a_cycle() -> None:
    assert found(delegation("c", "a"), delegation("a", "b"), delegation("b", "c")) == [
        (("taker",), "reference.cycle")
    ]


def test_delegations_at_different_times_do_not_follow_one_another() -> None:
    earlier = delegation("a", "b", may(1), may(10))
    assert found(delegation("b", "a", may(10), may(20)), earlier) == []
    assert found(delegation("b", "a", may(9, 23), may(20)), earlier) == [(("taker",), "reference.cycle")]


def test_delegations_of_different_steps_do_not_follow_one_another() -> None:
    earlier = delegation("a", "b", steps=(Milestone.HR_REVIEW_DUE,))
    assert found(delegation("b", "a", steps=(Milestone.LEADER_REVIEW_DUE,)), earlier) == []
    assert found(delegation("b", "a", steps=(Milestone.HR_REVIEW_DUE,)), earlier) != []


def test_delegations_for_different_departments_do_not_follow_one_another() -> None:
    earlier = delegation("a", "b", departments=("sales",))
    assert found(delegation("b", "a", departments=("rd",)), earlier) == []


def test_a_delegation_for_a_department_covers_those_below_it() -> None:
    earlier = delegation("a", "b", departments=("sales",))
    assert found(delegation("b", "a", departments=("east",)), earlier) != []
    assert found(delegation("b", "a"), earlier) != []


def test_a_revoked_delegation_leads_nowhere() -> None:
    assert found(delegation("b", "a"), delegation("a", "b", revoked=True)) == []


def test_an_absence_needs_a_known_person_and_days_in_order() -> None:
    assert absence_problems(KNOWN, absence("a")) == ()
    wrong = absence("ghost", date(2026, 5, 2), date(2026, 5, 1))
    assert [(problem.path, problem.code) for problem in absence_problems(KNOWN, wrong)] == [
        (("person",), "reference.unknown"),
        (("last",), "period.reversed"),
    ]


def test_an_absence_of_one_day_is_fine() -> None:
    assert absence_problems(KNOWN, absence("a", date(2026, 5, 2), date(2026, 5, 2))) == ()
