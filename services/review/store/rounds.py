"""Rounds and the revisions they show: reading, opening, deciding, closing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.review.domain.rounds import Decision, Round
from services.review.store.tables import rounds, snapshots
from shared.contracts.calendar import Deadline
from shared.contracts.ids import PlanRef, parse_plan_id
from shared.contracts.plan import Submission
from shared.contracts.words import Move, Stage
from shared.store.db import Connection


def read(row: Row[*tuple[Any, ...]]) -> Round:
    """The round of a row of ``rounds``."""
    decision = None
    if row.move is not None:
        decision = Decision(
            move=Move(row.move),
            actor=row.actor,
            on_behalf_of=row.on_behalf_of,
            note=row.note,
            to=Stage(row.sent_to) if row.sent_to else None,
            command_id=row.command_id,
        )
    return Round(
        id=row.id,
        plan=parse_plan_id(row.plan_id),
        stage=Stage(row.stage),
        revision=row.revision,
        plan_version=row.plan_version,
        deadline=Deadline.deserialize(row.deadline),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_because=row.closed_because,
        decision=decision,
    )


async def keep_snapshot(connection: Connection, submission: Submission) -> None:
    """Keep a frozen revision; the one kept first stays."""
    await connection.execute(
        upsert(snapshots)
        .values(
            plan_id=submission.plan.plan_id,
            revision=submission.revision,
            submission=submission.model_dump(mode="json"),
        )
        .on_conflict_do_nothing()
    )


async def supersede(connection: Connection, plan: PlanRef, plan_version: int) -> None:
    """Close what still waits of a plan's earlier versions."""
    await connection.execute(
        update(rounds)
        .where(
            rounds.c.plan_id == plan.plan_id,
            rounds.c.closed_at.is_(None),
            rounds.c.plan_version < plan_version,
        )
        .values(closed_at=func.clock_timestamp(), closed_because="superseded")
    )


async def open_round(
    connection: Connection,
    *,
    plan: PlanRef,
    stage: Stage,
    revision: int,
    plan_version: int,
    deadline: Deadline,
) -> Round | None:
    """Open the round of this plan version; None when it has been opened before."""
    opened = await connection.execute(
        upsert(rounds)
        .values(
            plan_id=plan.plan_id,
            month=plan.month,
            author=plan.person,
            department=plan.department,
            stage=stage.value,
            revision=revision,
            plan_version=plan_version,
            deadline=deadline.model_dump(mode="json"),
            due=deadline.instant,
        )
        .on_conflict_do_nothing(index_elements=[rounds.c.plan_id, rounds.c.plan_version])
        .returning(*rounds.c)
    )
    row = opened.one_or_none()
    return read(row) if row else None


async def lock(
    connection: Connection, plan: PlanRef, stage: Stage, command_id: str
) -> tuple[Round, datetime] | None:
    """The round this command decided, else the newest of the stage; locked, with the database's time."""
    mine = func.coalesce(rounds.c.command_id == command_id, False)
    found = await connection.execute(
        select(*rounds.c, func.clock_timestamp().label("now"))
        .where(rounds.c.plan_id == plan.plan_id, mine | (rounds.c.stage == stage.value))
        .order_by(mine.desc(), rounds.c.plan_version.desc())
        .limit(1)
        .with_for_update()
    )
    row = found.one_or_none()
    return (read(row), row.now) if row else None


async def decide(connection: Connection, round_: Round, decision: Decision) -> datetime:
    """Write a decision into its locked round and close it; when that was."""
    decided = await connection.execute(
        update(rounds)
        .where(rounds.c.id == round_.id)
        .values(
            move=decision.move.value,
            actor=decision.actor,
            on_behalf_of=decision.on_behalf_of,
            note=decision.note,
            sent_to=decision.to.value if decision.to else None,
            command_id=decision.command_id,
            closed_at=func.clock_timestamp(),
            closed_because="decided",
        )
        .returning(rounds.c.closed_at)
    )
    at: datetime = decided.scalar_one()
    return at


async def close(connection: Connection, plan: PlanRef, because: str) -> Round | None:
    """Close the round that waits without a decision; None when none waits."""
    closed = await connection.execute(
        update(rounds)
        .where(rounds.c.plan_id == plan.plan_id, rounds.c.closed_at.is_(None))
        .values(closed_at=func.clock_timestamp(), closed_because=because)
        .returning(*rounds.c)
    )
    row = closed.one_or_none()
    return read(row) if row else None


async def waiting_round(
    connection: Connection, plan: PlanRef, plan_version: int
) -> tuple[Round, datetime] | None:
    """The round in which this version of the plan waits, locked, with the database's time."""
    found = await connection.execute(
        select(*rounds.c, func.clock_timestamp().label("now"))
        .where(
            rounds.c.plan_id == plan.plan_id,
            rounds.c.plan_version == plan_version,
            rounds.c.closed_at.is_(None),
        )
        .with_for_update()
    )
    row = found.one_or_none()
    return (read(row), row.now) if row else None


async def rounds_of(connection: Connection, plan_id: str) -> list[Round]:
    """Every round of a plan, oldest first."""
    rows = await connection.execute(
        select(*rounds.c).where(rounds.c.plan_id == plan_id).order_by(rounds.c.plan_version)
    )
    return [read(row) for row in rows]


async def snapshots_of(
    connection: Connection, plan_id: str, revisions: Iterable[int]
) -> dict[int, Submission]:
    """The named revisions of a plan, as they were frozen."""
    rows = await connection.execute(
        select(snapshots.c.revision, snapshots.c.submission).where(
            snapshots.c.plan_id == plan_id, snapshots.c.revision.in_(list(revisions))
        )
    )
    return {row.revision: Submission.deserialize(row.submission) for row in rows}
