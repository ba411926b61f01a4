"""The webhooks that administrators keep; their secrets leave this table for the sender alone."""

from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.notify.domain.values import Webhook
from services.notify.store.tables import deliveries, webhooks
from shared.store.db import Connection

_COLUMNS = tuple(webhooks.c[name] for name in Webhook.model_fields)
REMOVED = "the webhook was removed"


@dataclass(frozen=True)
class Subscription:
    """Which events go to a webhook."""

    id: str
    events: tuple[str, ...]


def lane_of(webhook_id: str) -> str:
    """The lane of a webhook's deliveries: they wait for each other, never for those of another."""
    return f"webhook:{webhook_id}"


async def keep(
    connection: Connection, webhook_id: str, url: str, events: tuple[str, ...], secret: SecretStr | None
) -> Webhook | None:
    """Add or change a webhook; None when it is new and has no secret."""
    values = {"url": url, "events": list(events), "changed_at": func.now()}
    if secret is None:
        changed = update(webhooks).where(webhooks.c.id == webhook_id).values(values)
        row = (await connection.execute(changed.returning(*_COLUMNS))).one_or_none()
        return _webhook(row) if row else None
    values["secret"] = secret.get_secret_value()
    added = (
        upsert(webhooks)
        .values(id=webhook_id, **values)
        .on_conflict_do_update(index_elements=[webhooks.c.id], set_=values)
    )
    return _webhook((await connection.execute(added.returning(*_COLUMNS))).one())


async def listed(connection: Connection, *, after: str, limit: int) -> list[Webhook]:
    """Webhooks in the order of their ids, from after ``after``."""
    rows = await connection.execute(
        select(*_COLUMNS).where(webhooks.c.id > after).order_by(webhooks.c.id).limit(limit)
    )
    return [_webhook(row) for row in rows]


async def remove(connection: Connection, webhook_id: str) -> bool:
    """Drop a webhook and give up what still waits for it; whether there was one."""
    gone = await connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id))
    if gone.rowcount:
        await connection.execute(
            update(deliveries)
            .where(deliveries.c.lane == lane_of(webhook_id), deliveries.c.state == "pending")
            .values(state="failed", next_at=None, last_error=REMOVED)
        )
    return bool(gone.rowcount)


async def subscriptions(connection: Connection) -> list[Subscription]:
    """Every webhook with what it has asked for; none can be removed before the transaction ends."""
    rows = await connection.execute(
        select(webhooks.c.id, webhooks.c.events)
        .order_by(webhooks.c.id)
        .with_for_update(read=True, key_share=True)
    )
    return [Subscription(row.id, tuple(row.events)) for row in rows]


def _webhook(row: object) -> Webhook:
    return Webhook.model_validate(row, from_attributes=True)
