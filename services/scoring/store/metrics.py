"""SQL of metrics and of their values: a value is never overwritten, the newest version of a month holds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from services.scoring.domain.metrics import Kept, Metric, MetricRecord
from services.scoring.store.tables import metrics, values
from shared.store.db import Connection

FEEDERS = 7_246_642
"""The advisory lock of those who record values: a record is judged against the ones before it."""


@dataclass(frozen=True)
class ValueRow:
    """A version of a metric's value on record."""

    record: MetricRecord
    version: int
    by: str
    at: datetime


@dataclass(frozen=True)
class ValuesWanted:
    """Which values a list shows: of which metric, every version or the newest alone, from where on."""

    metric: str
    history: bool
    after: tuple[str, int] | None
    limit: int


async def define(connection: Connection, metric: Metric, by: str) -> None:
    """Keep a metric's definition, in place of the one before."""
    statement = upsert(metrics).values(id=metric.id, content=metric.model_dump(mode="json"), changed_by=by)
    content = statement.excluded.content
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[metrics.c.id],
            set_={"content": content, "changed_by": statement.excluded.changed_by, "at": func.now()},
            where=metrics.c.content != content,
        )
    )


async def find(connection: Connection, ids: Collection[str]) -> dict[str, Metric]:
    """Those of the metrics that are defined."""
    rows = await connection.execute(select(metrics.c.content).where(metrics.c.id.in_(sorted(ids))))
    return {metric.id: metric for metric in (Metric.deserialize(row.content) for row in rows)}


async def page(connection: Connection, *, after: str, limit: int) -> list[Metric]:
    """Metrics in the order of their ids, from the one after ``after``."""
    rows = await connection.execute(
        select(metrics.c.content).where(metrics.c.id > after).order_by(metrics.c.id).limit(limit)
    )
    return [Metric.deserialize(row.content) for row in rows]


async def one_at_a_time(connection: Connection) -> None:
    """Wait for all others who record values, and keep them waiting until the transaction ends."""
    await connection.execute(select(func.pg_advisory_xact_lock(FEEDERS)))


async def touched(connection: Connection, records: Sequence[MetricRecord]) -> list[Kept]:
    """The newest values of the months that the records name, or that the same records gave before."""
    if not records:
        return []
    month = tuple_(values.c.metric, values.c.month)
    record = tuple_(values.c.source, values.c.record_id)
    given = select(values.c.metric, values.c.month).where(
        record.in_({(each.source, each.record_id) for each in records})
    )
    rows = await connection.execute(
        select(*values.c)
        .where(or_(month.in_({(each.metric, each.month) for each in records}), month.in_(given)))
        .ext(distinct_on(values.c.metric, values.c.month))
        .order_by(values.c.metric, values.c.month, values.c.version.desc())
    )
    return [Kept(_record(row), row.version) for row in rows]


async def record(connection: Connection, kept: Sequence[Kept], by: str) -> None:
    """Write new versions down."""
    rows = [each.record.model_dump() | {"version": each.version, "recorded_by": by} for each in kept]
    await connection.execute(insert(values).values(rows))


async def values_of(connection: Connection, wanted: ValuesWanted) -> list[ValueRow]:
    """A metric's values by month, the newest version of a month first."""
    chosen = select(*values.c).where(values.c.metric == wanted.metric)
    if not wanted.history:
        chosen = chosen.ext(distinct_on(values.c.month))
    if wanted.after is not None:
        month, version = wanted.after
        later = values.c.month > month
        same = (values.c.month == month) & (values.c.version < version)
        chosen = chosen.where(or_(later, same) if wanted.history else later)
    rows = await connection.execute(
        chosen.order_by(values.c.month, values.c.version.desc()).limit(wanted.limit)
    )
    return [ValueRow(_record(row), row.version, row.recorded_by, row.at) for row in rows]


def _record(row: Row[*tuple[Any, ...]]) -> MetricRecord:
    return MetricRecord(
        metric=row.metric,
        month=row.month,
        value=row.value,
        source=row.source,
        record_id=row.record_id,
        revision=row.revision,
    )
