"""The freezing of figures at close: one actual per item, with the row it came from."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from pydantic import AwareDatetime

from services.plans.domain.progress import Reported, Standing, standings
from shared.contracts.plan import Actual, CountMeasure, Item, MetricMeasure, PlanContent
from shared.contracts.values import Code, Month, Value


class FedValue(Value):
    """The newest value of a business metric in a month, as the feed told it."""

    metric: Code
    month: Month
    value: Decimal
    source: str
    version: int
    at: AwareDatetime


def freeze(
    content: PlanContent, reported: Iterable[Reported], fed: Mapping[str, FedValue]
) -> tuple[Actual, ...]:
    """The actual of every item, in the plan's order.

    A value of the feed wins over anything entered by hand for an item that is measured by a metric or
    a count and linked to it; otherwise the entry effective last counts. ``fed`` holds the values of
    the plan's month by metric.
    """
    stand = standings(reported)
    return tuple(_actual(item, stand.get(item.id, Standing()), fed) for item in content.items)


def _actual(item: Item, standing: Standing, fed: Mapping[str, FedValue]) -> Actual:
    value = fed.get(item.links.metric or "")
    if value is not None and isinstance(item.measure, MetricMeasure | CountMeasure):
        return Actual(
            item=item.id,
            value=value.value,
            milestones=standing.done(item),
            source=f"metric:{value.metric}:{value.month}:v{value.version}",
            at=value.at,
        )
    row = standing.latest or standing.last
    if row is None:
        return Actual(item=item.id)
    return Actual(
        item=item.id,
        value=standing.latest.entry.value if standing.latest else None,
        milestones=standing.done(item),
        source=f"progress:{row.number}",
        at=row.at,
    )


def fed_metrics(content: PlanContent) -> frozenset[str]:
    """The metrics that items of the plan are linked to."""
    return frozenset(item.links.metric for item in content.items if item.links.metric)
