"""What a sender does with the queue: takes what is due, and notes what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    CTE,
    Integer,
    Interval,
    Select,
    String,
    bindparam,
    cast,
    func,
    lateral,
    literal,
    literal_column,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.notify.domain.values import Channel, DeliveryState, Rendered
from services.notify.store.deliveries import MAIL_LANE
from services.notify.store.tables import deliveries, messages, webhooks
from services.notify.store.webhooks import lane_of
from shared.store.db import Connection

_CLAIMED: Final = (
    "id",
    "lane",
    "channel",
    "target",
    "message_id",
    "event_id",
    "body",
    "attempts",
    "traceparent",
)
# Joined by what follows the prefix, so that the lanes of all webhooks are made by the database.
_WEBHOOK_LANE: Final = func.concat(lane_of(""), webhooks.c.id)


@dataclass(frozen=True)
class MailJob:
    """A claimed mail: the words of its message and the person it is for."""

    recipient: str
    message_id: int
    rendered: Rendered


@dataclass(frozen=True)
class CallJob:
    """A claimed webhook call; the secret never leaves the sender."""

    url: str
    secret: str
    event_id: str
    body: bytes


@dataclass(frozen=True)
class Claimed:
    """A delivery this sender alone may try now, until its lease is over.

    ``attempts`` counts this attempt; ``job`` is None when what it needs is gone.
    """

    id: int
    lane: str
    attempts: int
    job: MailJob | CallJob | None
    traceparent: str | None = None


def _due() -> CTE:
    """The ids of what is due, oldest first in each lane, as many as a lane has room for."""
    lanes = union_all(
        select(literal(MAIL_LANE, String).label("lane")),
        select(_WEBHOOK_LANE),
    ).subquery("lanes")
    busy = bindparam("busy", type_=JSONB)[lanes.c.lane].astext
    room = bindparam("per_lane", type_=Integer) - cast(func.coalesce(busy, "0"), Integer)
    waiting = lateral(
        select(deliveries.c.id, deliveries.c.next_at)
        .where(
            deliveries.c.lane == lanes.c.lane,
            # In the text of the statement, so that every plan for it can use the index of what waits.
            deliveries.c.state == literal_column(f"'{DeliveryState.PENDING.value}'"),
            deliveries.c.next_at <= func.now(),
        )
        .order_by(deliveries.c.next_at)
        .limit(func.greatest(room, 0))
        .with_for_update(skip_locked=True),
        "waiting",
    )
    return (
        select(waiting.c.id)
        .select_from(lanes.join(waiting, true()))
        .order_by(waiting.c.next_at)
        .limit(bindparam("at_most", type_=Integer))
        .cte("due")
        .prefix_with("materialized")
    )


def _claim() -> Select[Any]:
    due = _due()
    claimed = (
        update(deliveries)
        .where(deliveries.c.id == due.c.id)
        .values(attempts=deliveries.c.attempts + 1, next_at=func.now() + bindparam("lease", type_=Interval))
        .returning(*(deliveries.c[name] for name in _CLAIMED))
        .cte("claimed")
    )
    return (
        select(
            claimed,
            *(messages.c[name] for name in ("language", "lines")),
            messages.c.subject.label("message_subject"),
            *(webhooks.c[name] for name in ("url", "secret")),
        )
        .join(messages, messages.c.id == claimed.c.message_id, isouter=True)
        .join(webhooks, claimed.c.lane == _WEBHOOK_LANE, isouter=True)
        .order_by(claimed.c.id)
    )


_CLAIM: Final = _claim()


async def claim(
    connection: Connection, *, busy: Mapping[str, int], per_lane: int, limit: int, lease: timedelta
) -> list[Claimed]:
    """Take deliveries whose time has come, oldest first in each lane.

    ``busy`` counts what is on its way in each lane: no lane gets more than ``per_lane`` at a time, so
    that a slow receiver holds up its own lane only. A sender that dies leaves its claims to be taken
    again when ``lease`` is over.
    """
    wanted = {"busy": dict(busy), "per_lane": per_lane, "at_most": limit, "lease": lease}
    rows = await connection.execute(_CLAIM, wanted)
    return [Claimed(row.id, row.lane, row.attempts, _job(row), row.traceparent) for row in rows]


def _job(row: Any) -> MailJob | CallJob | None:
    if row.channel == Channel.MAIL.value and row.message_id is not None:
        rendered = Rendered(language=row.language, subject=row.message_subject, lines=tuple(row.lines))
        return MailJob(row.target, row.message_id, rendered)
    if row.url is not None and row.body is not None:
        return CallJob(row.url, row.secret, row.event_id, row.body.encode())
    return None


async def mark_sent(connection: Connection, claimed: Claimed) -> None:
    """Note that an attempt succeeded."""
    await connection.execute(
        update(deliveries)
        .where(deliveries.c.id == claimed.id, deliveries.c.state == DeliveryState.PENDING.value)
        .values(state=DeliveryState.SENT.value, next_at=None, last_error=None, sent_at=func.clock_timestamp())
    )


async def mark_failed(connection: Connection, claimed: Claimed, error: str, wait: timedelta | None) -> None:
    """Note that an attempt failed: tried again after ``wait``, given up when there is none.

    A claim that was taken over by another sender meanwhile changes nothing.
    """
    state = DeliveryState.PENDING if wait is not None else DeliveryState.FAILED
    await connection.execute(
        update(deliveries)
        .where(
            deliveries.c.id == claimed.id,
            deliveries.c.state == DeliveryState.PENDING.value,
            deliveries.c.attempts == claimed.attempts,
        )
        .values(
            state=state.value,
            last_error=error[:500],
            next_at=None if wait is None else func.clock_timestamp() + wait,
        )
    )
