"""SQL of the ledger of moves: lines are appended and read, never changed."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Insert, insert

from services.plans.domain.ledger import ChainedLine
from services.plans.store.tables import ledger
from shared.contracts.words import Move
from shared.db import Connection


def appended(line: ChainedLine) -> Insert:
    """The change that appends a line; no row is touched when its command has a line already."""
    values = line.model_dump(mode="json") | {"at": line.at}
    return insert(ledger).values(values).on_conflict_do_nothing(index_elements=[ledger.c.command_id])


async def of_command(connection: Connection, command_id: str) -> ChainedLine | None:
    """The line that a command has left; None when it has left none."""
    found = await connection.execute(select(ledger).where(ledger.c.command_id == command_id))
    row = found.mappings().one_or_none()
    return ChainedLine.model_validate(dict(row)) if row else None


async def lines(connection: Connection, plan_id: str) -> Sequence[ChainedLine]:
    """The lines of one plan, in the order of its versions."""
    rows = await connection.execute(
        select(ledger).where(ledger.c.plan_id == plan_id).order_by(ledger.c.version)
    )
    return [ChainedLine.model_validate(dict(row)) for row in rows.mappings()]


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
