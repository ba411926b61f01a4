"""The owners of a plan's data, in memory: for tests of the lifecycle alone."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shared.contracts.calendar import CyclePolicy, WorkingDays
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


class Rungs:
    """Remembers the rungs that fired; ``outcomes`` says what becomes of the next ones."""

    def __init__(self) -> None:
        self.fired: list[FireRung] = []
        self.outcomes: list[RungOutcome] = []

    def fire(self, request: FireRung) -> FiredRung:
        """Record the rung."""
        self.fired.append(request)
        outcome = self.outcomes.pop(0) if self.outcomes else RungOutcome.SENT
        return FiredRung(outcome=outcome, recipients=("somebody",))


class PlansInMemory(PlansActivities):
    """One row a plan, a ledger, and a refusal for whoever is to be refused."""

    def __init__(self, rungs: Rungs) -> None:
        self.rungs = rungs
        self.positions: dict[str, Position] = {}
        self.ledger: list[Moved] = []
        self.applied: dict[str, Moved] = {}
        self.refuse_next: Refusal | None = None

    async def cycle_policy(self, request: GetCyclePolicy) -> CyclePolicy:
        """The default policy without jitter."""
        return CyclePolicy(jitter_seconds=0)

    async def open(self, request: OpenPlan) -> Position:
        """The row, made when it is absent."""
        return self.positions.setdefault(
            request.plan.plan_id,
            Position(
                plan=request.plan,
                stage=Stage.DRAFTING,
                version=1,
                entered_at=datetime.now(UTC),
                deadline=request.deadline,
            ),
        )

    async def submit(self, request: SubmitPlan) -> Submitted:
        """Move to HR, unless the draft is to be refused."""
        moved = self._move(request.command, Stage.HR_REVIEW)
        return Submitted(moved=moved, submission=self._submission(request.command, moved.version))

    async def submission(self, request: GetSubmission) -> Submission:
        """The newest submission."""
        position = self.positions[request.plan.plan_id]
        return self._submission(position, position.version)

    async def move(self, request: MovePlan) -> Moved:
        """Move the row."""
        return self._move(request.command, request.stage)

    async def close(self, request: ClosePlan) -> ClosedPlan:
        """Frozen figures without any figure."""
        return ClosedPlan(
            plan=request.plan,
            department="sales",
            revision=1,
            content=content("40", "20", "15", "25"),
            categories=CATEGORIES,
            actuals=(),
        )

    async def fire_rung(self, request: FireRung) -> FiredRung:
        """Record the rung."""
        return self.rungs.fire(request)

    def _submission(self, of: Any, version: int) -> Submission:
        return Submission(
            plan=of.plan,
            department="sales",
            revision=1,
            plan_version=version,
            template_version=1,
            content=content("40", "20", "15", "25"),
            categories=CATEGORIES,
        )

    def _move(self, command: Command, stage: Stage) -> Moved:
        if command.command_id in self.applied:
            return self.applied[command.command_id]
        if self.refuse_next is not None:
            refused, self.refuse_next = self.refuse_next, None
            raise refused
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
        changes = {"stage": stage, "version": moved.version}
        self.positions[command.plan.plan_id] = row.model_copy(update=changes)
        self.ledger.append(moved)
        self.applied[command.command_id] = moved
        return moved


class ReviewInMemory(ReviewActivities):
    """Rounds as a list of what was asked."""

    def __init__(self, rungs: Rungs) -> None:
        self.rungs = rungs
        self.opened: list[OpenRound] = []
        self.decisions: list[RecordDecision] = []
        self.closed: list[CloseRound] = []
        self.refuse_next: Refusal | None = None

    async def open_round(self, request: OpenRound) -> None:
        """Note the round."""
        self.opened.append(request)

    async def record_decision(self, request: RecordDecision) -> DecisionRecorded:
        """Note the decision, unless it is to be refused."""
        if self.refuse_next is not None:
            refused, self.refuse_next = self.refuse_next, None
            raise refused
        self.decisions.append(request)
        return DecisionRecorded(command_id=request.command.command_id)

    async def close_round(self, request: CloseRound) -> None:
        """Note the end of the round."""
        self.closed.append(request)

    async def fire_rung(self, request: FireRung) -> FiredRung:
        """Record the rung."""
        return self.rungs.fire(request)


class ScoringInMemory(ScoringActivities):
    """A score of 62 for everybody; confirmations and disputes are remembered."""

    def __init__(self, rungs: Rungs) -> None:
        self.rungs = rungs
        self.scored: list[ScorePlan] = []
        self.confirmed: set[Party] = set()
        self.disputed = False

    async def score(self, request: ScorePlan) -> Scored:
        """The golden 62."""
        self.scored.append(request)
        return Scored(version=1, total=Decimal("62.00"), band="pass")

    async def record_answer(self, request: AnswerScore) -> AnswerRecorded:
        """Note who has said what."""
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
        )

    async def fire_rung(self, request: FireRung) -> FiredRung:
        """Record the rung."""
        return self.rungs.fire(request)


class DirectoryInMemory(DirectoryActivities):
    """So many planners of one department, and the spring's calendar."""

    def __init__(self, count: int = 1) -> None:
        self.people = [f"p{number:03}" for number in range(count)]

    async def list_planners(self, request: ListPlanners) -> Planners:
        """One page of them."""
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
        return spring()
