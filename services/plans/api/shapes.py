"""What the plan API takes and gives."""

from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from services.plans.domain.progress import CategoryProgress
from services.plans.domain.rungs import Recipient
from shared.contracts.calendar import Deadline, TimeScale
from shared.contracts.findings import SpokenFinding
from shared.contracts.plan import CategoryRule, PlanContent, ProgressEntry, Template
from shared.contracts.values import Code, Note, Value
from shared.contracts.words import Milestone, Move, Rung, RungOutcome, Stage


class Ending(Value):
    """Why HR exempts somebody from a plan, or cancels it."""

    note: Note = ""


class TemplateBody(Template):
    """A template to publish; the department may be left to the path, the version is not read."""

    department: Code = ""


class MonthOpening(Value):
    """Whose plans to open, everybody's when nobody is named; a scale only in trial runs."""

    people: Annotated[tuple[Code, ...], Field(max_length=500)] = ()
    scale: TimeScale | None = None


class NewProgress(Value):
    """Entries to record together: all of them or none."""

    entries: Annotated[tuple[ProgressEntry, ...], Field(min_length=1, max_length=100)]


class MonthOpened(BaseModel):
    """The opening has been started, or joined where it ran already."""

    month: str
    workflow_id: str


class PublishedTemplate(BaseModel):
    """A department's own template, with who published it and when."""

    template: Template
    published_by: str
    published_at: AwareDatetime


class ScoreView(BaseModel):
    """A plan's score as scoring has told it; scoring explains it."""

    version: int
    total: Decimal
    band: str
    provisional: tuple[str, ...]


class PlanSummary(BaseModel):
    """A line of the list of plans."""

    id: str
    month: str
    person: str
    department: str
    stage: Stage
    version: int
    content_version: int
    revision: int
    deadline: Deadline | None
    entered_at: AwareDatetime
    score: ScoreView | None


class PlanView(PlanSummary):
    """One plan: where it stands, what waits, the content, and what was marked when it was submitted.

    ``deadline`` says why it is that instant: the local time in its zone and the version of the
    calendar that counted its working days. ``conditions`` are the notes it was approved with.
    """

    zone: str
    opened_at: AwareDatetime
    template_department: str
    template_version: int
    content: PlanContent
    findings: list[SpokenFinding]
    conditions: list[str]
    figures_frozen: bool


class DraftSaved(BaseModel):
    """The draft as kept, with what the linter marks in it."""

    version: int
    content_version: int
    findings: list[SpokenFinding]


class Checked(BaseModel):
    """What the linter marks; ``spread`` proposes shares that sum to 100 where they do not."""

    blocked: bool
    findings: list[SpokenFinding]
    spread: dict[str, Decimal] | None


class LedgerView(BaseModel):
    """A move as the ledger has it; each hash covers its line and the hash before it."""

    version: int
    command_id: str
    move: Move
    actor: str
    on_behalf_of: str | None
    from_stage: Stage | None
    to_stage: Stage
    at: AwareDatetime
    note: str
    previous_hash: str
    hash: str


class RungView(BaseModel):
    """A rung that has fired: of which deadline, due when, fired when, who was told and why."""

    milestone: Milestone
    rung: Rung
    version: int
    deadline: Deadline
    due: AwareDatetime
    fired_at: AwareDatetime
    outcome: RungOutcome
    told: tuple[Recipient, ...]


class RevisionSummary(BaseModel):
    """A line of the list of revisions."""

    number: int
    version: int
    template_version: int
    frozen_at: AwareDatetime
    items: int
    findings: int


class RevisionView(BaseModel):
    """A frozen revision with the rules and findings of its time."""

    number: int
    version: int
    template_version: int
    frozen_at: AwareDatetime
    content: PlanContent
    categories: tuple[CategoryRule, ...]
    findings: list[SpokenFinding]


class EntryView(BaseModel):
    """A progress entry as recorded."""

    number: int
    author: str
    at: AwareDatetime
    entry: ProgressEntry


class ProgressView(BaseModel):
    """Everything reported on a plan, and how its categories stand."""

    entries: list[EntryView]
    report: tuple[CategoryProgress, ...]
