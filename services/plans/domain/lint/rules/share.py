"""Rules on the shares of a plan and of its categories."""

from collections.abc import Iterator
from decimal import Decimal

from services.plans.domain.lint.case import Case
from services.plans.domain.lint.rule import CATEGORY, Mark, category_mark, rule
from services.plans.domain.numbers import plain
from shared.contracts.plan import CategoryRule, PlanContent
from shared.contracts.words import Severity

TOLERANCE = Decimal("0.01")
"""How far the total, and a category fixed at one share, may lie from it (domain sections 4 and 19.10)."""

ROUTINE = "routine"
"""The category that ``Template.routine_limit`` speaks of."""


@rule("share.total", Severity.BLOCK, ("total", "gap"))
def total(case: Case) -> Iterator[Mark]:
    """The shares of a plan sum to 100 within the tolerance."""
    shares = sum((item.share for item in case.content.items), Decimal(0))
    if abs(shares - 100) > TOLERANCE:
        yield Mark("items", {"total": plain(shares), "gap": plain(100 - shares)})


@rule("share.category_min", Severity.BLOCK, (*CATEGORY, "share", "minimum"))
def category_min(case: Case) -> Iterator[Mark]:
    """A category has at least the share its template demands."""
    for category in case.template.categories:
        share = _share(case.content, category.id)
        if share < category.share_min - _tolerance(category):
            yield category_mark(category, "share", share=plain(share), minimum=plain(category.share_min))


@rule("share.category_max", Severity.BLOCK, (*CATEGORY, "share", "maximum"))
def category_max(case: Case) -> Iterator[Mark]:
    """A category has at most the share its template allows."""
    for category in case.template.categories:
        share = _share(case.content, category.id)
        if share > category.share_max + _tolerance(category):
            yield category_mark(category, "share", share=plain(share), maximum=plain(category.share_max))


@rule("share.routine", Severity.WARN, ("share", "limit"))
def routine(case: Case) -> Iterator[Mark]:
    """Routine work keeps within the template's limit; exactly at the limit passes."""
    share, limit = _share(case.content, ROUTINE), case.template.routine_limit
    if share > limit:
        yield Mark(f"categories.{ROUTINE}.share", {"share": plain(share), "limit": plain(limit)})


def _share(content: PlanContent, category: str) -> Decimal:
    return sum((item.share for item in content.items if item.category == category), Decimal(0))


def _tolerance(category: CategoryRule) -> Decimal:
    """Thirds of a fixed share cannot meet it exactly; a bound on one side can be kept."""
    return TOLERANCE if category.share_min == category.share_max else Decimal(0)
