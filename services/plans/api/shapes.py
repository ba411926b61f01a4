"""What the plan API takes and gives."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field, ValidationInfo

from services.plans.domain.progress import CategoryProgress
from services.plans.domain.rungs import Recipient
from shared.contracts.calendar import Deadline, TimeScale
from shared.contracts.plan import CategoryRule, Finding, PlanContent, ProgressEntry, Template
from shared.contracts.scoring import Points
from shared.contracts.values import Code, Note, Value
from shared.contracts.words import Language, Milestone, Move, Rung, RungOutcome, Stage
from shared.locale.findings import SpokenFinding, spoken
from shared.web.views import View, at


def _spoken(findings: Sequence[Finding], info: ValidationInfo) -> list[SpokenFinding]:
    return spoken(findings, Language(str(info.context)))


Count = Annotated[int, BeforeValidator(len)]
"""How many there are of what the row lists."""
Spoken = Annotated[list[SpokenFinding], BeforeValidator(_spoken)]
"""Findings with their sentences; the reader's language is the context of the validation."""


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


class MonthOpened(View):
    """The opening has been started, or joined where it ran already."""

    month: str
    workflow_id: str


class PublishedTemplate(View):
    """A department's own template, with who published it and when."""

    template: Template
    published_by: Annotated[str, at("by")]
    published_at: Annotated[AwareDatetime, at("at")]


class ScoreView(View):
    """A plan's score as scoring has told it; scoring explains it."""

    version: int
    total: Decimal
    band: str
    provisional: tuple[str, ...]


class PlanSummary(View):
    """A line of the list of plans."""

    id: Annotated[str, at("plan", "id")]
    month: Annotated[str, at("plan", "ref", "month")]
    person: Annotated[str, at("plan", "ref", "person")]
    department: Annotated[str, at("plan", "department")]
    stage: Annotated[Stage, at("plan", "stage")]
    version: Annotated[int, at("plan", "version")]
    content_version: int
    revision: Annotated[int, at("plan", "revision")]
    deadline: Annotated[Deadline | None, at("plan", "deadline")]
    entered_at: Annotated[AwareDatetime, at("plan", "entered_at")]
    score: ScoreView | None


class PlanView(PlanSummary):
    """One plan: where it stands, what waits, the content, and what was marked when it was submitted.

    ``deadline`` says why it is that instant: the local time in its zone and the version of the
    calendar that counted its working days. ``conditions`` are the notes it was approved with.
    """

    zone: Annotated[str, at("plan", "zone")]
    opened_at: Annotated[AwareDatetime, at("plan", "opened_at")]
    template_department: Annotated[str, at("plan", "template_department")]
    template_version: Annotated[int, at("plan", "template_version")]
    content: Annotated[PlanContent, at("draft", "content")]
    findings: Spoken
    conditions: list[str]
    figures_frozen: Annotated[bool, at("plan", "figures_frozen")]


class DraftSaved(View):
    """The draft as kept, with what the linter marks in it."""

    version: int
    content_version: int
    findings: list[SpokenFinding]


class Checked(View):
    """What the linter marks; ``spread`` proposes shares that sum to 100 where they do not."""

    blocked: bool
    findings: list[SpokenFinding]
    spread: dict[str, Decimal] | None


class LedgerView(View):
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
    score: Points | None = None
    previous_hash: str
    hash: str


class RungView(View):
    """A rung that has fired: of which deadline, due when, fired when, who was told and why."""

    milestone: Milestone
    rung: Rung
    version: Annotated[int, at("plan_version")]
    deadline: Deadline
    due: AwareDatetime
    fired_at: AwareDatetime
    outcome: RungOutcome
    told: tuple[Recipient, ...]


class RevisionSummary(View):
    """A line of the list of revisions."""

    number: Annotated[int, at("submission", "revision")]
    version: Annotated[int, at("submission", "plan_version")]
    template_version: Annotated[int, at("submission", "template_version")]
    frozen_at: AwareDatetime
    items: Annotated[Count, at("submission", "content", "items")]
    findings: Annotated[Count, at("submission", "findings")]


class RevisionView(View):
    """A frozen revision with the rules and findings of its time."""

    number: Annotated[int, at("submission", "revision")]
    version: Annotated[int, at("submission", "plan_version")]
    template_version: Annotated[int, at("submission", "template_version")]
    frozen_at: AwareDatetime
    content: Annotated[PlanContent, at("submission", "content")]
    categories: Annotated[tuple[CategoryRule, ...], at("submission", "categories")]
    findings: Annotated[Spoken, at("submission", "findings")]


class EntryView(View):
    """A progress entry as recorded."""

    number: int
    author: str
    at: AwareDatetime
    entry: ProgressEntry


class ProgressView(View):
    """Everything reported on a plan, and how its categories stand."""

    entries: list[EntryView]
    report: tuple[CategoryProgress, ...]
