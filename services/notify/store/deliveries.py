"""The queue of deliveries: what waits, what was sent and what was given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from services.notify.domain.values import Channel, Delivery, DeliveryState
from services.notify.store.tables import deliveries
from services.notify.store.webhooks import REMOVED, lane_of
from shared.store.db import Connection

MAIL_LANE: Final = "mail"
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
    trace: str | None = None

    @property
    def lane(self) -> str:
        """Where it queues: mails with mails, the calls of a webhook with each other."""
        return MAIL_LANE if self.channel is Channel.MAIL else lane_of(self.target)


@dataclass(frozen=True)
class Scope:
    """Whose deliveries are wanted: all, or those about plans of these departments."""

    everything: bool
    departments: frozenset[str] = frozenset()


async def queue(connection: Connection, new: Sequence[NewDelivery]) -> None:
    """Queue deliveries for now; a webhook that has been called with an event is not called with it again."""
    if new:
        rows = [_row(one) for one in new]
        once = upsert(deliveries).on_conflict_do_nothing(
            index_elements=[deliveries.c.target, deliveries.c.event_id],
            index_where=deliveries.c.channel == literal_column("'webhook'"),
        )
        await connection.execute(once, rows)


def _row(new: NewDelivery) -> dict[str, Any]:
    values = {name: value for name, value in vars(new).items() if name != "trace"}
    return values | {"channel": new.channel.value, "lane": new.lane, "traceparent": new.trace}


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
    return [Delivery.deserialize(dict(row._mapping)) for row in rows]


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
    return Delivery.deserialize(dict(row._mapping)) if row else None


def _within(scope: Scope) -> Any:
    return true() if scope.everything else deliveries.c.department.in_(sorted(scope.departments))
