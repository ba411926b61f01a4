"""Rules on how the end of an item is measured."""

from collections.abc import Iterator

from services.plans.domain.lint.case import Case
from services.plans.domain.lint.rule import Mark, rule
from shared.contracts.plan import Item, MilestonesMeasure
from shared.contracts.words import Severity


@rule("measure.missing", Severity.BLOCK, ("item", "title", "lacks"))
def missing(case: Case) -> Iterator[Mark]:
    """An item whose category asks for it has a measure, and a measure by milestones has milestones."""
    required = {category.id for category in case.template.categories if category.measure_required}
    for index, item in enumerate(case.content.items):
        lacks = _lacks(item, required=item.category in required)
        if lacks:
            named = {"item": item.id, "title": item.title, "lacks": lacks}
            yield Mark(f"items[{index}].{lacks}", named)


def _lacks(item: Item, *, required: bool) -> str | None:
    if item.measure is None:
        return "measure" if required else None
    return "milestones" if isinstance(item.measure, MilestonesMeasure) and not item.milestones else None
