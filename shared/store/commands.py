"""The tables of commands of one schema: what people asked, and what activities have applied."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    case,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.contracts.lifecycle import Command
from shared.store.db import Connection

Status = Literal["pending", "applied", "refused"]


@dataclass(frozen=True)
class Entry:
    """A command as noted: its request, and its answer once there is one."""

    id: str
    actor: str
    plan_id: str | None
    request_hash: str
    request: dict[str, Any] | None
    status: Status
    answer: dict[str, Any] | None
    received_at: datetime


class Commands:
    """``command`` has what arrived at this service's API; ``applied`` what its activities have done."""

    def __init__(self, metadata: MetaData) -> None:
        self.service = str(metadata.schema)
        self.table = Table(
            "command",
            metadata,
            Column("id", Text, primary_key=True),
            Column("actor", Text, nullable=False),
            Column("plan_id", Text),
            Column("request_hash", Text, nullable=False, server_default=""),
            Column("request", JSONB),
            Column("status", Text, nullable=False),
            Column("answer", JSONB),
            Column("attempts", Integer, nullable=False, server_default="0"),
            Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
            Column("answered_at", DateTime(timezone=True)),
            Index("ix_command_pending", "received_at", postgresql_where=text("status = 'pending'")),
        )
        self.applied = Table(
            "applied",
            metadata,
            Column("command_id", Text, primary_key=True),
            Column("answer", JSONB, nullable=False),
            Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        )

    def _entry(self) -> Any:
        return [self.table.c[name] for name in Entry.__dataclass_fields__]

    async def receive(self, connection: Connection, command: Command, request_hash: str) -> Entry | None:
        """Note a command that has arrived; the earlier entry when this id was noted before.

        That the same request has come again is counted in the same statement, so that its first sender
        does not withdraw what the second is about to send.
        """
        came = upsert(self.table).values(
            id=command.command_id,
            actor=command.actor,
            plan_id=command.plan.plan_id,
            request_hash=request_hash,
            request=command.model_dump(mode="json"),
            status="pending",
        )
        again = case((self.table.c.request_hash == came.excluded.request_hash, 1), else_=0)
        noted = await connection.execute(
            came.on_conflict_do_update(
                index_elements=[self.table.c.id], set_={"attempts": self.table.c.attempts + again}
            ).returning(*self._entry(), self.table.c.attempts)
        )
        *known, attempts = noted.one()
        entry = Entry(*known)
        return None if (entry.request_hash, attempts) == (request_hash, 0) else entry

    async def find(self, connection: Connection, command_id: str) -> Entry | None:
        """What is known of a command."""
        row = (
            await connection.execute(select(*self._entry()).where(self.table.c.id == command_id))
        ).one_or_none()
        return Entry(**row._mapping) if row else None

    async def claim(
        self, connection: Connection, command_id: str, answer: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Make the caller's transaction the one that applies the command.

        Returns None the first time, and the stored answer every later time: then nothing else may be
        done. Of two transactions that claim one id the second waits for the first.
        """
        claimed = await connection.execute(
            upsert(self.applied).values(command_id=command_id, answer=answer).on_conflict_do_nothing()
        )
        if claimed.rowcount:
            return None
        stored: dict[str, Any] = (
            await connection.execute(
                select(self.applied.c.answer).where(self.applied.c.command_id == command_id)
            )
        ).scalar_one()
        return stored

    async def settle(
        self, connection: Connection, command_id: str, status: Status, answer: dict[str, Any]
    ) -> None:
        """Note the answer of a command that is still pending."""
        await connection.execute(
            update(self.table)
            .where(self.table.c.id == command_id, self.table.c.status == "pending")
            .values(status=status, answer=answer, answered_at=func.now())
        )

    async def withdraw(self, connection: Connection, command_id: str) -> bool:
        """Forget a pending command that was never sent, so that its key may be used again.

        One that its sender has sent a second time meanwhile is kept, and the answer is false: that one
        may have arrived.
        """
        withdrawn = await connection.execute(
            self.table.delete().where(
                self.table.c.id == command_id, self.table.c.status == "pending", self.table.c.attempts == 0
            )
        )
        return bool(withdrawn.rowcount)

    async def attempted(self, connection: Connection, command_id: str) -> bool:
        """Note that a command is about to be sent again; false when it has been withdrawn meanwhile."""
        noted = await connection.execute(
            update(self.table).where(self.table.c.id == command_id).values(attempts=self.table.c.attempts + 1)
        )
        return bool(noted.rowcount)

    async def backlog(self, connection: Connection) -> tuple[int, float]:
        """How many commands have no answer yet, and the age of the oldest in seconds."""
        age = func.extract("epoch", func.now() - func.min(self.table.c.received_at))
        counted = select(func.count(), func.coalesce(age, 0.0)).where(self.table.c.status == "pending")
        count, oldest = (await connection.execute(counted)).one()
        return int(count), float(oldest)

    async def overdue(self, connection: Connection, age: timedelta, limit: int) -> list[Entry]:
        """Commands of people that have been pending for longer than ``age``, to be sent again now.

        Those tried least come first, the oldest of them before the others, and being taken counts as a
        try: commands that stay unknown keep none behind them from its turn.
        """
        due = (
            select(self.table.c.id)
            .where(
                self.table.c.status == "pending",
                self.table.c.request.is_not(None),
                self.table.c.received_at < func.now() - age,
            )
            .order_by(self.table.c.attempts, self.table.c.received_at)
            .limit(limit)
        )
        rows = await connection.execute(
            update(self.table)
            .where(self.table.c.id.in_(due), self.table.c.status == "pending")
            .values(attempts=self.table.c.attempts + 1)
            .returning(self.table.c.attempts, *self._entry())
        )
        ordered = sorted(rows, key=lambda row: (row.attempts, row.received_at))
        return [Entry(*known) for _, *known in ordered]
