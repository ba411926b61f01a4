"""SQL of progress entries, of fed metric values and of the figures that a close freezes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Insert, Row, Select, Text, bindparam, column, exists, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from services.plans.domain.actuals import FedValue
from services.plans.domain.progress import Reported
from services.plans.store.plans import PlanRow, as_plan, held
from services.plans.store.tables import closings, metrics, progress, revisions
from shared.contracts.events import MetricRecorded
from shared.contracts.plan import ClosedPlan, PlanContent, ProgressEntry
from shared.contracts.refusals import KeyReused, NotFound
from shared.store.db import Connection


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


@dataclass(frozen=True)
class Facts:
    """What a report is judged by: the plan, held against moves, and what it has so far.

    ``entries`` does not count what reports of the same instant are writing; ``known`` says that the author
    has used the report's key before.
    """

    plan: PlanRow
    content: PlanContent | None
    entries: int
    known: bool


def _facts() -> Select[Any]:
    plan = held(shared=True)
    content = select(revisions.c.submission["content"]).where(
        revisions.c.plan_id == plan.c.id, revisions.c.number == plan.c.revision
    )
    entries = select(func.count()).where(progress.c.plan_id == plan.c.id)
    known = exists().where(
        progress.c.author == bindparam("author", type_=Text), progress.c.key == bindparam("key", type_=Text)
    )
    return select(
        *plan.c,
        func.clock_timestamp().label("moment"),
        content.scalar_subquery().label("content"),
        entries.scalar_subquery().label("entries"),
        known.label("known"),
    )


_FACTS: Final = _facts()


async def lock(connection: Connection, report: Report) -> Facts:
    """The plan of a report, held against moves but not against other reports; raises NotFound."""
    asked = {"plan_id": report.plan_id, "author": report.author, "key": report.key}
    row = (await connection.execute(_FACTS, asked)).mappings().one_or_none()
    if row is None:
        raise NotFound(what="plan")
    content = PlanContent.deserialize(row["content"]) if row["content"] is not None else None
    return Facts(as_plan(row), content, row["entries"], row["known"])


_WRITTEN: Final = ("plan_id", "author", "key", "request_hash", "position", *ProgressEntry.model_fields)


def _append() -> Insert:
    """However many entries they are, the statement is the same."""
    given = (
        func.jsonb_to_recordset(bindparam("entries", type_=JSONB))
        .table_valued(*(column(name, progress.c[name].type) for name in _WRITTEN))
        .render_derived(with_types=True)
    )
    return (
        upsert(progress)
        .from_select(_WRITTEN, select(given))
        .on_conflict_do_nothing()
        .returning(progress.c.number, progress.c.at, progress.c.position)
    )


_APPEND: Final = _append()


async def record(
    connection: Connection, report: Report, entries: Sequence[ProgressEntry]
) -> tuple[Reported, ...] | None:
    """Append the entries, all in one statement; None when the author's key has been used before.

    Raises:
        KeyReused: another request of a different length holds the key.
    """
    rows = [
        {**vars(report), **entry.model_dump(mode="json"), "position": position}
        for position, entry in enumerate(entries)
    ]
    written = (await connection.execute(_APPEND, {"entries": rows})).all()
    if written and len(written) < len(entries):
        raise KeyReused()
    reported = [
        Reported(number=row.number, entry=entries[row.position], author=report.author, at=row.at)
        for row in sorted(written, key=lambda row: row.position)
    ]
    return tuple(reported) or None


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
    return {row["metric"]: FedValue.deserialize(dict(row)) for row in rows.mappings()}


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
    return ClosedPlan.deserialize(found.scalar_one())


def _as_reported(row: Row[Any]) -> Reported:
    entry = ProgressEntry.deserialize({name: getattr(row, name) for name in ProgressEntry.model_fields})
    return Reported(number=row.number, entry=entry, author=row.author, at=row.at)
