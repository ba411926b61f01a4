"""What people were told, and what they prefer: rows of their own, read by nobody else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.notify.domain.values import Message, Preferences, Rendered
from services.notify.store.tables import messages, preferences
from shared.store.db import Connection

_COLUMNS = tuple(messages.c[name] for name in Message.model_fields)


@dataclass(frozen=True)
class NewMessage:
    """A message to be kept, unless its recipient has heard of its reason before."""

    recipient: str
    reason: str
    template: str
    plan_id: str | None
    rendered: Rendered


async def add(connection: Connection, new: Sequence[NewMessage]) -> dict[tuple[str, str], int]:
    """Keep the messages that are news; the id of each by recipient and reason."""
    if not new:
        return {}
    rows = [
        {
            "recipient": one.recipient,
            "reason": one.reason,
            "template": one.template,
            "plan_id": one.plan_id,
            "language": one.rendered.language.value,
            "subject": one.rendered.subject,
            "lines": list(one.rendered.lines),
        }
        for one in new
    ]
    added = await connection.execute(
        upsert(messages)
        .on_conflict_do_nothing(index_elements=[messages.c.recipient, messages.c.reason])
        .returning(messages.c.id, messages.c.recipient, messages.c.reason),
        rows,
    )
    return {(row.recipient, row.reason): row.id for row in added}


async def inbox(
    connection: Connection, recipient: str, *, unread: bool, before: int | None, limit: int
) -> list[Message]:
    """A person's messages, newest first, from below the id ``before``."""
    query = select(*_COLUMNS).where(messages.c.recipient == recipient)
    if unread:
        query = query.where(messages.c.read_at.is_(None))
    if before is not None:
        query = query.where(messages.c.id < before)
    rows = await connection.execute(query.order_by(messages.c.id.desc()).limit(limit))
    return [Message.deserialize(dict(row._mapping)) for row in rows]


async def mark_read(connection: Connection, recipient: str, message_id: int) -> Message | None:
    """Note that a person has read a message of theirs, the first time; None when it is not theirs."""
    marked = await connection.execute(
        update(messages)
        .where(messages.c.id == message_id, messages.c.recipient == recipient)
        .values(read_at=func.coalesce(messages.c.read_at, func.now()))
        .returning(*_COLUMNS)
    )
    row = marked.one_or_none()
    return Message.deserialize(dict(row._mapping)) if row else None


async def without_mail(connection: Connection, people: Iterable[str]) -> frozenset[str]:
    """Those of ``people`` who want no mail."""
    rows = await connection.execute(
        select(preferences.c.person).where(
            preferences.c.person.in_(sorted(set(people))), preferences.c.mail.is_(False)
        )
    )
    return frozenset(rows.scalars())


async def preferences_of(connection: Connection, person: str) -> Preferences:
    """What a person prefers; the default when they never said."""
    found = await connection.execute(select(preferences.c.mail).where(preferences.c.person == person))
    mail = found.scalar_one_or_none()
    return Preferences(mail=mail is not False)


async def prefer(connection: Connection, person: str, wish: Preferences) -> None:
    """Keep what a person prefers from now on."""
    await connection.execute(
        upsert(preferences)
        .values(person=person, mail=wish.mail)
        .on_conflict_do_update(index_elements=[preferences.c.person], set_={"mail": wish.mail})
    )
