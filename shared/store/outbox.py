"""The tables that carry facts out of and into a service's transactions, and the relay's work on them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.contracts.events import Event
from shared.store.db import Change, Connection, after_commit
from shared.store.skipped_events import SKIPPED, TAKEN, SkippedEvents, storable
from shared.telemetry.tracing import traceparent

LARGEST = 1024 * 1024
"""Bytes of the largest message: the stream takes no larger one, so that a dead letter is always whole."""


@dataclass(frozen=True)
class OutboxMessage:
    """An outbox row on its way: the event's id, its subject and the CloudEvents JSON."""

    sequence: int
    id: UUID
    subject: str
    body: bytes
    traceparent: str | None = None


@dataclass(frozen=True)
class DeadLetter:
    """A message a consumer gave up on, with why."""

    id: int
    consumer: str
    event_id: str
    subject: str
    body: str
    error: str
    attempts: int
    at: datetime


def cloud_event(event: Event, *, event_id: UUID, source: str, at: datetime) -> dict[str, object]:
    """The CloudEvents 1.0 JSON form of ``event``."""
    envelope: dict[str, object] = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": source,
        "type": event.subject(),
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": event.model_dump(mode="json"),
    }
    trace = traceparent.get()
    return envelope | ({"traceparent": trace} if trace else {})


