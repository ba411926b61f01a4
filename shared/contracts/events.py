"""Every fact that is told on NATS, past tense; the subject and the CloudEvents type come from here."""

from datetime import date, datetime
from typing import Any, ClassVar

from pydantic import AwareDatetime

from shared.contracts.ids import PlanRef
from shared.contracts.notices import Notice
from shared.contracts.organisation import Absence, Delegation, Department, Person
from shared.contracts.plan import ClosedPlan, Submission
from shared.contracts.scoring import Points, Score
from shared.contracts.values import Code, Value
from shared.contracts.words import Milestone, Move, Rung, Stage

EVENTS: dict[str, type["Event"]] = {}


class Event(Value):
    """A fact. Subclasses give ``owner`` and ``fact``; the subject is ``monthline.owner.fact.v1``."""

    owner: ClassVar[str]
    fact: ClassVar[str]

    notices: tuple[Notice, ...] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        EVENTS[cls.subject()] = cls

    @classmethod
    def subject(cls) -> str:
        """The NATS subject and CloudEvents type of this kind of event."""
        return f"monthline.{cls.owner}.{cls.fact}.v1"


class PersonChanged(Event):
    """A person as they are now."""

    owner = "directory"
    fact = "person_changed"
    person: Person


class DepartmentChanged(Event):
    """A department as it is now."""

    owner = "directory"
    fact = "department_changed"
    department: Department


class DelegationChanged(Event):
    """A delegation given, changed or revoked."""

    owner = "directory"
    fact = "delegation_changed"
    delegation: Delegation


class AbsenceChanged(Event):
    """An absence entered, changed or revoked."""

    owner = "directory"
    fact = "absence_changed"
    absence: Absence


class CalendarChanged(Event):
    """Working days from ``first`` to ``last`` have changed, or have become official, in ``version``."""

    owner = "directory"
    fact = "calendar_changed"
    version: int
    first: date
    last: date


class StageEntered(Event):
    """A plan has been moved; ``version`` is the plan's after the move.

    ``score`` is that of a plan which has come to scored or to final.
    """

    owner = "plans"
    fact = "stage_entered"
    plan: PlanRef
    move: Move
    actor: str
    on_behalf_of: str | None = None
    stage: Stage
    previous: Stage | None = None
    version: int
    at: AwareDatetime
    note: str = ""
    score: Points | None = None


class PlanSubmitted(Event):
    """A revision has been frozen."""

    owner = "plans"
    fact = "plan_submitted"
    submission: Submission


class DraftChanged(Event):
    """The author has edited the draft; the text itself is not told."""

    owner = "plans"
    fact = "draft_changed"
    plan: PlanRef
    content_version: int


class ProgressRecorded(Event):
    """Somebody reported progress on an item."""

    owner = "plans"
    fact = "progress_recorded"
    plan: PlanRef
    item: Code
    entry: int


class PlanClosed(Event):
    """The figures of a plan are frozen."""

    owner = "plans"
    fact = "plan_closed"
    closed: ClosedPlan


class RungFired(Event):
    """A rung of a ladder fired; told by the owner of the step (``owner`` in the subject)."""

    owner = "plans"
    fact = "rung_fired"
    plan: PlanRef
    milestone: Milestone
    rung: Rung
    due: AwareDatetime
    deadline: AwareDatetime
    fired_at: AwareDatetime
    recipients: tuple[Code, ...]


class ReviewRungFired(RungFired):
    """A rung of a review deadline."""

    owner = "review"


class ScoringRungFired(RungFired):
    """A rung of a score's deadline."""

    owner = "scoring"


class RoundOpened(Event):
    """A review round waits for its reviewers."""

    owner = "review"
    fact = "round_opened"
    plan: PlanRef
    stage: Stage
    revision: int
    due: datetime


class RoundClosed(Event):
    """A review round waits no more and was not decided: recalled, cancelled, exempted, ended by time."""

    owner = "review"
    fact = "round_closed"
    plan: PlanRef
    stage: Stage
    reason: str
    at: AwareDatetime


class DecisionRecordedEvent(Event):
    """A reviewer has decided."""

    owner = "review"
    fact = "decision_recorded"
    plan: PlanRef
    stage: Stage
    decision: Move
    actor: str
    on_behalf_of: str | None = None
    note: str = ""
    at: AwareDatetime


class Commented(Event):
    """Somebody commented on a plan in review."""

    owner = "review"
    fact = "commented"
    plan: PlanRef
    comment: int
    author: Code


class MetricRecorded(Event):
    """A value of a business metric; ``version`` grows with every correction."""

    owner = "scoring"
    fact = "metric_recorded"
    metric: Code
    month: str
    value: str
    source: str
    version: int


class PlanScored(Event):
    """A plan has a score, with its explanation."""

    owner = "scoring"
    fact = "plan_scored"
    score: Score


class ScoreAnswered(Event):
    """A score was confirmed or disputed."""

    owner = "scoring"
    fact = "score_answered"
    plan: PlanRef
    move: Move
    actor: str
    on_behalf_of: str | None = None
    note: str = ""
    at: AwareDatetime
