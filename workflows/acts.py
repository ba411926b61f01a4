"""How each move is carried out by the owners: which activity, in which order, with which deadline."""

from dataclasses import dataclass

from shared.contracts.calendar import Deadline
from shared.contracts.ids import deadline_command_id
from shared.contracts.lifecycle import Command, LifecycleInput, Moved
from shared.contracts.plan import Position, Submission
from shared.contracts.plans import (
    ClosePlan,
    GetSubmission,
    MovePlan,
    OpenPlan,
    PlansActivities,
    SubmitPlan,
)
from shared.contracts.review import CloseRound, OpenRound, RecordDecision, ReviewActivities
from shared.contracts.scoring import AnswerScore, ScorePlan, ScoringActivities
from shared.contracts.words import Milestone, Move, Party, Stage
from workflows.deadlines import Month
from workflows.owners import ask
from workflows.stages import REVIEW_STAGES
from workflows.timers import CalendarTimer

REVIEW_MILESTONES = {
    Stage.HR_REVIEW: Milestone.HR_REVIEW_DUE,
    Stage.LEADER_REVIEW: Milestone.LEADER_REVIEW_DUE,
}


@dataclass(frozen=True)
class Act:
    """A move as its owner made it, and the deadline that now runs, if another one does."""

    moved: Moved
    deadline: Deadline | None = None


class Acts:
    """Carries out decided moves. It keeps no stage: the lifecycle tells it where the plan stands."""

    def __init__(self, plan: LifecycleInput, month: Month, timer: CalendarTimer) -> None:
        self._input = plan
        self._month = month
        self._timer = timer
        self._submission: Submission | None = None
        self._round_open = False

    async def open(self) -> Position:
        """Open the plan's row, or learn where it stands; whether its round is open is then not known."""
        self._round_open = False
        return await ask(
            PlansActivities.open,
            OpenPlan(
                command_id=deadline_command_id(self._input.plan.plan_id, "drafting_opens", "open"),
                given=self._input,
                deadline=self._month.draft_due(self._timer.now()),
            ),
        )

    async def enter(self, stage: Stage, version: int, deadline: Deadline | None) -> None:
        """What a stage needs when it begins: in review, an open round."""
        if stage not in REVIEW_STAGES or self._round_open or deadline is None:
            return
        if self._submission is None:
            self._submission = await ask(PlansActivities.submission, GetSubmission(plan=self._input.plan))
        assert self._submission is not None
        await ask(
            ReviewActivities.open_round,
            OpenRound(submission=self._submission, stage=stage, plan_version=version, deadline=deadline),
        )
        self._submission = None
        self._round_open = True

    async def carry_out(self, command: Command, stage: Stage, target: Stage, running: Deadline | None) -> Act:
        """Have the owners make the move while the deadline ``running`` runs; raises their refusal."""
        match command.move:
            case Move.SUBMIT:
                return await self._submit(command)
            case Move.APPROVE | Move.RETURN:
                return await self._decide(command, stage, target)
            case Move.CLOSE if target is Stage.SCORED:
                return await self._score(command)
            case Move.CONFIRM | Move.DISPUTE:
                return await self._answer(command, running)
            case _:
                return await self._leave(command, stage, target)

    async def _submit(self, command: Command) -> Act:
        due = self._month.review_due(Milestone.HR_REVIEW_DUE, self._timer.now())
        submitted = await ask(PlansActivities.submit, SubmitPlan(command=command, deadline=due))
        self._submission = submitted.submission
        self._round_open = False
        return Act(submitted.moved, due)

    async def _decide(self, command: Command, stage: Stage, target: Stage) -> Act:
        """The review service judges whether the decision may be taken; only then the plan moves."""
        due = self._due(target)
        again = target in REVIEW_STAGES
        if command.party is Party.SYSTEM:
            await self._close_round(command)
            self._round_open = False
        else:
            recorded = await ask(
                ReviewActivities.record_decision,
                RecordDecision(
                    command=command,
                    stage=stage,
                    next_stage=target if again else None,
                    next_deadline=due if again else None,
                ),
            )
            command = command.model_copy(update={"on_behalf_of": recorded.on_behalf_of})
            self._round_open = again
        return Act(await self._move(command, target, due), due)

    def _due(self, target: Stage) -> Deadline | None:
        """The deadline that begins to run when a plan comes to ``target``."""
        match target:
            case Stage.DRAFTING:
                return self._month.draft_due(self._timer.now())
            case Stage.HR_REVIEW | Stage.LEADER_REVIEW:
                return self._month.review_due(REVIEW_MILESTONES[target], self._timer.now())
            case Stage.TRACKING:
                return self._month.close_opens()
            case Stage.CLOSING:
                return self._month.actuals_due()
            case _:
                return None

    async def _score(self, command: Command) -> Act:
        """Freeze the figures, score them, and show the score: close, value, score, move."""
        version = command.expected_version
        closed = await ask(PlansActivities.close, ClosePlan(plan=self._input.plan, plan_version=version))
        due = self._month.confirmation_due(self._timer.now())
        scored = await ask(
            ScoringActivities.score,
            ScorePlan(
                command_id=f"{command.command_id}:score",
                closed=closed,
                plan_version=version,
                confirmation=due,
            ),
        )
        noted = command.model_copy(update={"note": f"{scored.total} {scored.band}"})
        return Act(await self._move(noted, Stage.SCORED, due), due)

    async def _answer(self, command: Command, running: Deadline | None) -> Act:
        """A confirmation or a dispute; the plan is final when nobody has anything left to say."""
        now = self._timer.now()
        disputed = running is not None and running.milestone is Milestone.DISPUTE_ANSWER_DUE
        until = now if running is None or disputed else self._month.dispute_until(running).instant
        recorded = await ask(
            ScoringActivities.record_answer,
            AnswerScore(
                command=command,
                plan_version=command.expected_version,
                window_until=self._input.scale.clock(until),
            ),
        )
        command = command.model_copy(update={"on_behalf_of": recorded.on_behalf_of})
        agreed = recorded.leader_confirmed and (recorded.author_confirmed or disputed)
        target = Stage.FINAL if agreed and not recorded.disputed else Stage.SCORED
        due = self._month.dispute_answer_due(now) if command.move is Move.DISPUTE else None
        return Act(await self._move(command, target, due), due)

    async def _leave(self, command: Command, stage: Stage, target: Stage) -> Act:
        """Every other move is the plan's alone; a round that was open is closed behind it."""
        due = self._due(target)
        moved = await self._move(command, target, due)
        if stage in REVIEW_STAGES:
            await self._close_round(command)
        return Act(moved, due)

    async def _move(self, command: Command, target: Stage, due: Deadline | None) -> Moved:
        moved = await ask(PlansActivities.move, MovePlan(command=command, stage=target, deadline=due))
        return moved

    async def _close_round(self, command: Command) -> None:
        await ask(
            ReviewActivities.close_round,
            CloseRound(plan=self._input.plan, command_id=command.command_id, reason=command.move),
        )
        self._round_open = False
