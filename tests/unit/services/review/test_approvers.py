"""Who may decide a plan in review, and for whom."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.review.domain.approvers import Approver, Question, Resolver, approvers
from shared.contracts.organisation import Delegation, Department
from shared.contracts.words import Milestone, Role, Stage
from shared.org.organisation import Organisation
from tests.unit.services.review.build import (
    HR_STEP,
    LEADER_STEP,
    NOW,
    absence,
    company,
    delegation,
    for_departments,
    person,
    text,
)


def who(organisation: Organisation, question: Question, at: datetime = NOW) -> list[tuple[str, str | None]]:
    return [(each.person, each.on_behalf_of) for each in approvers(organisation, question, at)]


def test_the_hr_step_belongs_to_the_hr_reviewer_whose_scope_covers_the_department() -> None:
    outside = person("hr2", for_departments(Role.HR, "rnd"))
    assert who(company(outside), HR_STEP) == [("hr1", None)]


def test_every_hr_reviewer_of_the_scope_may_decide() -> None:
    second = person("hr2", for_departments(Role.HR, "sales"))
    assert who(company(second), HR_STEP) == [("hr1", None), ("hr2", None)]


def test_an_hr_reviewer_who_has_left_decides_nothing() -> None:
    gone = person("hr2", Role.HR, left=date(2026, 1, 31))
    assert who(company(gone), HR_STEP) == [("hr1", None)]


def test_an_author_who_reviews_for_hr_leaves_the_step_to_the_other_reviewers() -> None:
    own = person("author", Role.MANAGER, Role.HR)
    assert who(company(own), HR_STEP) == [("hr1", None)]


def test_the_only_hr_reviewer_s_own_plan_goes_to_the_executives() -> None:
    question = Question("hr1", "hr", Stage.HR_REVIEW)
    assert who(company(), question) == [("boss", None)]


def test_an_executive_who_writes_the_plan_does_not_stand_in_for_hr() -> None:
    own = person("author", Role.EXECUTIVE)
    assert who(company(own, without=("hr1", "boss")), HR_STEP) == []


def test_the_leader_step_belongs_to_the_leader_of_the_department() -> None:
    assert who(company(), LEADER_STEP) == [("lead", None)]


def test_an_author_who_leads_the_department_is_decided_by_the_next_person_up() -> None:
    question = Question("lead", "sales", Stage.LEADER_REVIEW)
    assert who(company(), question) == [("boss", None)]


def test_an_author_at_the_top_is_decided_by_another_executive() -> None:
    question = Question("boss", "company", Stage.LEADER_REVIEW)
    other = person("boss2", Role.EXECUTIVE, department="company")
    assert who(company(other), question) == [("boss2", None)]


def test_an_author_at_the_top_with_nobody_beside_them_is_decided_by_nobody() -> None:
    question = Question("boss", "company", Stage.LEADER_REVIEW)
    assert who(company(), question) == []


@pytest.mark.parametrize("question", [HR_STEP, LEADER_STEP], ids=["hr", "leader"])
def test_an_approver_on_leave_and_their_delegate_may_both_decide(question: Question) -> None:
    (giver, _), *_ = who(company(), question)
    organisation = company(delegations=(delegation(giver, "helper"),), absences=(absence(giver),))
    assert who(organisation, question) == [(giver, None), ("helper", giver)]


def test_a_delegation_given_after_the_round_opened_catches_it() -> None:
    late = delegation("lead", "helper", start=NOW - timedelta(seconds=1))
    assert ("helper", "lead") in who(company(delegations=(late,)), LEADER_STEP)


@pytest.mark.parametrize(
    "given",
    [
        delegation("lead", "helper", end=NOW),
        delegation("lead", "helper", start=NOW + timedelta(seconds=1)),
        delegation("lead", "helper", steps=(Milestone.HR_REVIEW_DUE,)),
        delegation("lead", "helper", departments=("rnd",)),
        delegation("lead", "helper").model_copy(update={"revoked": True}),
        delegation("colleague", "helper"),
    ],
    ids=["expired", "not begun", "for another step", "for another department", "revoked", "not theirs"],
)
def test_a_delegation_that_does_not_hold_gives_no_right(given: Delegation) -> None:
    assert who(company(delegations=(given,)), LEADER_STEP) == [("lead", None)]


@pytest.mark.parametrize("scope", [("sales",), ("company",)], ids=["itself", "from above"])
def test_a_delegation_for_the_department_gives_the_right(scope: tuple[str, ...]) -> None:
    given = delegation("lead", "helper", steps=(Milestone.LEADER_REVIEW_DUE,), departments=scope)
    assert who(company(delegations=(given,)), LEADER_STEP) == [("lead", None), ("helper", "lead")]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN, Role.DATA_STEWARD])
def test_who_decides_about_nobody_s_plan_does_not_through_a_delegation_either(role: Role) -> None:
    chain = (delegation("lead", "helper"), delegation("helper", "colleague"))
    helper = person("helper", role, department="rnd")
    assert who(company(helper, delegations=chain), LEADER_STEP) == [("lead", None)]
    also_a_manager = person("helper", role, Role.MANAGER, department="rnd")
    assert ("helper", "lead") in who(company(also_a_manager, delegations=chain), LEADER_STEP)


def test_a_delegation_never_hands_a_plan_to_its_author() -> None:
    given = delegation("lead", "author")
    assert who(company(delegations=(given,)), LEADER_STEP) == [("lead", None)]


def test_an_author_passes_no_delegation_on() -> None:
    chain = (delegation("lead", "author"), delegation("author", "helper"))
    assert who(company(delegations=chain), LEADER_STEP) == [("lead", None)]


def test_an_author_s_own_delegation_takes_no_right_from_somebody_who_leaves_later() -> None:
    leaving = person("helper", department="rnd", left=date(2026, 6, 30))
    given = (delegation("lead", "helper"), delegation("author", "colleague"))
    assert who(company(leaving, delegations=given), LEADER_STEP) == [("lead", None), ("helper", "lead")]


def test_an_author_who_leads_gives_their_delegate_no_right_over_their_own_plan() -> None:
    question = Question("lead", "sales", Stage.LEADER_REVIEW)
    assert who(company(delegations=(delegation("lead", "helper"),)), question) == [("boss", None)]


def test_a_chain_of_two_delegations_reaches_its_end_for_the_first_giver() -> None:
    chain = (delegation("lead", "helper"), delegation("helper", "colleague"))
    expected = [("lead", None), ("helper", "lead"), ("colleague", "lead")]
    assert who(company(delegations=chain), LEADER_STEP) == expected


def test_a_chain_of_three_delegations_ends_at_the_second() -> None:
    chain = (
        delegation("lead", "helper"),
        delegation("helper", "colleague"),
        delegation("colleague", "third"),
    )
    found = who(company(person("third"), delegations=chain), LEADER_STEP)
    assert [name for name, _ in found] == ["lead", "helper", "colleague"]


def test_somebody_with_the_right_and_a_delegation_decides_in_their_own_right() -> None:
    second = person("hr2", Role.HR)
    given = delegation("hr1", "hr2")
    assert who(company(second, delegations=(given,)), HR_STEP) == [("hr1", None), ("hr2", None)]


def test_a_delegate_of_two_reviewers_is_named_once() -> None:
    second = person("hr2", Role.HR)
    given = (delegation("hr1", "helper"), delegation("hr2", "helper"))
    found = who(company(second, delegations=given), HR_STEP)
    assert found == [("hr1", None), ("hr2", None), ("helper", "hr1")]


@pytest.mark.parametrize("stage", [Stage.HR_REVIEW, Stage.LEADER_REVIEW])
@pytest.mark.parametrize("author", ["author", "hr1", "lead", "boss", "helper", "colleague"])
def test_the_resolver_answers_as_the_rule_for_every_author(author: str, stage: Stage) -> None:
    organisation = company(
        person("hr2", Role.HR, department="sales"),
        Department(id="field", name=text("field"), parent="sales", leader="author"),
        delegations=(delegation("lead", "helper"), delegation("hr1", "colleague")),
    )
    resolver = Resolver(organisation, NOW)
    for department in ("field", "sales", "hr", "rnd", "company"):
        question = Question(author, department, stage)
        resolver.approvers(replace(question, author="hr2"))
        assert resolver.approvers(question) == approvers(organisation, question, NOW)


def test_the_resolver_knows_the_right_of_a_person() -> None:
    resolver = Resolver(
        company(delegations=(delegation("lead", "helper"),)), datetime(2026, 3, 5, tzinfo=UTC)
    )
    assert resolver.right(LEADER_STEP, "helper") == Approver("helper", "lead")
    assert resolver.right(LEADER_STEP, "colleague") is None
