"""``monthline skipped-events``: events of a newer version that a consumer has skipped, and replaying them."""

import asyncio

import typer
from rich.table import Table

from monthline.commands.dead_letters import Name, consumer_of, open_service, reactions_of, taken_again
from monthline.commands.surroundings import deployment, usable
from monthline.terminal import complain, console
from shared.base.diagnosis import POSTGRES
from shared.store.db import Database
from shared.store.outbox import Outbox
from shared.store.skipped_events import SkippedEvent


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Events of a newer version that a consumer has skipped.")
    group.command("list")(list_events)
    group.command("replay")(replay)
    app.add_typer(group, name="skipped-events")


def list_events(service: Name) -> None:
    """List the skipped events of a service that have not been replayed."""
    events = asyncio.run(_listed(service))
    table = Table("event", "at", "consumer", "subject", "reason", box=None)
    for event in events:
        at = f"{event.taken_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(event.event_id, at, event.consumer, event.subject, event.reason)
    if events:
        console().print(table)
    console().print(f"{len(events)} skipped events in {service}")


def replay(service: Name) -> None:
    """Take every skipped event again, after the upgrade; those still unknown stay listed, then exit 1."""
    taken, failed = asyncio.run(_replay(service))
    for event, reason in failed:
        complain(f"{event.event_id} {event.subject}: {reason}")
    console().print(f"{taken} replayed, {len(failed)} failed")
    if failed:
        raise typer.Exit(1)


async def _listed(service: str) -> list[SkippedEvent]:
    database, outbox = open_service(service)
    try:
        return await _read(database, outbox)
    finally:
        await database.close()


async def _read(database: Database, outbox: Outbox) -> list[SkippedEvent]:
    with usable(POSTGRES, database.address):
        async with database.transaction() as connection:
            return await outbox.skipped.all(connection)


async def _replay(service: str) -> tuple[int, list[tuple[SkippedEvent, str]]]:
    database, outbox = open_service(service)
    failed: list[tuple[SkippedEvent, str]] = []
    try:
        events = await _read(database, outbox)
        reactions = await reactions_of(service, deployment())
        for event in events:
            consumer = consumer_of(database, outbox, reactions, event.consumer)
            reason = await taken_again(consumer, event.subject, event.body)
            if reason:
                failed.append((event, reason))
    finally:
        await database.close()
    return len(events) - len(failed), failed
