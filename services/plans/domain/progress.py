"""Progress: which entries are taken, what they say together, and how a category stands."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from pydantic import AwareDatetime, Field

from services.plans.domain.numbers import plain
from shared.contracts.plan import (
    CategoryRule,
    CountMeasure,
    Item,
    MetricMeasure,
    MilestonesMeasure,
    PlanContent,
    ProgressEntry,
)
from shared.contracts.refusals import Full
from shared.contracts.values import Code, Text, Value

MOST_ENTRIES = 1000
"""Of one plan: some thirty items reported on every day of its month."""
DONE_OR_OPEN = (Decimal(0), Decimal(1))


class Problem(Value):
    """Why an entry is not taken: a stable code, the field, and the numbers for the message."""

    code: str
    path: str
    parameters: dict[str, str] = Field(default_factory=dict)


class Reported(Value):
    """An entry as it was recorded; numbers grow with time."""

    number: int
    entry: ProgressEntry
    author: Code
    at: AwareDatetime


class Standing(Value):
    """What the entries of one item say together: its value, the milestones done, and what came last."""

    latest: Reported | None = None
    milestones: frozenset[str] = frozenset()
    last: Reported | None = None
    entries: int = 0

    def done(self, item: Item) -> tuple[str, ...]:
        """The milestones of ``item`` whose newest entry says that they are done, in the item's order."""
        return tuple(milestone.id for milestone in item.milestones if milestone.id in self.milestones)


class ItemProgress(Value):
    """How an item stands: its newest value beside its target."""

    item: Code
    title: str
    share: Decimal
    target: Decimal | None
    unit: str | None
    value: Decimal | None
    effective: date | None
    milestones_done: tuple[Code, ...]
    milestones: int
    entries: int


class CategoryProgress(Value):
    """How a category stands: how many of its items, and how much of its share, has been reported on.

    How far a category is complete is said by the score, which owns that arithmetic.
    """

    category: Code
    label: Text
    share: Decimal
    share_reported: Decimal
    items: int
    items_reported: int
    lines: tuple[ItemProgress, ...]


def require_room(recorded: int, more: int) -> None:
    """Raises Full when a plan with so many entries does not take so many more."""
    if recorded + more > MOST_ENTRIES:
        raise Full(what="progress entry", most=MOST_ENTRIES)


def problems(
    content: PlanContent, entries: Sequence[ProgressEntry], month: str, today: date | None
) -> tuple[Problem, ...]:
    """Everything that is wrong with a batch of entries, at once.

    ``today`` is the day where the plan is at home; None where nobody can tell what its calendar shows.
    """
    items = {item.id: item for item in content.items}
    return tuple(
        problem
        for index, entry in enumerate(entries)
        for problem in (
            *_problems_of(entry, items.get(entry.item), f"entries[{index}]"),
            *_day_problems(entry, month, today, f"entries[{index}].effective"),
        )
    )


def _problems_of(entry: ProgressEntry, item: Item | None, path: str) -> Iterable[Problem]:
    if item is None:
        yield Problem(code="progress.unknown_item", path=f"{path}.item", parameters={"item": entry.item})
        return
    yield from _milestone_problems(entry, item, path)
    yield from _value_problems(entry, item, path)


def _day_problems(entry: ProgressEntry, month: str, today: date | None, path: str) -> Iterable[Problem]:
    """Nobody reports what has not happened: such an entry would outlast all that is reported later."""
    first, last = _acceptable_days(month)
    if not first <= entry.effective <= last:
        span = {"first": first.isoformat(), "last": last.isoformat()}
        yield Problem(code="progress.wrong_month", path=path, parameters=span)
    elif today is not None and entry.effective > today:
        yield Problem(code="progress.not_yet", path=path, parameters={"today": today.isoformat()})


