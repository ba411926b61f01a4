"""What the review API takes and gives."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, JsonValue, StringConstraints, model_validator

from services.review.domain.diff import FieldChange
from services.review.domain.ladder import Recipient
from shared.contracts.calendar import Deadline
from shared.contracts.lifecycle import Moved
from shared.contracts.plan import CategoryRule, PlanContent
from shared.contracts.values import Note, Reason, Text, Value, unfit
from shared.contracts.words import Milestone, Move, Rung, RungOutcome, Stage
from shared.locale.findings import SpokenFinding
from shared.web.views import View


class Approval(Value):
    """An approval; a ``note`` is its condition, which tracking shows."""

    note: Note = ""


class Returning(Value):
    """A return with its reason; without ``to`` the plan goes back to its author."""

    note: Note = ""
    to: Stage | None = None


class PlanVersion(Value):
    """A plan, and the version of it that its reviewer has seen."""

    plan_id: Annotated[str, StringConstraints(max_length=120)]
    version: Annotated[int, Field(ge=0, lt=10**9)]


class BulkApproval(Value):
    """Plans to approve, each once."""

    plans: Annotated[tuple[PlanVersion, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _plans_differ(self) -> Self:
        if len({plan.plan_id for plan in self.plans}) < len(self.plans):
            raise unfit("plan_named_twice")
        return self


class BulkRow(View):
    """What became of one plan of a bulk approval: its move, where to ask, or the problem."""

    plan_id: str
    status: Literal["moved", "pending", "refused"]
    moved: Moved | None = None
    key: str | None = None
    problem: dict[str, JsonValue] | None = None


class BulkReport(View):
    """One row per plan, in the order asked."""

    items: list[BulkRow]


class NewComment(Value):
    """A comment on a field; without ``path`` on the whole plan."""

    path: Annotated[str, StringConstraints(max_length=200)] = ""
    text: Reason


class CommentView(View):
    """A comment; ``path`` names lines by id, so that it stays with its line in later revisions."""

    id: int
    revision: int
    author: str
    path: str
    text: str
    at: AwareDatetime


class PersonView(View):
    """A person as shown; the name is null when the directory has not told it."""

    id: str
    name: Text | None = None


class ApproverView(View):
    """Somebody who may decide now, and for whom."""

    person: PersonView
    on_behalf_of: PersonView | None = None


class WaitingItem(View):
    """One line of the list of waiting reviews; ``on_behalf_of`` is the caller's giver, if any."""

    plan_id: str
    month: str
    author: PersonView
    department: str
    stage: Stage
    revision: int
    version: int
    since: AwareDatetime
    due: Deadline
    on_behalf_of: str | None = None


class RungView(View):
    """A rung that has fired: due when, fired when, who was told and why."""

    milestone: Milestone
    rung: Rung
    version: int
    due: AwareDatetime
    fired_at: AwareDatetime
    outcome: RungOutcome
    told: tuple[Recipient, ...]


class NextSteps(View):
    """What can happen now: where an approval leads and where a return may go."""

    approve: Stage
    return_to: tuple[Stage, ...]


class WaitingView(View):
    """Who has the plan, since when, due when and why, what was sent, what happens next.

    ``due`` says why that instant: the local time in its zone, the calendar version that counted the
    working days, and whether that calendar may still change.
    """

    stage: Stage
    version: int
    approvers: list[ApproverView]
    since: AwareDatetime
    due: Deadline
    sent: list[RungView]
    next: NextSteps
    may_decide: bool
    on_behalf_of: str | None = None


class DecisionView(View):
    """A decision as recorded; the note of an approval is its condition."""

    move: Move
    actor: str
    on_behalf_of: str | None
    note: str
    to: Stage


class RoundView(View):
    """A round: what was shown to whom, from when to when, and how it ended."""

    stage: Stage
    revision: int
    version: int
    opened_at: datetime
    closed_at: datetime | None
    closed_because: str
    decision: DecisionView | None


class ReviewDetail(View):
    """A plan as its reviewers see it: the newest revision, what changed, and the course of its review."""

    plan_id: str
    month: str
    author: PersonView
    department: str
    stage: Stage | None
    waiting: WaitingView | None
    revision: int
    content: PlanContent
    categories: tuple[CategoryRule, ...]
    findings: list[SpokenFinding]
    previous_revision: int | None
    changes: tuple[FieldChange, ...]
    rounds: list[RoundView]
    rungs: list[RungView]
    comments: list[CommentView]
