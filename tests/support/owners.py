"""The owners of a plan's data, in memory: for tests of the lifecycle alone."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shared.contracts.calendar import CyclePolicy, Deadline, WorkingDays
from shared.contracts.directory import CutWorkingDays, DirectoryActivities, ListPlanners, Planner, Planners
from shared.contracts.lifecycle import Command, Moved
from shared.contracts.plan import ClosedPlan, Position, Submission
from shared.contracts.plans import (
    ClosePlan,
    GetCyclePolicy,
    GetSubmission,
    MovePlan,
    OpenPlan,
    PlansActivities,
    SubmitPlan,
    Submitted,
)
from shared.contracts.refusals import Refusal, StaleVersion
from shared.contracts.review import (
    CloseRound,
    DecisionRecorded,
    OpenRound,
    RecordDecision,
    ReviewActivities,
)
from shared.contracts.rungs import FiredRung, FireRung
from shared.contracts.scoring import AnswerRecorded, AnswerScore, Scored, ScorePlan, ScoringActivities
from shared.contracts.words import Move, Party, RungOutcome, Stage
from tests.support.build import CATEGORIES, content, spring


class Gate:
    """Lets activities pass, or holds them until it is opened again; ``reached`` once one has come."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._open = asyncio.Event()
        self._open.set()

    def close(self) -> None:
        """Hold whoever comes from now on."""
        self.reached.clear()
        self._open.clear()

    def open(self) -> None:
        """Let everybody pass."""
        self._open.set()

    async def through(self) -> None:
        """Come to the gate, and pass when it is open."""
        self.reached.set()
        await self._open.wait()


