"""Rules on which items a plan has, and how many."""

from collections.abc import Iterator

from services.plans.domain.lint.case import Case
from services.plans.domain.lint.rule import CATEGORY, Mark, category_mark, rule
from services.plans.domain.numbers import plain
from shared.contracts.plan import Item, PlanContent
from shared.contracts.words import Severity


@rule("items.count", Severity.BLOCK, (*CATEGORY, "count", "minimum", "maximum"))
def count(case: Case) -> Iterator[Mark]:
    """A category has as many items as its template asks for; items without a share are not counted."""
    for category in case.template.categories:
        number = len(_carrying(case.content, category.id))
        low, high = category.items_min, category.items_max
        if not low <= number <= high:
            yield category_mark(category, "items", count=str(number), minimum=str(low), maximum=str(high))


@rule("items.empty_category", Severity.BLOCK, (*CATEGORY, "minimum"))
def empty_category(case: Case) -> Iterator[Mark]:
    """A category that must have a share has an item that carries one."""
    for category in case.template.categories:
        if category.share_min > 0 and not _carrying(case.content, category.id):
            yield category_mark(category, "items", minimum=plain(category.share_min))


@rule("items.unknown_category", Severity.BLOCK, ("category", "known"))
def unknown_category(case: Case) -> Iterator[Mark]:
    """Every item belongs to a category of the template."""
    known = {category.id for category in case.template.categories}
    for index, item in enumerate(case.content.items):
        if item.category not in known:
            named = {"category": item.category, "known": ", ".join(sorted(known))}
            yield Mark(f"items[{index}].category", named)


def _carrying(content: PlanContent, category: str) -> list[Item]:
    return [item for item in content.items if item.category == category and item.share > 0]
