"""A move of a plan as facts: what is answered, what the ledger says and what others are told."""

from pydantic import AwareDatetime

from services.plans.domain.ledger import LedgerLine
from services.plans.domain.notices import Entered, of_move
from shared.contracts.calendar import Deadline
from shared.contracts.events import StageEntered
from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import Command, Moved
from shared.contracts.plans import OpenPlan
from shared.contracts.scoring import Points
from shared.contracts.values import Value
from shared.contracts.words import SYSTEM, Move, Stage


class MoveFacts(Value):
    """One move; ``version`` is the plan's after it, ``at`` the database's clock."""

    command_id: str
    plan: PlanRef
    move: Move
    actor: str
    on_behalf_of: str | None = None
    previous: Stage | None = None
    stage: Stage
    version: int
    at: AwareDatetime
    note: str = ""
    deadline: Deadline | None = None
    score: Points | None = None

    @property
    def moved(self) -> Moved:
        """The answer to whoever gave the command."""
        return Moved(
            command_id=self.command_id,
            plan_id=self.plan.plan_id,
            move=self.move,
            actor=self.actor,
            stage=self.stage,
            version=self.version,
            at=self.at,
        )

    @property
    def line(self) -> LedgerLine:
        """The line of the ledger."""
        return LedgerLine(
            plan_id=self.plan.plan_id,
            version=self.version,
            command_id=self.command_id,
            move=self.move,
            actor=self.actor,
            on_behalf_of=self.on_behalf_of,
            from_stage=self.previous,
            to_stage=self.stage,
            at=self.at,
            note=self.note,
            score=self.score,
        )

    @property
    def event(self) -> StageEntered:
        """The fact that others are told, with the notices it asks for."""
        return StageEntered(
            plan=self.plan,
            move=self.move,
            actor=self.actor,
            on_behalf_of=self.on_behalf_of,
            stage=self.stage,
            previous=self.previous,
            version=self.version,
            at=self.at,
            note=self.note,
            score=self.score,
            notices=() if self.stage is self.previous else of_move(self._entered, self.version),
        )

    @property
    def _entered(self) -> Entered:
        return Entered(
            plan=self.plan,
            move=self.move,
            stage=self.stage,
            actor=self.actor,
            note=self.note,
            due=self.deadline.instant if self.deadline else None,
            score=self.score,
        )


def opening(request: OpenPlan, at: AwareDatetime) -> MoveFacts:
    """The first move of a plan: time opens it."""
    return MoveFacts(
        command_id=request.command_id,
        plan=request.given.plan,
        move=Move.OPEN,
        actor=SYSTEM,
        stage=Stage.DRAFTING,
        version=1,
        at=at,
        deadline=request.deadline,
    )


def carried_out(
    command: Command,
    *,
    previous: Stage,
    stage: Stage,
    version: int,
    at: AwareDatetime,
    deadline: Deadline | None,
    score: Points | None = None,
) -> MoveFacts:
    """The move that a command asks for, from ``previous`` to ``stage``; ``version`` is the one before.

    ``score`` is that of a plan which comes to scored or to final.
    """
    return MoveFacts(
        command_id=command.command_id,
        plan=command.plan,
        move=command.move,
        actor=command.actor,
        on_behalf_of=command.on_behalf_of,
        previous=previous,
        stage=stage,
        version=version + 1,
        at=at,
        note=command.note,
        deadline=deadline,
        score=score,
    )
