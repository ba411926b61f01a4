"""What the API needs to judge a decision before it is sent: its round, and its earlier sending."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from services.review.domain.rounds import Round
from services.review.store.rounds import read
from services.review.store.tables import COMMANDS, rounds
from shared.contracts.lifecycle import Command
from shared.store.db import Connection


@dataclass(frozen=True)
class Case:
    """A round, the request that came before with the same command id, and the database's time."""

    round: Round
    earlier: Command | None
    at: datetime


async def find(connection: Connection, plan_id: str, plan_version: int, command_id: str) -> Case | None:
    """The case of a decision on this version of a plan; the newest round when that version had none.

    A request on another plan is no earlier sending of this one: it must not spare it being judged.
    """
    sent = COMMANDS.table
    earlier = (
        select(sent.c.request).where(sent.c.id == command_id, sent.c.plan_id == plan_id).scalar_subquery()
    )
    found = await connection.execute(
        select(*rounds.c, earlier.label("earlier"), func.clock_timestamp().label("now"))
        .where(rounds.c.plan_id == plan_id)
        .order_by((rounds.c.plan_version == plan_version).desc(), rounds.c.plan_version.desc())
        .limit(1)
    )
    row = found.one_or_none()
    if row is None:
        return None
    return Case(read(row), Command.deserialize(row.earlier) if row.earlier else None, row.now)
