"""Scored: leader and author confirm, or the author disputes, until nobody has anything left to say."""

from datetime import datetime

from shared.contracts.calendar import Deadline
from shared.contracts.moves import SCORING, TABLE
from shared.contracts.rungs import FiredRung, FireRung
from shared.contracts.scoring import AnswerScore, ScoringActivities
from shared.contracts.words import Milestone, Move, Stage
from shared.ladder.dates import Alarm
from workflows.deadlines import Month
from workflows.owners import ask
from workflows.stages.plan_stage import Done, PlanContext, PlanStage, Step


class Scored(PlanStage):
    """The leader's deadline to confirm, or to answer a dispute; the window of disputes ends the plan."""

    def due(self, month: Month, now: datetime) -> Deadline:
        """So many working days after scoring."""
        return month.confirmation_due(now)

    def ladder(self, month: Month, due: Deadline | None, since: datetime) -> list[Alarm]:
        """The leader is reminded and reported; the end of the window makes the score final.

        Time alone does not end a dispute.
        """
        if due is None:
            return []
        if due.milestone is Milestone.DISPUTE_ANSWER_DUE:
            return month.ladder(due, since, month.policy.dispute_answer)
        ends = month.dispute_until(due)
        rungs = month.ladder(due, since, month.policy.confirmation)
        return [*rungs, Alarm(ends.instant, ends, move=Move.FINALISE)]

    async def remind(self, reminder: FireRung) -> FiredRung:
        """The scoring service knows whose answer is missing."""
        return await ask(ScoringActivities.fire_rung, reminder)

    async def carry_out(self, plan: PlanContext, step: Step) -> Done:
        """Answer the score, or end the plan without an answer."""
        return await (self._answer if TABLE[step.command.move].owner == SCORING else self.leave)(plan, step)

    async def _answer(self, plan: PlanContext, step: Step) -> Done:
        """A confirmation or a dispute; the plan is final when leader and author agree."""
        now = plan.timer.now()
        disputed = step.running is not None and step.running.milestone is Milestone.DISPUTE_ANSWER_DUE
        recorded = await ask(
            ScoringActivities.record_answer,
            AnswerScore(
                command=step.command,
                plan_version=step.command.expected_version,
                window_until=plan.given.scale.clock(_window(plan.month, step.running, now)),
            ),
        )
        agreed = recorded.leader_confirmed and (recorded.author_confirmed or disputed)
        target = Stage.FINAL if agreed and not recorded.disputed else Stage.SCORED
        due = plan.month.dispute_answer_due(now) if step.command.move is Move.DISPUTE else None
        command = step.command.model_copy(update={"on_behalf_of": recorded.on_behalf_of})
        return await plan.move(command, target, due)


def _window(month: Month, running: Deadline | None, now: datetime) -> datetime:
    """Until when the score may be disputed; a second dispute comes too late at once."""
    if running is None or running.milestone is Milestone.DISPUTE_ANSWER_DUE:
        return now
    return month.dispute_until(running).instant
