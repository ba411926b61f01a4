"""Closing: the author brings the last figures, until they are frozen and scored."""

from datetime import datetime

from shared.contracts.calendar import Deadline
from shared.contracts.plans import ClosePlan, PlansActivities
from shared.contracts.scoring import Points, ScorePlan, ScoringActivities
from shared.contracts.words import Move
from shared.ladder.dates import Alarm
from workflows.deadlines import Month
from workflows.owners import ask
from workflows.stages.plan_stage import Done, PlanContext, PlanStage, Step


class Closing(PlanStage):
    """The days after the month: one reminder, and the score when they are over."""

    def due(self, month: Month, now: datetime) -> Deadline:
        """So many working days after the month has ended."""
        return month.actuals_due()

    def ladder(self, month: Month, due: Deadline | None, since: datetime) -> list[Alarm]:
        """The author is reminded once of the figures; time freezes them when they are due."""
        actuals = month.actuals_due()
        half = month.half_time(actuals, since) if month.policy.actuals.half_time else []
        return [*half, Alarm(actuals.instant, actuals, move=Move.CLOSE)]

    async def carry_out(self, plan: PlanContext, step: Step) -> Done:
        """Score the plan, or end it without a score."""
        return await (self._score if step.command.move is Move.CLOSE else self.leave)(plan, step)

    async def _score(self, plan: PlanContext, step: Step) -> Done:
        """Freeze the figures, score them, and show the score: close, value, score, move."""
        command, version = step.command, step.command.expected_version
        closed = await ask(PlansActivities.close, ClosePlan(plan=plan.given.plan, plan_version=version))
        due = plan.due(step.target)
        assert due is not None
        scored = await ask(
            ScoringActivities.score,
            ScorePlan(
                command_id=f"{command.command_id}:score",
                closed=closed,
                plan_version=version,
                confirmation=due,
            ),
        )
        return await plan.move(command, step.target, due, Points(total=scored.total, band=scored.band))