def _milestone_problems(entry: ProgressEntry, item: Item, path: str) -> Iterable[Problem]:
    if entry.milestone is None:
        if isinstance(item.measure, MilestonesMeasure):
            named = {"item": item.id}
            yield Problem(code="progress.milestone_needed", path=f"{path}.milestone", parameters=named)
    elif entry.milestone not in {milestone.id for milestone in item.milestones}:
        named = {"item": item.id, "milestone": entry.milestone}
        yield Problem(code="progress.unknown_milestone", path=f"{path}.milestone", parameters=named)


def _value_problems(entry: ProgressEntry, item: Item, path: str) -> Iterable[Problem]:
    """A milestone, a binary item and an item without a measure are done (1) or not (0)."""
    measured = entry.milestone is None and isinstance(item.measure, MetricMeasure | CountMeasure)
    if not measured and entry.value not in DONE_OR_OPEN:
        yield Problem(code="progress.not_done_or_open", path=f"{path}.value")
    elif measured and isinstance(item.measure, CountMeasure) and entry.value < 0:
        yield Problem(code="progress.negative", path=f"{path}.value")


def _acceptable_days(month: str) -> tuple[date, date]:
    """From the month before to the month after: farther away is a slip of the pen."""
    first = date.fromisoformat(f"{month}-01")
    last = first.replace(day=monthrange(first.year, first.month)[1])
    before, after = first - timedelta(days=1), last + timedelta(days=1)
    return before.replace(day=1), after.replace(day=monthrange(after.year, after.month)[1])


def standings(reported: Iterable[Reported]) -> dict[str, Standing]:
    """Per item what its entries say: the one effective last counts, of one day the one entered last."""
    found: dict[str, Standing] = {}
    for one in sorted(reported, key=lambda entry: (entry.entry.effective, entry.number)):
        before = found.get(one.entry.item, Standing())
        found[one.entry.item] = Standing(
            latest=one if one.entry.milestone is None else before.latest,
            milestones=_marked(before.milestones, one.entry),
            last=one,
            entries=before.entries + 1,
        )
    return found


def _marked(done: frozenset[str], entry: ProgressEntry) -> frozenset[str]:
    if entry.milestone is None:
        return done
    return done | {entry.milestone} if entry.value == 1 else done - {entry.milestone}


def report(
    content: PlanContent, categories: Iterable[CategoryRule], reported: Iterable[Reported]
) -> tuple[CategoryProgress, ...]:
    """How every category of the template stands that the plan has items of, in the template's order."""
    stand = standings(reported)
    found = ((rule, [item for item in content.items if item.category == rule.id]) for rule in categories)
    return tuple(_category(rule, items, stand) for rule, items in found if items)


def _category(rule: CategoryRule, items: list[Item], stand: dict[str, Standing]) -> CategoryProgress:
    spoken = [item for item in items if item.id in stand]
    return CategoryProgress(
        category=rule.id,
        label=rule.label,
        share=_sum(items),
        share_reported=_sum(spoken),
        items=len(items),
        items_reported=len(spoken),
        lines=tuple(_line(item, stand.get(item.id, Standing())) for item in items),
    )


def _sum(items: Iterable[Item]) -> Decimal:
    return Decimal(plain(sum((item.share for item in items), Decimal(0))))


def _line(item: Item, standing: Standing) -> ItemProgress:
    latest = standing.latest.entry if standing.latest else None
    target, unit = _target(item)
    return ItemProgress(
        item=item.id,
        title=item.title,
        share=item.share,
        target=target,
        unit=unit,
        value=latest.value if latest else None,
        effective=latest.effective if latest else None,
        milestones_done=standing.done(item),
        milestones=len(item.milestones),
        entries=standing.entries,
    )


def _target(item: Item) -> tuple[Decimal | None, str | None]:
    match item.measure:
        case MetricMeasure(target=target, unit=unit):
            return target, unit
        case CountMeasure(planned=planned, unit=unit):
            return planned, unit
    return None, None
