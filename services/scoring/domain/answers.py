"""Who may confirm or dispute a score, how often and until when (domain section 8)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

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
from shared.contracts.words import Move, Party, Stage


@dataclass(frozen=True)
class Answers:
    """What has been said about a score: by whom it was confirmed, and its one dispute."""

    author_confirmed_by: str | None = None
    leader_confirmed_by: str | None = None
    disputed_by: str | None = None
    dispute_answered_by: str | None = None

    @property
    def open_dispute(self) -> bool:
        """Whether a dispute waits for the leader."""
        return self.disputed_by is not None and self.dispute_answered_by is None

    @property
    def leader_confirmed(self) -> bool:
        """Whether the leader stands by the score as it is, knowing of the dispute if there is one."""
        said = self.dispute_answered_by if self.disputed_by else self.leader_confirmed_by
        return said is not None


@dataclass(frozen=True)
class Answered:
    """The answers after one more, and for whom it was given."""

    answers: Answers
    on_behalf_of: str | None = None
    answers_dispute: bool = False


Leaders = Mapping[str, str | None]
"""Who may answer as the leader, each with the person they stand in for (None: for themself)."""


def answer(
    answers: Answers, command: Command, leaders: Leaders, *, at: datetime, window_until: datetime
) -> Answered:
    """The answers with ``command`` added, given at ``at`` by the database's clock.

    Raises:
        Refusal: its giver may not give it, has given it, or comes too late.
    """
    match command.move, command.party:
        case Move.DISPUTE, Party.AUTHOR:
            return _dispute(answers, command, at, window_until)
        case Move.CONFIRM, Party.AUTHOR:
            return _confirm_own(answers, command)
        case Move.CONFIRM, Party.LEADER:
            return _confirm_as_leader(answers, command, leaders)
        case ((Move.DISPUTE | Move.CONFIRM), _):
            raise NotYourMove(move=command.move, party=command.party)
    raise NotAvailable(move=command.move)


def _dispute(answers: Answers, command: Command, at: datetime, until: datetime) -> Answered:
    _only_the_author(command)
    if answers.disputed_by:
        raise _already(Move.DISPUTE, answers.disputed_by)
    if answers.author_confirmed_by:
        raise _already(Move.CONFIRM, answers.author_confirmed_by)
    if at >= until:
        raise WindowOver(until=until.isoformat())
    if not command.note:
        raise ReasonMissing(move=command.move)
    return Answered(replace(answers, disputed_by=command.actor))


def _confirm_own(answers: Answers, command: Command) -> Answered:
    _only_the_author(command)
    if answers.author_confirmed_by:
        raise _already(Move.CONFIRM, answers.author_confirmed_by)
    if answers.open_dispute and answers.disputed_by:
        raise _already(Move.DISPUTE, answers.disputed_by)
    return Answered(replace(answers, author_confirmed_by=command.actor))


def _confirm_as_leader(answers: Answers, command: Command, leaders: Leaders) -> Answered:
    if command.actor == command.plan.person:
        raise OwnPlan()
    if command.actor not in leaders:
        raise NotApprover(stage=Stage.SCORED)
    on_behalf_of = leaders[command.actor]
    if answers.open_dispute:
        if not command.note:
            raise ReasonMissing(move=command.move)
        return Answered(replace(answers, dispute_answered_by=command.actor), on_behalf_of, True)
    if answers.leader_confirmed:
        raise _already(Move.CONFIRM, answers.dispute_answered_by or answers.leader_confirmed_by)
    return Answered(replace(answers, leader_confirmed_by=command.actor), on_behalf_of)


def _only_the_author(command: Command) -> None:
    if command.actor != command.plan.person:
        raise NotYourMove(move=command.move, party=Party.AUTHOR)


def _already(move: Move, actor: str | None) -> AlreadyDecided:
    return AlreadyDecided(move=move, actor=actor, stage=Stage.SCORED)
