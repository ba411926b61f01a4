"""Which rungs of review deadlines have fired, whom they reached and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select

from services.review.domain.ladder import Recipient
from services.review.store.tables import rungs
from shared.contracts.rungs import FireRung
from shared.contracts.words import Milestone, Rung, RungOutcome
from shared.store.db import Connection


@dataclass(frozen=True)
class Fired:
    """A rung on record."""

    milestone: Milestone
    rung: Rung
    plan_version: int
    due: datetime
    fired_at: datetime
    outcome: RungOutcome
    told: tuple[Recipient, ...]


async def find(connection: Connection, request: FireRung) -> Fired | None:
    """The rung as it was recorded before, if it was."""
    found = await connection.execute(
        select(*rungs.c).where(
            rungs.c.plan_id == request.plan.plan_id,
            rungs.c.milestone == request.deadline.milestone.value,
            rungs.c.plan_version == request.plan_version,
            rungs.c.rung == request.rung.value,
        )
    )
    row = found.one_or_none()
    return _read(row) if row else None


async def record(
    connection: Connection, request: FireRung, outcome: RungOutcome, told: tuple[Recipient, ...]
) -> datetime:
    """Put a rung on record; the instant of that. The round it belongs to is locked by the caller."""
    written = await connection.execute(
        insert(rungs)
        .values(
            plan_id=request.plan.plan_id,
            milestone=request.deadline.milestone.value,
            plan_version=request.plan_version,
            rung=request.rung.value,
            due=request.due,
            outcome=outcome.value,
            told=[recipient.model_dump(mode="json") for recipient in told],
        )
        .returning(rungs.c.fired_at)
    )
    at: datetime = written.scalar_one()
    return at


async def fired_for(connection: Connection, plan_id: str) -> list[Fired]:
    """Every rung of a plan's review deadlines, in the order they fired."""
    rows = await connection.execute(
        select(*rungs.c).where(rungs.c.plan_id == plan_id).order_by(rungs.c.fired_at, rungs.c.due)
    )
    return [_read(row) for row in rows]


def _read(row: Row[*tuple[Any, ...]]) -> Fired:
    return Fired(
        milestone=Milestone(row.milestone),
        rung=Rung(row.rung),
        plan_version=row.plan_version,
        due=row.due,
        fired_at=row.fired_at,
        outcome=RungOutcome(row.outcome),
        told=tuple(Recipient.deserialize(entry) for entry in row.told),
    )