class Rungs:
    """Remembers the rungs that fired; ``outcomes`` says what becomes of the next ones."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.fired: list[FireRung] = []
        self.outcomes: list[RungOutcome] = []

    async def fire(self, request: FireRung) -> FiredRung:
        """Record the rung."""
        await self.gate.through()
        self.fired.append(request)
        outcome = self.outcomes.pop(0) if self.outcomes else RungOutcome.SENT
        return FiredRung(outcome=outcome, recipients=("somebody",))


class PlansInMemory(PlansActivities):
    """One row a plan, a ledger, and a refusal for whoever is to be refused."""

    def __init__(self, rungs: Rungs) -> None:
        self.rungs = rungs
        self.gate = Gate()
        self.positions: dict[str, Position] = {}
        self.opened: list[OpenPlan] = []
        self.resubmitted: list[GetSubmission] = []
        self.moves: list[MovePlan] = []
        self.ledger: list[Moved] = []
        self.deadlines: list[Deadline | None] = []
        self.applied: dict[str, Moved] = {}
        self.refuse_next: Refusal | None = None

    async def cycle_policy(self, request: GetCyclePolicy) -> CyclePolicy:
        """The default policy without jitter."""
        return CyclePolicy(jitter_seconds=0)

    async def open(self, request: OpenPlan) -> Position:
        """The row, made when it is absent."""
        await self.gate.through()
        self.opened.append(request)
        self._refuse()
        return self.positions.setdefault(
            request.given.plan.plan_id,
            Position(
                plan=request.given.plan,
                stage=Stage.DRAFTING,
                version=1,
                entered_at=datetime.now(UTC),
                deadline=request.deadline,
            ),
        )

    async def submit(self, request: SubmitPlan) -> Submitted:
        """Move to HR, unless the draft is to be refused."""
        await self.gate.through()
        moved = self._move(request.command, Stage.HR_REVIEW, request.deadline)
        return Submitted(moved=moved, submission=self._submission(request.command, moved.version))

    async def submission(self, request: GetSubmission) -> Submission:
        """The newest submission."""
        self.resubmitted.append(request)
        position = self.positions[request.plan.plan_id]
        return self._submission(position, position.version)

    async def move(self, request: MovePlan) -> Moved:
        """Move the row."""
        await self.gate.through()
        self.moves.append(request)
        return self._move(request.command, request.stage, request.deadline)

    async def close(self, request: ClosePlan) -> ClosedPlan:
        """Frozen figures without any figure."""
        return ClosedPlan(
            plan=request.plan,
            revision=1,
            content=content("40", "20", "15", "25"),
            categories=CATEGORIES,
            actuals=(),
        )

    async def fire_rung(self, request: FireRung) -> FiredRung:
        """Record the rung."""
        return await self.rungs.fire(request)

    def _submission(self, of: Any, version: int) -> Submission:
        return Submission(
            plan=of.plan,
            revision=1,
            plan_version=version,
            template_version=1,
            content=content("40", "20", "15", "25"),
            categories=CATEGORIES,
        )

    def _refuse(self) -> None:
        if self.refuse_next is not None:
            refused, self.refuse_next = self.refuse_next, None
            raise refused

    def _move(self, command: Command, stage: Stage, deadline: Deadline | None) -> Moved:
        if command.command_id in self.applied:
            return self.applied[command.command_id]
        self._refuse()
        row = self.positions[command.plan.plan_id]
        if row.version != command.expected_version:
            raise StaleVersion(expected=command.expected_version, current=row.version, stage=row.stage)
        moved = Moved(
            command_id=command.command_id,
            plan_id=command.plan.plan_id,
            move=command.move,
            actor=command.actor,
            stage=stage,
            version=row.version + 1,
            at=datetime.now(UTC),
        )
        changes: dict[str, Any] = {"stage": stage, "version": moved.version, "moves": (*row.moves, moved)}
        if stage is not row.stage or deadline is not None:
            changes |= {"entered_at": moved.at, "deadline": deadline}
        self.positions[command.plan.plan_id] = row.model_copy(update=changes)
        self.ledger.append(moved)
        self.deadlines.append(deadline)
        self.applied[command.command_id] = moved
        return moved


class ReviewInMemory(ReviewActivities):
    """Rounds as a list of what was asked."""

    def __init__(self, rungs: Rungs) -> None:
        self.rungs = rungs
        self.gate = Gate()
        self.opened: list[OpenRound] = []
        self.decisions: list[RecordDecision] = []
        self.on_behalf_of: str | None = None
        self.closed: list[CloseRound] = []
        self.refuse_next: Refusal | None = None

    async def open_round(self, request: OpenRound) -> None:
        """Note the round."""
        self.opened.append(request)

    async def record_decision(self, request: RecordDecision) -> DecisionRecorded:
        """Note the decision, unless it is to be refused."""
        await self.gate.through()
        if self.refuse_next is not None:
            refused, self.refuse_next = self.refuse_next, None
            raise refused
        self.decisions.append(request)
        return DecisionRecorded(command_id=request.command.command_id, on_behalf_of=self.on_behalf_of)

    async def close_round(self, request: CloseRound) -> None:
        """Note the end of the round."""
        self.closed.append(request)

    async def fire_rung(self, request: FireRung) -> FiredRung:
        """Record the rung."""
        return await self.rungs.fire(request)


class ScoringInMemory(ScoringActivities):
    """A score of 62 for everybody; confirmations and disputes are remembered."""

    def __init__(self, rungs: Rungs) -> None:
        self.rungs = rungs
        self.scored: list[ScorePlan] = []
        self.answers: list[AnswerScore] = []
        self.on_behalf_of: str | None = None
        self.refuse_next: Refusal | None = None
        self.confirmed: set[Party] = set()
        self.disputed = False

    async def score(self, request: ScorePlan) -> Scored:
        """The golden 62."""
        self.scored.append(request)
        return Scored(version=1, total=Decimal("62.00"), band="pass")

    async def record_answer(self, request: AnswerScore) -> AnswerRecorded:
        """Note who has said what, unless it is to be refused."""
        if self.refuse_next is not None:
            refused, self.refuse_next = self.refuse_next, None
            raise refused
        self.answers.append(request)
        if request.command.move is Move.DISPUTE:
            self.disputed = True
            self.confirmed.clear()
        else:
            self.confirmed.add(request.command.party)
            self.disputed = self.disputed and Party.LEADER not in self.confirmed
        return AnswerRecorded(
            command_id=request.command.command_id,
            disputed=self.disputed,
            author_confirmed=Party.AUTHOR in self.confirmed,
            leader_confirmed=Party.LEADER in self.confirmed,
            on_behalf_of=self.on_behalf_of,
        )

    async def fire_rung(self, request: FireRung) -> FiredRung:
        """Record the rung."""
        return await self.rungs.fire(request)


class DirectoryInMemory(DirectoryActivities):
    """So many planners of one department, and the spring's calendar."""

    def __init__(self, count: int = 1) -> None:
        self.people = [f"p{number:03}" for number in range(count)]
        self.asked: list[ListPlanners] = []
        self.cut = 0

    async def list_planners(self, request: ListPlanners) -> Planners:
        """One page of them."""
        self.asked.append(request)
        chosen = [
            person
            for person in self.people
            if person > request.after and (not request.people or person in request.people)
        ]
        planners = tuple(
            Planner(person=person, department="sales", zone="Asia/Shanghai")
            for person in chosen[: request.limit]
        )
        return Planners(planners=planners, total=len(self.people))

    async def working_days(self, request: CutWorkingDays) -> WorkingDays:
        """The whole spring, whatever the span."""
        self.cut += 1
        return spring()
