"""Review: a round of the frozen revision waits for whoever may decide it at this level."""

from datetime import datetime

from shared.contracts.calendar import Deadline
from shared.contracts.lifecycle import Command
from shared.contracts.moves import REVIEW, REVIEW_STAGES, TABLE
from shared.contracts.plans import GetSubmission, PlansActivities
from shared.contracts.review import CloseRound, OpenRound, RecordDecision, ReviewActivities
from shared.contracts.rungs import FiredRung, FireRung
from shared.contracts.words import Milestone, Party
from shared.ladder.dates import Alarm
from workflows.deadlines import Month
from workflows.moves import Standing
from workflows.owners import ask
from workflows.stages.plan_stage import Done, PlanContext, PlanStage, Step


class Review(PlanStage):
    """One review level: its deadline has a whole ladder, at whose end the policy may decide."""

    def __init__(self, milestone: Milestone) -> None:
        self._milestone = milestone

    def due(self, month: Month, now: datetime) -> Deadline:
        """So many working days after the level began."""
        return month.review_due(self._milestone, now)

    def ladder(self, month: Month, due: Deadline | None, since: datetime) -> list[Alarm]:
        """The level's reviewers are reminded and reported until they have decided."""
        return month.ladder(due, since, month.review_step(self._milestone)) if due else []

    async def enter(self, plan: PlanContext, here: Standing, due: Deadline | None) -> None:
        """Open the round of the newest revision, unless the decision before has opened it."""
        if plan.round_open or due is None:
            return
        submission = plan.submission
        if submission is None:
            submission = await ask(PlansActivities.submission, GetSubmission(plan=plan.given.plan))
        await ask(
            ReviewActivities.open_round,
            OpenRound(submission=submission, stage=here.stage, plan_version=here.version, deadline=due),
        )
        plan.submission = None
        plan.round_open = True

    async def remind(self, reminder: FireRung) -> FiredRung:
        """The review service knows whose decision it is."""
        return await ask(ReviewActivities.fire_rung, reminder)

    async def carry_out(self, plan: PlanContext, step: Step) -> Done:
        """Decide, by a person or by policy; or leave review without a decision."""
        command = step.command
        if TABLE[command.move].owner != REVIEW:
            done = await self.leave(plan, step)
            await self._close_round(plan, command)
            return done
        if command.party is not Party.SYSTEM:
            return await self._decide(plan, step)
        due = plan.due(step.target)
        await self._close_round(plan, command)
        return await plan.move(command, step.target, due)

    async def _decide(self, plan: PlanContext, step: Step) -> Done:
        """The review service judges whether the decision may be taken; only then the plan moves."""
        due = plan.due(step.target)
        again = step.target in REVIEW_STAGES
        recorded = await ask(
            ReviewActivities.record_decision,
            RecordDecision(
                command=step.command,
                stage=step.source,
                next_stage=step.target if again else None,
                next_deadline=due if again else None,
            ),
        )
        plan.round_open = again
        command = step.command.model_copy(update={"on_behalf_of": recorded.on_behalf_of})
        return await plan.move(command, step.target, due)

    async def _close_round(self, plan: PlanContext, command: Command) -> None:
        await ask(
            ReviewActivities.close_round,
            CloseRound(plan=plan.given.plan, command_id=command.command_id, reason=command.move),
        )
        plan.round_open = False
