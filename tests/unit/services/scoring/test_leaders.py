"""Who may answer for a score, and who hears of its deadlines."""

import pytest

from services.scoring.domain.answers import Answers
from services.scoring.domain.leaders import Recipient, Scoree, addressed, leaders, step_of, waits
from shared.contracts.words import Milestone, Rung, RungOutcome
from shared.ladder.recipients import present
from shared.org.organisation import Organisation
from tests.unit.services.scoring.company import (
    AUTHOR,
    BOSS,
    CHIEF,
    DEPUTY,
    LEADER,
    NOW,
    STRANGER,
    TODAY,
    absence,
    company,
    delegation,
)

SCOREE = Scoree(AUTHOR, "sales")
CONFIRMATION, ANSWER = Milestone.CONFIRMATION_DUE, Milestone.DISPUTE_ANSWER_DUE


def may_answer(organisation: Organisation, step: Milestone = CONFIRMATION) -> dict[str, str | None]:
    return dict(leaders(organisation, SCOREE, NOW, step))


def heard(rung: Rung, organisation: Organisation | None = None) -> list[tuple[str, str]]:
    told = addressed(organisation or company(), SCOREE, NOW, CONFIRMATION, rung)
    return [(recipient.person, recipient.because) for recipient in told]


def test_the_leader_of_the_department_answers() -> None:
    assert may_answer(company()) == {LEADER: None}


def test_an_author_who_leads_the_department_is_answered_by_the_next_leader_up() -> None:
    assert may_answer(company(sales_leader=AUTHOR)) == {BOSS: None}


def test_nobody_answers_where_nobody_leads() -> None:
    assert dict(leaders(Organisation(today=TODAY), SCOREE, NOW, CONFIRMATION)) == {}


def test_a_delegate_answers_on_behalf_of_the_leader() -> None:
    assert may_answer(company(delegation(LEADER, DEPUTY))) == {LEADER: None, DEPUTY: LEADER}


@pytest.mark.parametrize("taker", ["auditor", "root", "steward"])
def test_who_decides_about_nobody_s_plan_answers_for_no_leader(taker: str) -> None:
    assert may_answer(company(delegation(LEADER, taker))) == {LEADER: None}


def test_a_delegation_of_another_step_gives_no_right() -> None:
    organisation = company(delegation(LEADER, DEPUTY, (CONFIRMATION,)))
    assert DEPUTY in may_answer(organisation, CONFIRMATION)
    assert DEPUTY not in may_answer(organisation, ANSWER)


def test_the_author_answers_for_nobody_and_chooses_nobody_who_does() -> None:
    through_the_author = company(delegation(LEADER, AUTHOR), delegation(AUTHOR, DEPUTY, id="d2"))
    assert may_answer(through_the_author) == {LEADER: None}


def test_reminders_go_to_the_leader_and_their_delegates() -> None:
    both = [(LEADER, "approver"), (DEPUTY, "deputy")]
    assert heard(Rung.HALF_TIME, company(delegation(LEADER, DEPUTY))) == both
    assert heard(Rung.DUE, company(delegation(LEADER, DEPUTY))) == both


def test_a_day_later_the_leaders_superior_hears_too() -> None:
    assert heard(Rung.SUPERIOR) == [(LEADER, "approver"), (BOSS, "superior")]


def test_leadership_hears_from_the_executives_level() -> None:
    assert heard(Rung.LEADERSHIP) == [(CHIEF, "leadership"), (BOSS, "superior")]


def test_the_author_hears_of_the_end_alone() -> None:
    assert heard(Rung.END_STATE) == [(LEADER, "approver"), (AUTHOR, "author")]
    author_everywhere = company(delegation(LEADER, AUTHOR))
    for rung in (Rung.DUE, Rung.SUPERIOR, Rung.LEADERSHIP):
        assert AUTHOR not in dict(heard(rung, author_everywhere))


def test_an_author_who_stands_above_the_leader_does_not_hear_as_their_superior() -> None:
    organisation = company()
    above_board = organisation.departments["board"].model_copy(update={"leader": AUTHOR})
    changed = Organisation(
        organisation.people.values(),
        {**organisation.departments, "board": above_board}.values(),
        today=TODAY,
    )
    assert changed.superior(LEADER) == AUTHOR
    assert heard(Rung.SUPERIOR, changed) == [(LEADER, "approver")]


def test_who_is_on_leave_is_left_out() -> None:
    told = (Recipient(person=LEADER, because="approver"), Recipient(person=BOSS, because="superior"))
    outcome, there = present(company(absences=(absence(LEADER),)), told, TODAY)
    assert (outcome, [recipient.person for recipient in there]) == (RungOutcome.SENT, [BOSS])


def test_a_rung_waits_when_everybody_is_on_leave() -> None:
    away = company(absences=(absence(LEADER), absence(STRANGER)))
    told = (Recipient(person=LEADER, because="approver"),)
    assert present(away, told, TODAY) == (RungOutcome.POSTPONED, ())


def test_a_rung_for_nobody_reaches_nobody() -> None:
    assert present(company(), (), TODAY) == (RungOutcome.NOBODY, ())


NEW = Answers()
CONFIRMED = Answers(leader_confirmed_by=LEADER)
BY_AUTHOR = Answers(author_confirmed_by=AUTHOR)
DISPUTED = Answers(disputed_by=AUTHOR)
DISPUTED_AFTER = Answers(leader_confirmed_by=LEADER, disputed_by=AUTHOR)
ANSWERED = Answers(disputed_by=AUTHOR, dispute_answered_by=LEADER)


@pytest.mark.parametrize(
    ("answers", "confirmation", "answer"),
    [
        (NEW, True, False),
        (BY_AUTHOR, True, False),
        (CONFIRMED, False, False),
        (DISPUTED, False, True),
        (DISPUTED_AFTER, False, True),
        (ANSWERED, False, False),
    ],
)
def test_only_who_has_not_acted_is_reminded(answers: Answers, confirmation: bool, answer: bool) -> None:
    assert (waits(answers, CONFIRMATION), waits(answers, ANSWER)) == (confirmation, answer)


@pytest.mark.parametrize(
    ("answers", "step"), [(NEW, CONFIRMATION), (DISPUTED, ANSWER), (ANSWERED, CONFIRMATION)]
)
def test_the_leader_is_asked_for_a_confirmation_or_for_the_answer_to_a_dispute(
    answers: Answers, step: Milestone
) -> None:
    assert step_of(answers) is step
