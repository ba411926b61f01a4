"""Templates, plan content, findings and revisions by value."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, HttpUrl, StringConstraints, model_validator

from shared.contracts.calendar import Deadline
from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import Moved
from shared.contracts.values import STORABLE, Code, Note, Quantity, Share, Text, Title, Value, unfit
from shared.contracts.words import CompletionRule, Direction, MeasureKind, Severity, Stage

Unit = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=STORABLE)]
FindingCode = Annotated[str, StringConstraints(pattern=r"^[a-z]+(\.[a-z_]+)+$")]


class MetricMeasure(Value):
    """A number that moves from ``baseline`` to ``target``; baseline may be unknown."""

    kind: Literal[MeasureKind.METRIC] = MeasureKind.METRIC
    target: Quantity
    unit: Unit
    direction: Direction = Direction.HIGHER
    baseline: Quantity | None = None


class CountMeasure(Value):
    """So many things to do."""

    kind: Literal[MeasureKind.COUNT] = MeasureKind.COUNT
    planned: Annotated[Quantity, Field(gt=0)]
    unit: Unit


class MilestonesMeasure(Value):
    """The weighted share of the item's milestones that are done."""

    kind: Literal[MeasureKind.MILESTONES] = MeasureKind.MILESTONES


class BinaryMeasure(Value):
    """Done or not done."""

    kind: Literal[MeasureKind.BINARY] = MeasureKind.BINARY


Measure = Annotated[
    MetricMeasure | CountMeasure | MilestonesMeasure | BinaryMeasure, Field(discriminator="kind")
]


class ItemMilestone(Value):
    """A stage of an item with its date; ``weight`` is relative to the item's other milestones."""

    id: Code
    title: Title
    due: date
    weight: Annotated[Quantity, Field(gt=0)] = Decimal(1)


class Resource(Value):
    """Something the item needs from others, confirmed or not."""

    kind: Literal["people", "money", "technology"]
    text: Title
    confirmed: bool = False


class Links(Value):
    """What the item serves: a KPI, a strategic objective, a weak item, a fed metric."""

    kpi: Code | None = None
    objective: Code | None = None
    weak_item: Code | None = None
    metric: Code | None = None


class Item(Value):
    """One line of a plan; ``share`` is per cent of the whole plan."""

    id: Code
    category: Code
    title: Title
    share: Share
    measure: Measure | None = None
    due: date | None = None
    milestones: Annotated[tuple[ItemMilestone, ...], Field(max_length=20)] = ()
    resources: Annotated[tuple[Resource, ...], Field(max_length=20)] = ()
    links: Links = Links()
    note: Note = ""

    @model_validator(mode="after")
    def _milestones_differ(self) -> "Item":
        ids = [milestone.id for milestone in self.milestones]
        if len(set(ids)) < len(ids):
            raise unfit("milestone_id_twice")
        return self


class PlanContent(Value):
    """What the author writes: the items, in their order."""

    items: Annotated[tuple[Item, ...], Field(max_length=100)] = ()
    note: Note = ""

    @model_validator(mode="after")
    def _items_differ(self) -> "PlanContent":
        ids = [item.id for item in self.items]
        if len(set(ids)) < len(ids):
            raise unfit("item_id_twice")
        return self


class CategoryRule(Value):
    """What a template asks of one category; shares are per cent, ``cap`` is per cent of completion."""

    id: Code
    label: Text
    share_min: Share = Decimal(0)
    share_max: Share = Decimal(100)
    items_min: Annotated[int, Field(ge=0, le=100)] = 0
    items_max: Annotated[int, Field(ge=0, le=100)] = 100
    completion: CompletionRule = CompletionRule.PROPORTIONAL
    cap: Annotated[Quantity, Field(gt=0, le=500)] = Decimal(100)
    measure_required: bool = False

    @model_validator(mode="after")
    def _bounds_in_order(self) -> "CategoryRule":
        if self.share_min > self.share_max or self.items_min > self.items_max:
            raise unfit("minimum_above_maximum")
        return self


class Template(Value):
    """What a department's plans must look like; a department without one uses its parent's."""

    department: Code
    version: int = 0
    categories: Annotated[tuple[CategoryRule, ...], Field(min_length=1, max_length=20)]
    routine_limit: Share = Decimal(30)
    severities: dict[FindingCode, Severity] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _categories_differ(self) -> "Template":
        ids = [category.id for category in self.categories]
        if len(set(ids)) < len(ids):
            raise unfit("category_id_twice")
        return self


class Finding(Value):
    """What the linter marked: a stable code, where, how bad, and the numbers for the message.

    ``rule_version`` is that of the rule which marked it, so that a later run can be compared.
    """

    code: FindingCode
    severity: Severity
    path: str
    parameters: dict[str, str] = Field(default_factory=dict)
    rule_version: Annotated[int, Field(ge=1)] = 1


class Submission(Value):
    """A frozen revision with what reviewers need to judge it."""

    plan: PlanRef
    revision: int
    plan_version: int
    template_version: int
    content: PlanContent
    categories: tuple[CategoryRule, ...]
    findings: tuple[Finding, ...] = ()


class ProgressEntry(Value):
    """One append-only report on an item.

    ``value`` is the metric's actual, the count done, or 1 and 0 for done and not done; a milestone's
    entry names the milestone.
    """

    item: Code
    value: Quantity
    milestone: Code | None = None
    effective: date
    note: Note = ""
    evidence: HttpUrl | None = None


class Actual(Value):
    """The figure of an item when the month was closed, with the row it came from.

    ``value`` None means nobody reported one. ``milestones`` names the milestones done.
    """

    item: Code
    value: Quantity | None = None
    milestones: tuple[Code, ...] = ()
    source: str = "none"
    at: AwareDatetime | None = None


class ClosedPlan(Value):
    """A plan whose figures are frozen: all that scoring needs."""

    plan: PlanRef
    revision: int
    content: PlanContent
    categories: tuple[CategoryRule, ...]
    actuals: tuple[Actual, ...]


class Position(Value):
    """Where a plan stands according to its row: since when (on the clock), and what it waits for.

    ``moves`` are those that were made before somebody asked, oldest first: what an earlier lifecycle of
    the plan carried out and may not have answered.
    """

    plan: PlanRef
    stage: Stage
    version: int
    entered_at: AwareDatetime
    deadline: Deadline | None = None
    moves: tuple[Moved, ...] = ()
