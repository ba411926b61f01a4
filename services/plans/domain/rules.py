"""The rules of the plan linter, one small function each, and the table that lists them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from services.plans.domain.numbers import plain
from shared.contracts.plan import CategoryRule, Item, MilestonesMeasure, PlanContent, Template
from shared.contracts.words import Severity

TOLERANCE = Decimal("0.01")
"""How far the sum of shares may lie from 100 (domain section 4, fixed)."""

ROUTINE = "routine"
"""The category that ``Template.routine_limit`` speaks of."""


@dataclass(frozen=True)
class Mark:
    """What a rule found: where, and the numbers for the message."""

    path: str
    parameters: dict[str, str]


@dataclass(frozen=True)
class Rule:
    """A rule with its stable code and the severity it has unless the template says otherwise."""

    code: str
    severity: Severity
    marks: Callable[[PlanContent, Template], Iterator[Mark]]


def share_total(content: PlanContent, template: Template) -> Iterator[Mark]:
    """The shares of a plan sum to 100 within the tolerance."""
    total = sum((item.share for item in content.items), Decimal(0))
    if abs(total - 100) > TOLERANCE:
        yield Mark("items", {"total": plain(total), "gap": plain(100 - total)})


def share_category_min(content: PlanContent, template: Template) -> Iterator[Mark]:
    """A category has at least the share its template demands."""
    for category in template.categories:
        share = _share(content, category.id)
        if share < category.share_min:
            limits = {"share": plain(share), "minimum": plain(category.share_min)}
            yield _mark(category, "share", limits)


def share_category_max(content: PlanContent, template: Template) -> Iterator[Mark]:
    """A category has at most the share its template allows."""
    for category in template.categories:
        share = _share(content, category.id)
        if share > category.share_max:
            limits = {"share": plain(share), "maximum": plain(category.share_max)}
            yield _mark(category, "share", limits)


def share_routine(content: PlanContent, template: Template) -> Iterator[Mark]:
    """Routine work keeps within the template's limit; exactly at the limit passes."""
    share = _share(content, ROUTINE)
    if share > template.routine_limit:
        limits = {"share": plain(share), "limit": plain(template.routine_limit)}
        yield Mark(f"categories.{ROUTINE}.share", limits)


def items_count(content: PlanContent, template: Template) -> Iterator[Mark]:
    """A category has as many items as its template asks for; items without a share are not counted."""
    for category in template.categories:
        count = len(_carrying(content, category.id))
        if not category.items_min <= count <= category.items_max:
            limits = {
                "count": str(count),
                "minimum": str(category.items_min),
                "maximum": str(category.items_max),
            }
            yield _mark(category, "items", limits)


def items_empty_category(content: PlanContent, template: Template) -> Iterator[Mark]:
    """A category that must have a share has an item that carries one."""
    for category in template.categories:
        if category.share_min > 0 and not _carrying(content, category.id):
            yield _mark(category, "items", {"minimum": plain(category.share_min)})


def items_unknown_category(content: PlanContent, template: Template) -> Iterator[Mark]:
    """Every item belongs to a category of the template."""
    known = {category.id for category in template.categories}
    for index, item in enumerate(content.items):
        if item.category not in known:
            named = {"category": item.category, "known": ", ".join(sorted(known))}
            yield Mark(f"items[{index}].category", named)


def measure_missing(content: PlanContent, template: Template) -> Iterator[Mark]:
    """An item whose category asks for it has a measure, and a measure by milestones has milestones."""
    required = {category.id for category in template.categories if category.measure_required}
    for index, item in enumerate(content.items):
        if item.measure is None and item.category in required:
            yield Mark(f"items[{index}].measure", {"item": item.id, "title": item.title, "lacks": "measure"})
        elif isinstance(item.measure, MilestonesMeasure) and not item.milestones:
            lacking = {"item": item.id, "title": item.title, "lacks": "milestones"}
            yield Mark(f"items[{index}].milestones", lacking)


def _share(content: PlanContent, category: str) -> Decimal:
    return sum((item.share for item in content.items if item.category == category), Decimal(0))


def _carrying(content: PlanContent, category: str) -> list[Item]:
    return [item for item in content.items if item.category == category and item.share > 0]


def _mark(category: CategoryRule, field: str, limits: dict[str, str]) -> Mark:
    label = {"category": category.id, "label_zh": category.label.zh, "label_en": category.label.en}
    return Mark(f"categories.{category.id}.{field}", label | limits)


RULES = (
    Rule("share.total", Severity.BLOCK, share_total),
    Rule("share.category_min", Severity.BLOCK, share_category_min),
    Rule("share.category_max", Severity.BLOCK, share_category_max),
    Rule("share.routine", Severity.WARN, share_routine),
    Rule("items.count", Severity.BLOCK, items_count),
    Rule("items.empty_category", Severity.BLOCK, items_empty_category),
    Rule("items.unknown_category", Severity.BLOCK, items_unknown_category),
    Rule("measure.missing", Severity.BLOCK, measure_missing),
)

RULE_CODES = tuple(rule.code for rule in RULES)
