"""What the plan service promises the workflows."""

from abc import ABC, abstractmethod

from temporalio import activity

from shared.contracts.calendar import CyclePolicy, Deadline
from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import Command, LifecycleInput, Moved
from shared.contracts.plan import ClosedPlan, Position, Submission
from shared.contracts.rungs import FiredRung, FireRung
from shared.contracts.scoring import Points
from shared.contracts.values import Month, Value
from shared.contracts.words import Stage

PLANS_QUEUE = "plans"


class GetCyclePolicy(Value):
    """Which month's policy is wanted."""

    month: Month


class OpenPlan(Value):
    """A plan to open in drafting; ``deadline`` is the draft's. An open plan stays as it is.

    ``given`` is what its lifecycle was started with: kept beside the plan, it starts a lifecycle that
    was lost again, with the dates and the policy that the plan was opened under.
    """

    command_id: str
    given: LifecycleInput
    deadline: Deadline


class Submitted(Value):
    """The move to HR, and the frozen revision by value for the review service."""

    moved: Moved
    submission: Submission


class MovePlan(Value):
    """A decided move: where the plan goes, and the deadline that waits there, if any.

    ``score`` is what a plan that comes to scored has reached.
    """

    command: Command
    stage: Stage
    deadline: Deadline | None = None
    score: Points | None = None


class SubmitPlan(Value):
    """A submission by the author; ``deadline`` is HR's."""

    command: Command
    deadline: Deadline


class ClosePlan(Value):
    """Freeze the figures of a plan in closing; ``plan_version`` is the version that closes."""

    plan: PlanRef
    plan_version: int


class GetSubmission(Value):
    """Which plan's newest submission is wanted."""

    plan: PlanRef


class PlansActivities(ABC):
    """Carried out on ``PLANS_QUEUE``; every one answers the same to the same command id.

    Refusals are raised as :class:`shared.contracts.refusals.Refusal` classes.
    """

    @activity.defn(name="plans.cycle_policy")
    @abstractmethod
    async def cycle_policy(self, request: GetCyclePolicy) -> CyclePolicy:
        """The company's newest cycle policy."""

    @activity.defn(name="plans.open")
    @abstractmethod
    async def open(self, request: OpenPlan) -> Position:
        """Open the plan, or say where it stands when it is open already."""

    @activity.defn(name="plans.submit")
    @abstractmethod
    async def submit(self, request: SubmitPlan) -> Submitted:
        """Lint the draft, freeze it as a revision and move it to HR; refused with all findings."""

    @activity.defn(name="plans.submission")
    @abstractmethod
    async def submission(self, request: GetSubmission) -> Submission:
        """The newest frozen revision again, for a review round that has to be opened anew."""

    @activity.defn(name="plans.move")
    @abstractmethod
    async def move(self, request: MovePlan) -> Moved:
        """Move the plan, if its version is still the expected one."""

    @activity.defn(name="plans.close")
    @abstractmethod
    async def close(self, request: ClosePlan) -> ClosedPlan:
        """Freeze the figures; the same figures again when called again for that version."""

    @activity.defn(name="plans.fire_rung")
    @abstractmethod
    async def fire_rung(self, request: FireRung) -> FiredRung:
        """Record a rung of a deadline of the author (draft, progress, actuals) and name its recipients."""
