"""Events of a newer version: inbox rows in the state ``skipped``, kept until they are replayed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.store.db import Connection

TAKEN = "taken"
SKIPPED = "skipped"


@dataclass(frozen=True)
class SkippedEvent:
    """An event of a newer version, as it was delivered, and why its reader has skipped it."""

    consumer: str
    event_id: str
    subject: str
    body: str
    reason: str
    taken_at: datetime


class SkippedEvents:
    """The rows of an inbox in the state ``skipped``."""

    def __init__(self, inbox: Table) -> None:
        self._inbox = inbox

    async def add(
        self, connection: Connection, *, consumer: str, event_id: str, subject: str, body: bytes, reason: str
    ) -> None:
        """Keep an event that this version does not know; one that is in the inbox already stays as it is."""
        row = {
            "consumer": consumer,
            "event_id": event_id,
            "state": SKIPPED,
            "subject": storable(subject),
            "body": storable(body.decode("utf-8", "replace")),
            "reason": storable(reason[:2000]),
        }
        await connection.execute(upsert(self._inbox).values(row).on_conflict_do_nothing())

    async def all(self, connection: Connection) -> list[SkippedEvent]:
        """The events that were skipped and not replayed since, oldest first."""
        columns = [self._inbox.c[name] for name in SkippedEvent.__dataclass_fields__]
        skipped = select(*columns).where(self._inbox.c.state == SKIPPED)
        rows = await connection.execute(skipped.order_by(self._inbox.c.taken_at, self._inbox.c.event_id))
        return [SkippedEvent(**row._mapping) for row in rows]

    async def counts(self, connection: Connection) -> dict[str, int]:
        """How many events each consumer has skipped that were not replayed since."""
        counted = select(self._inbox.c.consumer, func.count()).where(self._inbox.c.state == SKIPPED)
        rows = await connection.execute(counted.group_by(self._inbox.c.consumer))
        return {row[0]: int(row[1]) for row in rows}


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot keep: NUL, and halves of characters."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
