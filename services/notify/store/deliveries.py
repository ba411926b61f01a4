"""The queue of deliveries: what waits, what was sent and what was given up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    Integer,
    String,
    cast,
    func,
    insert,
    lateral,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.notify.domain.values import Channel, Delivery, DeliveryState, Rendered
from services.notify.store.tables import deliveries, messages, webhooks
from services.notify.store.webhooks import REMOVED, lane_of
from shared.db import Connection

MAIL_LANE: Final = "mail"
_CLAIMED: Final = ("id", "lane", "channel", "target", "message_id", "event_id", "body", "attempts")
_COLUMNS = tuple(deliveries.c[name] for name in Delivery.model_fields)


@dataclass(frozen=True)
class NewDelivery:
    """A mail of a message, or a call with the body of an event, to be queued."""

    channel: Channel
    target: str
    event_id: str
    subject: str
    plan_id: str | None
    department: str | None
    message_id: int | None = None
    body: str | None = None

    @property
    def lane(self) -> str:
        """Where it queues: mails with mails, the calls of a webhook with each other."""
        return MAIL_LANE if self.channel is Channel.MAIL else lane_of(self.target)


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


@dataclass(frozen=True)
class Scope:
    """Whose deliveries are wanted: all, or those about plans of these departments."""

    everything: bool
    departments: frozenset[str] = frozenset()


async def queue(connection: Connection, new: Sequence[NewDelivery]) -> None:
    """Queue deliveries for now."""
    if new:
        rows = [{**vars(one), "channel": one.channel.value, "lane": one.lane} for one in new]
        await connection.execute(insert(deliveries), rows)


async def claim(
    connection: Connection, *, busy: Mapping[str, int], per_lane: int, limit: int, lease: timedelta
) -> list[Claimed]:
    """Take deliveries whose time has come, oldest first in each lane.

    ``busy`` counts what is on its way in each lane: no lane gets more than ``per_lane`` at a time, so
    that a slow receiver holds up its own lane only. A sender that dies leaves its claims to be taken
    again when ``lease`` is over.
    """
    due = _due(busy, per_lane, limit)
    claimed = (
        update(deliveries)
        .where(deliveries.c.id == due.c.id)
        .values(attempts=deliveries.c.attempts + 1, next_at=func.now() + lease)
        .returning(*(deliveries.c[name] for name in _CLAIMED))
        .cte("claimed")
    )
    rows = await connection.execute(
        select(
            claimed,
            *(messages.c[name] for name in ("language", "lines")),
            messages.c.subject.label("message_subject"),
            *(webhooks.c[name] for name in ("url", "secret")),
        )
        .join(messages, messages.c.id == claimed.c.message_id, isouter=True)
        .join(webhooks, claimed.c.lane == func.concat(lane_of(""), webhooks.c.id), isouter=True)
        .order_by(claimed.c.id)
    )
    return [Claimed(row.id, row.lane, row.attempts, _job(row)) for row in rows]


def _due(busy: Mapping[str, int], per_lane: int, limit: int) -> Any:
    lanes = union_all(
        select(literal(MAIL_LANE, String).label("lane")),
        select(func.concat(lane_of(""), webhooks.c.id)),
    ).subquery("lanes")
    taken = cast(func.coalesce(literal(dict(busy), JSONB)[lanes.c.lane].astext, "0"), Integer)
    waiting = lateral(
        select(deliveries.c.id, deliveries.c.next_at)
        .where(
            deliveries.c.lane == lanes.c.lane,
            # In the text of the statement, so that every plan for it can use the index of what waits.
            deliveries.c.state == literal_column(f"'{DeliveryState.PENDING.value}'"),
            deliveries.c.next_at <= func.now(),
        )
        .order_by(deliveries.c.next_at)
        .limit(func.greatest(per_lane - taken, 0))
        .with_for_update(skip_locked=True),
        "waiting",
    )
    return (
        select(waiting.c.id)
        .select_from(lanes.join(waiting, true()))
        .order_by(waiting.c.next_at)
        .limit(limit)
        .cte("due")
        .prefix_with("materialized")
    )


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


async def listed(
    connection: Connection,
    scope: Scope,
    *,
    plan_id: str | None,
    state: DeliveryState | None,
    before: int | None,
    limit: int,
) -> list[Delivery]:
    """Deliveries in scope, newest first, from below the id ``before``."""
    query = select(*_COLUMNS).where(_within(scope))
    if plan_id is not None:
        query = query.where(deliveries.c.plan_id == plan_id)
    if state is not None:
        query = query.where(deliveries.c.state == state.value)
    if before is not None:
        query = query.where(deliveries.c.id < before)
    rows = await connection.execute(query.order_by(deliveries.c.id.desc()).limit(limit))
    return [Delivery.model_validate(dict(row._mapping)) for row in rows]


async def send_again(connection: Connection, scope: Scope, delivery_id: int) -> Delivery | None:
    """Queue a delivery that was given up once more, with all its attempts.

    One that waits or was sent stays as it is; None when it is not in scope.
    """
    await connection.execute(
        update(deliveries)
        .where(
            deliveries.c.id == delivery_id,
            deliveries.c.state == DeliveryState.FAILED.value,
            or_(deliveries.c.last_error.is_(None), deliveries.c.last_error != REMOVED),
            _within(scope),
        )
        .values(state=DeliveryState.PENDING.value, attempts=0, next_at=func.now())
    )
    found = await connection.execute(select(*_COLUMNS).where(deliveries.c.id == delivery_id, _within(scope)))
    row = found.one_or_none()
    return Delivery.model_validate(dict(row._mapping)) if row else None


def _within(scope: Scope) -> Any:
    return true() if scope.everything else deliveries.c.department.in_(sorted(scope.departments))
