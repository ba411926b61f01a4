"""Every notice that somebody may be told: one class each, whose fields are the parameters of its text."""

from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from pydantic import AwareDatetime, Field, JsonValue, ValidationError

from shared.contracts.ids import PlanRef
from shared.contracts.values import Code, Value
from shared.contracts.words import Milestone, Rung, Stage

V = TypeVar("V", bound=Value)

NOTICES: dict[str, type["PlanNotice"]] = {}
"""The notices of this version by name."""


class Cause(StrEnum):
    """Why somebody is told of a deadline."""

    AUTHOR = "author"
    RESPONSIBLE = "responsible"
    APPROVER = "approver"
    DEPUTY = "deputy"
    SUPERIOR = "superior"
    LEADERSHIP = "leadership"


class PlanNotice(Value):
    """What a notice says of a plan; ``notice.<name>.subject`` and ``.body`` are its texts.

    A paragraph whose parameter is empty is left out.
    """

    name: ClassVar[str] = ""
    plan: PlanRef

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            NOTICES[cls.name] = cls

    def to(self, recipient: str, reason: str) -> "Notice":
        """The notice for one recipient."""
        parameters = self.model_dump(mode="json", exclude_defaults=True)
        return Notice(recipient=recipient, reason=reason, name=self.name, parameters=parameters)


class Notice(Value):
    """A wish that somebody be told: ``reason`` is unique per cause, ``name`` names one of ``NOTICES``.

    The same recipient is never told twice for the same reason. A reader of an older version may know
    neither the name nor the parameters.
    """

    recipient: Code
    reason: str
    name: str
    parameters: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def said(self) -> PlanNotice | None:
        """What the notice says; None when this version does not know it."""
        kind = NOTICES.get(self.name)
        return None if kind is None else _read(kind, self.parameters)

    @property
    def plan(self) -> PlanRef | None:
        """The plan that the notice is about, as far as it says so."""
        return _read(PlanRef, self.parameters.get("plan"))


def _read(kind: type[V], data: object) -> V | None:
    try:
        return kind.deserialize(data)
    except ValidationError:
        return None


class DraftOpened(PlanNotice):
    """The author may write their plan."""

    name = "draft_opened"
    due: AwareDatetime | None = None


class _Reminder(PlanNotice):
    due: AwareDatetime
    rung: Rung


class DraftReminder(_Reminder):
    """The plan has not been submitted."""

    name = "draft_reminder"


class EntryReminder(_Reminder):
    """The author has progress or figures to enter."""

    name = "entry_reminder"
    milestone: Milestone


class ReviewWaiting(PlanNotice):
    """A plan waits for the recipient's decision."""

    name = "review_waiting"
    stage: Stage
    due: AwareDatetime


class ReviewReminder(_Reminder):
    """A plan still waits for the recipient's decision."""

    name = "review_reminder"
    stage: Stage


class PlanReturned(PlanNotice):
    """A reviewer has returned the plan, for the reason in ``note``."""

    name = "returned"
    actor: str
    note: str
    stage: Stage
    due: AwareDatetime | None = None


class PlanReturnedByTime(PlanNotice):
    """The policy has returned the plan, because a deadline has passed."""

    name = "returned_by_time"
    milestone: Milestone
    stage: Stage
    due: AwareDatetime | None = None


class PlanApproved(PlanNotice):
    """The plan has been approved; ``note`` is a condition."""

    name = "approved"
    actor: str
    note: str = ""
    stage: Stage


class PlanRecalled(PlanNotice):
    """The author has taken the plan back from the recipient."""

    name = "recalled"


class _Late(PlanNotice):
    milestone: Milestone
    stage: Stage
    due: AwareDatetime
    because: Cause


class StepOverdue(_Late):
    """A step has not been taken in time; the superior is told."""

    name = "overdue"
    responsible: tuple[str, ...] = ()
    rung: Rung


class StepEscalated(_Late):
    """A step has not been taken in time; leadership is told."""

    name = "escalated"
    responsible: tuple[str, ...] = ()
    rung: Rung


class TimeUp(_Late):
    """All time for a step has been used up, and the policy applies."""

    name = "time_up"


class PlanMissing(PlanNotice):
    """The plan was not submitted and is marked missing."""

    name = "missing"
    due: AwareDatetime | None = None
    note: str = ""


class PlanEnded(PlanNotice):
    """HR has ended the plan."""

    name = "ended"
    actor: str
    stage: Stage
    note: str = ""


class PlanClosing(PlanNotice):
    """The author is to enter the actual figures."""

    name = "closing"
    due: AwareDatetime | None = None


class _Score(PlanNotice):
    score: Decimal
    band: str


class ScoreAnnounced(_Score):
    """The plan has been scored; its author may confirm or dispute the score."""

    name = "scored"
    due: AwareDatetime


class ConfirmationWaiting(_Score):
    """A score waits for the leader's confirmation."""

    name = "confirmation_waiting"
    due: AwareDatetime


class ConfirmationReminder(_Reminder):
    """A score still waits for a confirmation, or a dispute for an answer."""

    name = "confirmation_reminder"
    milestone: Milestone
    score: Decimal


class ScoreDisputed(PlanNotice):
    """The author disputes the score, for the reason in ``note``."""

    name = "disputed"
    note: str
    score: Decimal


class DisputeAnswered(PlanNotice):
    """The dispute has been answered."""

    name = "dispute_answered"
    actor: str
    note: str
    score: Decimal


class ScoreFinal(PlanNotice):
    """The score stands."""

    name = "final"
    score: Decimal | None = None
    band: str = ""
