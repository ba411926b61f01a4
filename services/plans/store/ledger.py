"""SQL of the ledger of moves: lines are appended and read, never changed."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Insert, insert

from services.plans.domain.ledger import ChainedLine, first_wrong
from services.plans.store.tables import ledger, plans
from shared.contracts.scoring import Points
from shared.contracts.words import Move, Stage
from shared.store.db import Connection


def appended(line: ChainedLine) -> Insert:
    """The change that appends a line; no row is touched when its command has a line already."""
    values = line.model_dump(mode="json") | {"at": line.at}
    return insert(ledger).values(values).on_conflict_do_nothing(index_elements=[ledger.c.command_id])


async def of_command(connection: Connection, command_id: str) -> ChainedLine | None:
    """The line that a command has left; None when it has left none."""
    found = await connection.execute(select(ledger).where(ledger.c.command_id == command_id))
    row = found.mappings().one_or_none()
    return ChainedLine.deserialize(dict(row)) if row else None


async def lines(connection: Connection, plan_id: str) -> Sequence[ChainedLine]:
    """The lines of one plan, in the order of its versions."""
    rows = await connection.execute(
        select(ledger).where(ledger.c.plan_id == plan_id).order_by(ledger.c.version)
    )
    return [ChainedLine.deserialize(dict(row)) for row in rows.mappings()]


async def wrong_chains(connection: Connection, *, page: int = 200) -> AsyncIterator[tuple[str, int]]:
    """Every plan whose ledger is not as its chain says, with the version of the first wrong line."""
    after = ""
    heads = select(plans.c.id, plans.c.version, plans.c.ledger_hash).order_by(plans.c.id).limit(page)
    while rows := (await connection.execute(heads.where(plans.c.id > after))).all():
        after = rows[-1].id
        written = await _lines_of(connection, [row.id for row in rows])
        for row in rows:
            wrong = first_wrong(written.get(row.id, ()), version=row.version, head=row.ledger_hash)
            if wrong is not None:
                yield row.id, wrong


async def conditions(connection: Connection, plan_id: str, revision_version: int) -> Sequence[str]:
    """The notes of the approvals given since the version that froze the newest revision."""
    rows = await connection.execute(
        select(ledger.c.note)
        .where(
            ledger.c.plan_id == plan_id,
            ledger.c.version > revision_version,
            ledger.c.move == Move.APPROVE.value,
            ledger.c.note != "",
        )
        .order_by(ledger.c.version)
    )
    return list(rows.scalars())


async def score_on_entering(connection: Connection, plan_id: str, stage: Stage) -> Points | None:
    """The score in the line of the move by which the plan last came to a stage; None without one."""
    found = await connection.execute(
        select(ledger.c.score)
        .where(
            ledger.c.plan_id == plan_id,
            ledger.c.to_stage == stage.value,
            ledger.c.from_stage.is_distinct_from(stage.value),
        )
        .order_by(ledger.c.version.desc())
        .limit(1)
    )
    score = found.scalar()
    return None if score is None else Points.deserialize(score)


async def _lines_of(connection: Connection, plan_ids: Sequence[str]) -> dict[str, list[ChainedLine]]:
    chosen = select(ledger).where(ledger.c.plan_id.in_(plan_ids)).order_by(ledger.c.plan_id, ledger.c.version)
    found: dict[str, list[ChainedLine]] = {}
    for row in (await connection.execute(chosen)).mappings():
        found.setdefault(row["plan_id"], []).append(ChainedLine.deserialize(dict(row)))
    return found
