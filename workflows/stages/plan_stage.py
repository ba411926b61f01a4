"""What a stage of a plan says of itself, and what the stages of one plan share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.contracts.calendar import Deadline
from shared.contracts.lifecycle import Command, LifecycleInput, Moved
from shared.contracts.plan import Submission
from shared.contracts.plans import MovePlan, PlansActivities
from shared.contracts.rungs import FiredRung, FireRung
from shared.contracts.scoring import Points
from shared.contracts.words import Stage
from shared.ladder.dates import Alarm
from workflows.deadlines import Month
from workflows.entity.timers import CalendarTimer
from workflows.moves import Standing
from workflows.owners import ask


@dataclass(frozen=True)
class Step:
    """An admitted command: from where to where it leads, and the deadline that ran until then."""

    command: Command
    source: Stage
    target: Stage
    running: Deadline | None


@dataclass(frozen=True)
class Done:
    """A move as its owner made it, and the deadline that now runs, if another one does."""

    moved: Moved
    deadline: Deadline | None = None


class PlanContext:
    """What the stages of one plan share: its input, its dates, and what one stage leaves for the next.

    ``submission`` is a revision that was just frozen, ``round_open`` whether a review round is open.
    """

    def __init__(self, given: LifecycleInput, stages: Mapping[Stage, "PlanStage"]) -> None:
        self.given = given
        self.month = Month(given.plan.month, given.zone, given.policy, given.working_days)
        self.timer = CalendarTimer(given.scale, given.plan.plan_id, given.policy.jitter_seconds)
        self.submission: Submission | None = None
        self.round_open = False
        self._stages = stages

    def due(self, stage: Stage) -> Deadline | None:
        """The deadline that begins to run when the plan comes to ``stage`` now."""
        return self._stages[stage].due(self.month, self.timer.now())

    async def move(
        self, command: Command, target: Stage, due: Deadline | None, score: Points | None = None
    ) -> Done:
        """Have the plan service make a move, with the deadline that then runs; ``score`` is what it shows."""
        request = MovePlan(command=command, stage=target, deadline=due, score=score)
        return Done(await ask(PlansActivities.move, request), due)


class PlanStage:
    """A stage without a deadline, in which nothing is done: what other stages say otherwise they override."""

    def due(self, month: Month, now: datetime) -> Deadline | None:
        """The deadline of a plan that comes to the stage at the calendar instant ``now``."""
        return None

    def ladder(self, month: Month, due: Deadline | None, since: datetime) -> list[Alarm]:
        """The reminders and moves of the deadline that has run since ``since``, in any order."""
        return []

    async def enter(self, plan: PlanContext, here: Standing, due: Deadline | None) -> None:
        """Have the owners do what the stage needs when it begins."""

    async def remind(self, reminder: FireRung) -> FiredRung:
        """Have the owner of the stage's deadline tell a reminder."""
        return await ask(PlansActivities.fire_rung, reminder)

    async def carry_out(self, plan: PlanContext, step: Step) -> Done:
        """Have the owners make a move; raises their refusal."""
        return await self.leave(plan, step)

    async def leave(self, plan: PlanContext, step: Step) -> Done:
        """Make a move of the plan's alone, which no other owner judges or prepares."""
        return await plan.move(step.command, step.target, plan.due(step.target))
