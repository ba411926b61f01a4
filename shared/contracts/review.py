"""What the review service promises the workflows."""

from abc import ABC, abstractmethod

from temporalio import activity

from shared.contracts.calendar import Deadline
from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import Command
from shared.contracts.plan import Submission
from shared.contracts.rungs import FiredRung, FireRung
from shared.contracts.values import Value
from shared.contracts.words import Stage

REVIEW_QUEUE = "review"


class OpenRound(Value):
    """A review round of a frozen revision at ``stage`` (hr_review or leader_review)."""

    submission: Submission
    stage: Stage
    plan_version: int
    deadline: Deadline


class RecordDecision(Value):
    """A decision on the open round, as given by the command.

    ``next_stage`` and ``next_deadline`` are set when the decision opens another round of the same
    revision (HR approved: the leader is next; the leader returned to HR: HR is next).
    """

    command: Command
    stage: Stage
    next_stage: Stage | None = None
    next_deadline: Deadline | None = None


class DecisionRecorded(Value):
    """The decision stands, by whom and for whom."""

    command_id: str
    on_behalf_of: str | None = None


class CloseRound(Value):
    """The plan left review without a decision (recalled, cancelled, exempted, ended by time)."""

    plan: PlanRef
    command_id: str
    reason: str


class ReviewActivities(ABC):
    """Carried out on ``REVIEW_QUEUE``; every one answers the same to the same command id."""

    @activity.defn(name="review.open_round")
    @abstractmethod
    async def open_round(self, request: OpenRound) -> None:
        """Open a round for a submission; nothing happens when that round exists."""

    @activity.defn(name="review.record_decision")
    @abstractmethod
    async def record_decision(self, request: RecordDecision) -> DecisionRecorded:
        """Record a decision; refused when its giver may not decide now or the round is decided."""

    @activity.defn(name="review.close_round")
    @abstractmethod
    async def close_round(self, request: CloseRound) -> None:
        """Close the open round, if any, without a decision."""

    @activity.defn(name="review.fire_rung")
    @abstractmethod
    async def fire_rung(self, request: FireRung) -> FiredRung:
        """Record a rung of a review deadline and name its recipients, resolved now."""
