"""SQL of the rungs that fired on the author's deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.plans.domain.rungs import Recipient
from services.plans.store.tables import rungs
from shared.contracts.calendar import Deadline
from shared.contracts.rungs import FiredRung, FireRung
from shared.contracts.words import Milestone, Rung, RungOutcome
from shared.store.db import Connection


@dataclass(frozen=True)
class RungRow:
    """A rung that fired: when it was due, when it fired, and whom it reached."""

    milestone: Milestone
    rung: Rung
    plan_version: int
    deadline: Deadline
    due: datetime
    fired_at: datetime
    outcome: RungOutcome
    told: tuple[Recipient, ...]


async def fired(connection: Connection, request: FireRung) -> FiredRung | None:
    """What became of this rung when it was fired before; None when it was not."""
    row = (
        await connection.execute(select(rungs.c.outcome, rungs.c.told).where(_same(request)))
    ).one_or_none()
    if row is None:
        return None
    return FiredRung(outcome=row.outcome, recipients=tuple(one["person"] for one in row.told))


async def keep(
    connection: Connection, request: FireRung, outcome: RungOutcome, told: Sequence[Recipient]
) -> datetime | None:
    """Note a rung; the database's clock at that moment, None when it was noted before."""
    noted = await connection.execute(
        upsert(rungs)
        .values(
            plan_id=request.plan.plan_id,
            milestone=request.deadline.milestone.value,
            plan_version=request.plan_version,
            rung=request.rung.value,
            deadline_local=_local(request),
            deadline=request.deadline.model_dump(mode="json"),
            due=request.due,
            outcome=outcome.value,
            told=[recipient.model_dump(mode="json") for recipient in told],
        )
        .on_conflict_do_nothing()
        .returning(rungs.c.fired_at)
    )
    at: datetime | None = noted.scalar_one_or_none()
    return at


async def of_plan(connection: Connection, plan_id: str) -> Sequence[RungRow]:
    """The rungs of a plan, in the order they fired."""
    rows = await connection.execute(select(rungs).where(rungs.c.plan_id == plan_id).order_by(rungs.c.id))
    return [
        RungRow(
            milestone=Milestone(row.milestone),
            rung=Rung(row.rung),
            plan_version=row.plan_version,
            deadline=Deadline.deserialize(row.deadline),
            due=row.due,
            fired_at=row.fired_at,
            outcome=RungOutcome(row.outcome),
            told=tuple(Recipient.deserialize(one) for one in row.told),
        )
        for row in rows
    ]


def _same(request: FireRung) -> ColumnElement[bool]:
    return and_(
        rungs.c.plan_id == request.plan.plan_id,
        rungs.c.milestone == request.deadline.milestone.value,
        rungs.c.plan_version == request.plan_version,
        rungs.c.rung == request.rung.value,
        rungs.c.deadline_local == _local(request),
    )


def _local(request: FireRung) -> str:
    return f"{request.deadline.local:%Y-%m-%dT%H:%M}"
