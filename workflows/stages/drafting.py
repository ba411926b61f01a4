"""Drafting: the author writes until the plan is submitted, or until time marks it as missing."""

from datetime import datetime

from shared.contracts.calendar import Deadline
from shared.contracts.plans import PlansActivities, SubmitPlan
from shared.contracts.words import Move
from shared.ladder.dates import Alarm
from workflows.deadlines import Month
from workflows.owners import ask
from workflows.stages.plan_stage import Done, PlanContext, PlanStage, Step


class Drafting(PlanStage):
    """The author's stage: one deadline and its whole ladder, whose end is a missing plan."""

    def due(self, month: Month, now: datetime) -> Deadline:
        """The last working day before the month, or later for a late or returned draft."""
        return month.draft_due(now)

    def ladder(self, month: Month, due: Deadline | None, since: datetime) -> list[Alarm]:
        """The author is reminded and reported until the draft is submitted."""
        return month.ladder(due, since, month.policy.draft) if due else []

    async def carry_out(self, plan: PlanContext, step: Step) -> Done:
        """Submit the draft, or end the plan without one."""
        if step.command.move is not Move.SUBMIT:
            return await self.leave(plan, step)
        due = plan.due(step.target)
        assert due is not None
        submitted = await ask(PlansActivities.submit, SubmitPlan(command=step.command, deadline=due))
        plan.submission = submitted.submission
        plan.round_open = False
        return Done(submitted.moved, due)
