"""Who hears of a rung of a review deadline, and with which words."""

from datetime import date

import pytest

from services.review.domain import notices
from services.review.domain.approvers import Question
from services.review.domain.ladder import Because, Recipient, recipients
from shared.contracts.notices import ReviewWaiting, StepEscalated, StepOverdue
from shared.contracts.organisation import Department
from shared.contracts.words import Role, Rung, RungOutcome, Stage
from shared.ladder.recipients import present
from tests.unit.services.review.build import (
    HR_STEP,
    LEADER_STEP,
    NOW,
    PLAN,
    TODAY,
    absence,
    company,
    deadline,
    delegation,
    person,
    round_,
    text,
)

HEAD = person("hrhead", Role.MANAGER, department="hr")
COMPANY = company(HEAD)


def told(rung: Rung, question: Question = HR_STEP) -> list[tuple[str, str]]:
    return [(each.person, each.because.value) for each in recipients(COMPANY, question, rung, NOW)]


@pytest.mark.parametrize("rung", [Rung.HALF_TIME, Rung.DUE])
def test_a_reminder_reaches_the_approvers_and_their_delegates(rung: Rung) -> None:
    organisation = company(HEAD, delegations=(delegation("hr1", "helper"),))
    found = recipients(organisation, HR_STEP, rung, NOW)
    assert [(each.person, each.because) for each in found] == [
        ("hr1", Because.APPROVER),
        ("helper", Because.DEPUTY),
    ]


def test_a_working_day_late_the_superior_hears_too() -> None:
    assert told(Rung.SUPERIOR) == [("hr1", "approver"), ("hrhead", "superior")]


def test_two_working_days_late_leadership_hears() -> None:
    assert told(Rung.LEADERSHIP) == [("boss", "leadership"), ("hrhead", "superior")]


def test_the_end_reaches_the_approver_and_the_author() -> None:
    assert told(Rung.END_STATE, LEADER_STEP) == [("lead", "approver"), ("author", "author")]


def test_an_author_who_is_an_executive_is_not_told_of_their_reviewer_s_delay() -> None:
    organisation = company(HEAD, person("author", Role.EXECUTIVE))
    found = recipients(organisation, HR_STEP, Rung.LEADERSHIP, NOW)
    assert [each.person for each in found] == ["boss", "hrhead"]


def test_an_author_who_is_the_reviewer_s_superior_is_replaced_by_the_next_person_up() -> None:
    own_department = Department(id="hr", name=text("hr"), parent="company", manager="author", leader="lead")
    organisation = company(own_department, person("author", Role.MANAGER, department="hr"))
    found = recipients(organisation, HR_STEP, Rung.SUPERIOR, NOW)
    assert [each.person for each in found] == ["hr1", "lead"]


def test_an_executive_who_is_also_the_superior_is_told_once() -> None:
    found = recipients(company(), LEADER_STEP, Rung.LEADERSHIP, NOW)
    assert found == (Recipient(person="boss", because=Because.LEADERSHIP),)


def test_in_place_of_a_superior_who_has_left_the_next_one_up_is_told() -> None:
    gone = company(HEAD.model_copy(update={"left": date(2026, 1, 31)}))
    assert [each.person for each in recipients(gone, HR_STEP, Rung.SUPERIOR, NOW)] == ["hr1", "lead"]


A = Recipient(person="hr1", because=Because.APPROVER)
B = Recipient(person="hrhead", because=Because.SUPERIOR)


def test_who_is_on_leave_is_left_out() -> None:
    organisation = company(absences=(absence("hr1"),))
    assert present(organisation, (A, B), TODAY) == (RungOutcome.SENT, (B,))


def test_a_rung_that_reaches_only_absent_people_is_postponed() -> None:
    organisation = company(absences=(absence("hr1"),))
    assert present(organisation, (A,), TODAY) == (RungOutcome.POSTPONED, ())


def test_a_rung_for_which_there_is_nobody_says_so() -> None:
    assert present(company(), (), TODAY) == (RungOutcome.NOBODY, ())


def test_a_waiting_notice_says_whose_plan_waits_where_and_until_when() -> None:
    (notice,) = notices.waiting(round_(), ["hr1"])
    assert (notice.recipient, notice.name) == ("hr1", "review_waiting")
    assert notice.said == ReviewWaiting(plan=PLAN, stage=Stage.HR_REVIEW, due=deadline().instant)


def test_a_plan_that_comes_back_gives_a_new_reason_to_tell() -> None:
    first, again = round_(plan_version=2), round_(plan_version=4)
    assert notices.waiting(first, ["hr1"])[0].reason != notices.waiting(again, ["hr1"])[0].reason
    rungs = [notices.rung_fired(each, Rung.DUE, (A,), ["hr1"])[0].reason for each in (first, again)]
    assert rungs[0] != rungs[1]


@pytest.mark.parametrize(
    ("rung", "name"),
    [
        (Rung.HALF_TIME, "review_reminder"),
        (Rung.DUE, "review_reminder"),
        (Rung.SUPERIOR, "overdue"),
        (Rung.LEADERSHIP, "escalated"),
        (Rung.END_STATE, "time_up"),
    ],
)
def test_every_rung_has_its_text_and_says_why(rung: Rung, name: str) -> None:
    (notice,) = notices.rung_fired(round_(), rung, (B,), ["hr1", "hr2"])
    assert notice.name == name
    late = isinstance(notice.said, StepOverdue | StepEscalated)
    assert notice.parameters.get("because") == ("superior" if late or rung is Rung.END_STATE else None)
    assert notice.parameters.get("responsible") == (["hr1", "hr2"] if late else None)
