"""SQL of progress entries, of fed metric values and of the figures that a close freezes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Insert, Row, exists, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.plans.domain.actuals import FedValue
from services.plans.domain.progress import Reported
from services.plans.store.tables import closings, metrics, progress
from shared.contracts.events import MetricRecorded
from shared.contracts.plan import ClosedPlan, ProgressEntry
from shared.contracts.refusals import KeyReused
from shared.db import Connection


@dataclass(frozen=True)
class Report:
    """One request with entries: whose, under which key, and the digest of what it said."""

    plan_id: str
    author: str
    key: str
    request_hash: str


@dataclass(frozen=True)
class Recorded:
    """The entries that were recorded under a key, for the plan and with the digest of that request."""

    plan_id: str
    request_hash: str
    entries: tuple[Reported, ...]


async def record(
    connection: Connection, report: Report, entries: Sequence[ProgressEntry]
) -> tuple[Reported, ...] | None:
    """Append the entries, all in one statement; None when the author's key has been used before.

    Raises:
        KeyReused: another request of a different length holds the key.
    """
    rows = [
        {
            **entry.model_dump(exclude={"evidence"}),
            "evidence": str(entry.evidence) if entry.evidence else None,
            "plan_id": report.plan_id,
            "author": report.author,
            "key": report.key,
            "request_hash": report.request_hash,
            "position": position,
        }
        for position, entry in enumerate(entries)
    ]
    written = await connection.execute(
        upsert(progress).values(rows).on_conflict_do_nothing().returning(*progress.c)
    )
    reported = tuple(sorted((_as_reported(row) for row in written), key=lambda one: one.number))
    if reported and len(reported) < len(entries):
        raise KeyReused()
    return reported or None


async def recorded_under(connection: Connection, author: str, key: str) -> Recorded | None:
    """What the author has recorded under a key."""
    rows = (
        await connection.execute(
            select(progress)
            .where(progress.c.author == author, progress.c.key == key)
            .order_by(progress.c.position)
        )
    ).all()
    if not rows:
        return None
    entries = tuple(_as_reported(row) for row in rows)
    return Recorded(rows[0].plan_id, rows[0].request_hash, entries)


async def of_plan(connection: Connection, plan_id: str) -> Sequence[Reported]:
    """Every entry of a plan, in the order they were recorded."""
    rows = await connection.execute(
        select(progress).where(progress.c.plan_id == plan_id).order_by(progress.c.number)
    )
    return [_as_reported(row) for row in rows]


async def any_between(connection: Connection, plan_id: str, first: date, last: date) -> bool:
    """Whether an entry of the plan is effective on one of these days, both included."""
    found: bool = (
        await connection.execute(
            select(exists().where(progress.c.plan_id == plan_id, progress.c.effective.between(first, last)))
        )
    ).scalar_one()
    return found


async def keep_metric(connection: Connection, event: MetricRecorded) -> None:
    """Take a metric's value; an older version than the one kept changes nothing."""
    statement = upsert(metrics).values(
        metric=event.metric,
        month=event.month,
        value=Decimal(event.value),
        source=event.source,
        version=event.version,
    )
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[metrics.c.metric, metrics.c.month],
            set_={name: statement.excluded[name] for name in ("value", "source", "version", "at")},
            where=metrics.c.version < statement.excluded.version,
        )
    )


async def fed(connection: Connection, names: Iterable[str], month: str) -> dict[str, FedValue]:
    """The values of these metrics in a month, by metric."""
    rows = await connection.execute(
        select(metrics).where(metrics.c.month == month, metrics.c.metric.in_(sorted(names)))
    )
    return {row["metric"]: FedValue.model_validate(dict(row)) for row in rows.mappings()}


def kept(closed: ClosedPlan, plan_version: int) -> Insert:
    """The change that keeps the frozen figures of one version of a plan."""
    return insert(closings).values(
        plan_id=closed.plan.plan_id, plan_version=plan_version, closed=closed.model_dump(mode="json")
    )


async def closed_at_version(connection: Connection, plan_id: str, plan_version: int) -> ClosedPlan:
    """The figures that were frozen for this version of the plan."""
    found = await connection.execute(
        select(closings.c.closed).where(
            closings.c.plan_id == plan_id, closings.c.plan_version == plan_version
        )
    )
    return ClosedPlan.model_validate(found.scalar_one())


def _as_reported(row: Row[Any]) -> Reported:
    entry = ProgressEntry.model_validate({name: getattr(row, name) for name in ProgressEntry.model_fields})
    return Reported(number=row.number, entry=entry, author=row.author, at=row.at)
