"""Who may confirm or dispute a score, how often and until when."""

from datetime import UTC, datetime, timedelta

import pytest

from services.scoring.domain.answers import Answered, Answers, answer
from shared.contracts.lifecycle import Command
from shared.contracts.refusals import (
    AlreadyDecided,
    NotApprover,
    NotAvailable,
    NotYourMove,
    OwnPlan,
    ReasonMissing,
    WindowOver,
)
from shared.contracts.words import Move, Party
from tests.unit.services.scoring.build import PLAN, command

AUTHOR, LEADER, DEPUTY = PLAN.person, "p002", "p003"
LEADERS = {LEADER: None, DEPUTY: LEADER}
UNTIL = datetime(2026, 4, 10, 10, tzinfo=UTC)
JUST_IN_TIME = UNTIL - timedelta(microseconds=1)
NEW = Answers()


def give(answers: Answers, command: Command, at: datetime = JUST_IN_TIME) -> Answered:
    return answer(answers, command, LEADERS, at=at, window_until=UNTIL)


def confirm(answers: Answers = NEW) -> Answers:
    return give(answers, command(Move.CONFIRM)).answers


def dispute(answers: Answers = NEW, at: datetime = JUST_IN_TIME) -> Answers:
    return give(answers, command(Move.DISPUTE, note="the contract was signed on the 31st"), at).answers


def lead(answers: Answers = NEW, note: str = "", actor: str = LEADER) -> Answered:
    return give(answers, command(Move.CONFIRM, actor, Party.LEADER, note))


def test_author_and_leader_confirm_each_for_themself() -> None:
    assert confirm() == Answers(author_confirmed_by=AUTHOR)
    assert lead().answers == Answers(leader_confirmed_by=LEADER)
    assert confirm(lead().answers).leader_confirmed


def test_a_deputy_confirms_on_behalf_of_the_leader() -> None:
    result = lead(actor=DEPUTY)
    assert (result.answers.leader_confirmed_by, result.on_behalf_of) == (DEPUTY, LEADER)


def test_nobody_confirms_their_own_score_as_its_leader() -> None:
    own = command(Move.CONFIRM, AUTHOR, Party.LEADER)
    with pytest.raises(OwnPlan):
        answer(NEW, own, {AUTHOR: None}, at=JUST_IN_TIME, window_until=UNTIL)


def test_who_does_not_lead_may_not_confirm() -> None:
    with pytest.raises(NotApprover):
        lead(actor="p099")


@pytest.mark.parametrize("move", [Move.CONFIRM, Move.DISPUTE])
def test_only_the_author_speaks_as_the_author(move: Move) -> None:
    with pytest.raises(NotYourMove):
        give(NEW, command(move, LEADER, Party.AUTHOR, "why"))


@pytest.mark.parametrize("party", [Party.LEADER, Party.HR, Party.REVIEWER, Party.SYSTEM])
def test_only_the_author_disputes(party: Party) -> None:
    with pytest.raises(NotYourMove):
        give(NEW, command(Move.DISPUTE, LEADER, party, "why"))


@pytest.mark.parametrize("party", [Party.HR, Party.REVIEWER, Party.SYSTEM])
def test_nobody_else_confirms(party: Party) -> None:
    with pytest.raises(NotYourMove):
        give(NEW, command(Move.CONFIRM, LEADER, party))


def test_moves_of_other_stages_are_no_answers() -> None:
    with pytest.raises(NotAvailable):
        give(NEW, command(Move.CALIBRATE, LEADER, Party.LEADER))


def test_the_author_disputes_once() -> None:
    with pytest.raises(AlreadyDecided) as refused:
        dispute(dispute())
    assert refused.value.details == {"move": Move.DISPUTE, "actor": AUTHOR, "stage": "scored"}


def test_the_author_disputes_once_also_after_the_answer() -> None:
    answered = lead(dispute(), "the contract counts in April").answers
    with pytest.raises(AlreadyDecided):
        dispute(answered)


def test_a_dispute_needs_a_reason() -> None:
    with pytest.raises(ReasonMissing):
        give(NEW, command(Move.DISPUTE))


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1)])
def test_a_dispute_comes_too_late_when_the_window_is_over(late: timedelta) -> None:
    with pytest.raises(WindowOver):
        dispute(at=UNTIL + late)


def test_who_has_confirmed_does_not_dispute_any_more() -> None:
    with pytest.raises(AlreadyDecided):
        dispute(confirm())


def test_who_disputes_does_not_confirm_before_the_answer() -> None:
    with pytest.raises(AlreadyDecided):
        confirm(dispute())
    assert confirm(lead(dispute(), "see the ledger").answers).author_confirmed_by == AUTHOR


def test_the_leader_answers_a_dispute_with_words() -> None:
    with pytest.raises(ReasonMissing):
        lead(dispute())
    result = lead(dispute(), "the contract counts in April")
    assert result.answers_dispute
    assert not result.answers.open_dispute


def test_a_confirmation_from_before_the_dispute_is_no_answer_to_it() -> None:
    disputed = dispute(lead().answers)
    assert not disputed.leader_confirmed
    assert lead(disputed, "it stands").answers.leader_confirmed


def test_the_leader_confirms_once() -> None:
    with pytest.raises(AlreadyDecided) as refused:
        lead(lead().answers, actor=DEPUTY)
    assert refused.value.details["actor"] == LEADER


def test_the_leader_answers_a_dispute_once() -> None:
    with pytest.raises(AlreadyDecided):
        lead(lead(dispute(), "it stands").answers, "it still stands")


def test_confirming_has_no_window() -> None:
    late = UNTIL + timedelta(days=1)
    assert give(NEW, command(Move.CONFIRM), late).answers.author_confirmed_by == AUTHOR
