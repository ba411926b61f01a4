"""A review round: one frozen revision in front of one stage's reviewers, until it is decided or closed."""

from dataclasses import dataclass
from datetime import datetime

from services.review.domain.approvers import Question
from services.review.domain.decisions import leads_to
from shared.contracts.calendar import Deadline
from shared.contracts.ids import PlanRef
from shared.contracts.refusals import AlreadyDecided, StaleVersion
from shared.contracts.words import Move, Stage


@dataclass(frozen=True)
class Decision:
    """What was decided, by whom, for whom and on which command."""

    move: Move
    actor: str
    on_behalf_of: str | None
    note: str
    to: Stage | None
    command_id: str


@dataclass(frozen=True)
class Round:
    """One round; ``plan_version`` is the plan's while it waits, and moving on raises it by one.

    ``closed_at`` is set when it waits no more: decided, or closed without a decision because of
    ``closed_because``.
    """

    id: int
    plan: PlanRef
    stage: Stage
    revision: int
    plan_version: int
    deadline: Deadline
    opened_at: datetime
    closed_at: datetime | None = None
    closed_because: str = ""
    decision: Decision | None = None

    @property
    def question(self) -> Question:
        """What its reviewers are asked."""
        return Question(self.plan.person, self.plan.department, self.stage)

    @property
    def waiting(self) -> bool:
        """Whether somebody still has to decide."""
        return self.closed_at is None


def check_waiting(round_: Round, expected_version: int) -> None:
    """Whether a decision made on ``expected_version`` may still be recorded in the round.

    Raises:
        StaleVersion: the round shows another version of the plan, or the plan has left it.
        AlreadyDecided: somebody decided it first; ``stage`` is where that led.
    """
    if round_.plan_version != expected_version:
        raise _stale(round_, expected_version, round_.plan_version)
    if round_.decision is not None:
        first = round_.decision
        stage = leads_to(first.move, round_.stage, first.to)
        raise AlreadyDecided(move=first.move.value, actor=first.actor, stage=stage.value)
    if not round_.waiting:
        raise _stale(round_, expected_version, round_.plan_version + 1)


def _stale(round_: Round, expected: int, current: int) -> StaleVersion:
    return StaleVersion(expected=expected, current=current, stage=round_.stage.value)
