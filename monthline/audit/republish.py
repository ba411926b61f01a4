"""Sending again what a lost stream has taken with it: consumers know what they have taken already."""

from uuid import UUID

from sqlalchemy import text

from monthline.audit.facts import Facts
from monthline.audit.rules.events import missing
from monthline.deployment import Deployment
from shared.store.db import Database


def lost(facts: Facts) -> dict[str, list[str]]:
    """The ids of the events that some consumer has not taken, by the service that told them."""
    found: dict[str, set[str]] = {}
    for letter, _ in missing(facts):
        found.setdefault(letter.service, set()).add(letter.id)
    return {service: sorted(ids) for service, ids in sorted(found.items())}


async def send_again(deployment: Deployment, service: str, ids: list[str]) -> None:
    """Put published letters back among those that wait; the service's relay does the rest."""
    database = Database(deployment.dsn(service), pool=1, name="monthline-audit")
    try:
        async with database.transaction() as connection:
            await connection.execute(
                text(f"update {service}.outbox set published_at = null where id = any(:ids)"),
                {"ids": [UUID(one) for one in ids]},
            )
    finally:
        await database.close()