class Outbox:
    """The tables ``outbox``, ``inbox`` and ``dead_letter`` of one schema."""

    def __init__(self, metadata: MetaData, source: str, wake: Callable[[], None] = lambda: None) -> None:
        self.source = f"/monthline/{source}"
        self.wake = wake
        self.letters = Table(
            "outbox",
            metadata,
            Column("sequence", BigInteger, Identity(always=True), primary_key=True),
            Column("id", Uuid, nullable=False, unique=True),
            Column("subject", Text, nullable=False),
            Column("body", JSONB, nullable=False),
            Column("written_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
            Column("published_at", DateTime(timezone=True)),
            Index("ix_outbox_waiting", "sequence", postgresql_where=text("published_at is null")),
        )
        self.inbox = Table(
            "inbox",
            metadata,
            Column("consumer", Text, nullable=False),
            Column("event_id", Text, nullable=False),
            Column("taken_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
            Column("state", Text, nullable=False, server_default=TAKEN),
            *(Column(name, Text) for name in ("subject", "body", "reason")),
            PrimaryKeyConstraint("consumer", "event_id"),
            Index("ix_inbox_skipped", "taken_at", postgresql_where=text(f"state = '{SKIPPED}'")),
        )
        self.skipped = SkippedEvents(self.inbox)
        self.dead = Table(
            "dead_letter",
            metadata,
            Column("id", BigInteger, Identity(always=True), primary_key=True),
            Column("consumer", Text, nullable=False),
            Column("event_id", Text, nullable=False),
            Column("subject", Text, nullable=False),
            Column("body", Text, nullable=False),
            Column("error", Text, nullable=False),
            Column("attempts", Integer, nullable=False),
            Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
            Column("replayed_at", DateTime(timezone=True)),
        )

        told = (
            func.jsonb_to_recordset(bindparam("letters", type_=JSONB))
            .table_valued(column("id", Uuid), column("subject", Text), column("body", JSONB))
            .render_derived(with_types=True)
        )
        self._write = insert(self.letters).from_select(["id", "subject", "body"], select(told))

    def _wake(self) -> None:
        self.wake()

    async def tell(self, connection: Connection, *events: Event) -> None:
        """Write the events down in the caller's transaction, in one statement."""
        if events:
            change = self.letters_of(connection, *events)
            await connection.execute(change.statement, change.given)

    def letters_of(self, connection: Connection, *events: Event) -> Change:
        """The change that writes the events down; the relay is woken when the transaction commits.

        However many they are, the statement is the same, so that it is compiled and prepared once.
        """
        at = datetime.now(UTC)
        ids = [uuid4() for _ in events]
        rows = [
            {
                "id": str(id_),
                "subject": event.subject(),
                "body": cloud_event(event, event_id=id_, source=self.source, at=at),
            }
            for id_, event in zip(ids, events, strict=True)
        ]
        after_commit(connection, self._wake)
        return Change(self._write, {"letters": rows})

    async def anything_waits(self, connection: Connection) -> bool:
        """Whether a letter waits to be published; a look that locks nothing."""
        waits = exists().where(self.letters.c.published_at.is_(None))
        found: bool = (await connection.execute(select(waits))).scalar_one()
        return found

    async def waiting(self, connection: Connection, limit: int) -> Sequence[OutboxMessage]:
        """The oldest unpublished letters, locked for this relay alone until the transaction ends."""
        rows = await connection.execute(
            select(self.letters.c.sequence, self.letters.c.id, self.letters.c.subject, self.letters.c.body)
            .where(self.letters.c.published_at.is_(None))
            .order_by(self.letters.c.sequence)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [
            OutboxMessage(
                sequence=row.sequence,
                id=row.id,
                subject=row.subject,
                body=json.dumps(row.body, ensure_ascii=False).encode(),
                traceparent=row.body.get("traceparent"),
            )
            for row in rows
        ]

    async def mark_published(self, connection: Connection, letters: Sequence[OutboxMessage]) -> None:
        """Note that the broker has acknowledged the letters."""
        sequences = [letter.sequence for letter in letters]
        await connection.execute(
            update(self.letters)
            .where(self.letters.c.sequence == any_(literal(sequences, ARRAY(BigInteger))))
            .values(published_at=func.clock_timestamp())
        )

    async def backlog(self, connection: Connection) -> tuple[int, float]:
        """How many letters wait, and the age of the oldest in seconds."""
        row = (
            await connection.execute(
                select(
                    func.count(),
                    func.coalesce(
                        func.extract("epoch", func.now() - func.min(self.letters.c.written_at)), 0.0
                    ),
                ).where(self.letters.c.published_at.is_(None))
            )
        ).one()
        return int(row[0]), float(row[1])

    async def taken_first(
        self, connection: Connection, consumer: str, event_ids: Sequence[str]
    ) -> frozenset[str]:
        """Those of the events that ``consumer`` has not taken before; notes that it has now.

        An event that was skipped counts as not taken.
        However many they are, it is one statement; in order, so that two of one durable wait for each
        other and never in a circle.
        """
        ids = func.unnest(literal(sorted(set(event_ids)), ARRAY(Text))).column_valued("event_id")
        noted = await connection.execute(
            upsert(self.inbox)
            .from_select(["consumer", "event_id"], select(literal(consumer), ids))
            .on_conflict_do_update(
                index_elements=[self.inbox.c.consumer, self.inbox.c.event_id],
                set_={"state": TAKEN, "taken_at": func.now(), "subject": None, "body": None, "reason": None},
                where=self.inbox.c.state == SKIPPED,
            )
            .returning(self.inbox.c.event_id)
        )
        return frozenset(noted.scalars())

    async def bury(
        self,
        connection: Connection,
        *,
        consumer: str,
        event_id: str,
        subject: str,
        body: bytes,
        error: str,
        attempts: int,
    ) -> None:
        """Keep a message that cannot be taken, with the reason."""
        await connection.execute(
            insert(self.dead).values(
                consumer=consumer,
                event_id=storable(event_id),
                subject=storable(subject),
                body=storable(body[:LARGEST].decode("utf-8", "replace")),
                error=storable(error[:2000]),
                attempts=attempts,
            )
        )

    async def dead_letters(self, connection: Connection) -> list[DeadLetter]:
        """The messages given up on and not replayed since, oldest first."""
        columns = [self.dead.c[name] for name in DeadLetter.__dataclass_fields__]
        rows = await connection.execute(
            select(*columns).where(self.dead.c.replayed_at.is_(None)).order_by(self.dead.c.id)
        )
        return [DeadLetter(**row._mapping) for row in rows]

    async def dead_counts(self, connection: Connection) -> dict[str, int]:
        """How many messages each consumer has given up on that were not replayed since."""
        counted = select(self.dead.c.consumer, func.count()).where(self.dead.c.replayed_at.is_(None))
        rows = await connection.execute(counted.group_by(self.dead.c.consumer))
        return {row[0]: int(row[1]) for row in rows}

    async def mark_replayed(self, connection: Connection, letter: DeadLetter) -> None:
        """Note that a dead letter has been replayed with success."""
        await connection.execute(
            update(self.dead).where(self.dead.c.id == letter.id).values(replayed_at=func.now())
        )

    async def forget(self, connection: Connection, *, told: int, taken: int) -> None:
        """Drop letters published ``told`` days ago, and the rows of events taken ``taken`` days ago.

        Skipped events stay until they are replayed.
        """
        published, taken_at = self.letters.c.published_at, self.inbox.c.taken_at
        await connection.execute(delete(self.letters).where(published < _before(told)))
        await connection.execute(
            delete(self.inbox).where(taken_at < _before(taken), self.inbox.c.state == TAKEN)
        )


def _before(days: int) -> ColumnElement[datetime]:
    return func.now() - func.make_interval(0, 0, 0, days)
