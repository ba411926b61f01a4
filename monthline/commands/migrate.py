"""``monthline migrate``: make PostgreSQL, NATS and Temporal ready."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from monthline.commands.surroundings import USAGE, deployment, usable
from monthline.deployment import Deployment
from monthline.provision import (
    look_at_engine,
    look_at_stream,
    provision_database,
    provision_engine,
    provision_stream,
)
from monthline.registry import SERVICES
from monthline.terminal import complain, console
from shared.base.diagnosis import NATS, POSTGRES, TEMPORAL, Server
from shared.base.tasks import within
from shared.bus.jetstream import Bus
from shared.migrations.run import look
from shared.store.db import Database

Schedule = Annotated[
    bool, typer.Option(help="Also create the schedule that opens every month when its drafting begins.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("migrate")(migrate)


def migrate(schedule: Schedule = True) -> None:
    """Create or upgrade schemas, roles, the stream, search attributes and the schedule.

    Reads DATABASE_URL (as the owner), NATS_URL and TEMPORAL_ADDRESS. Safe to run again.
    """
    provision(deployment(), schedule=schedule)


def provision(target: Deployment, *, schedule: bool) -> None:
    """Do all of it, one line a step; a server that cannot be used is named, then exit 2."""

    def say(line: str) -> None:
        console().print(line)

    nats = Bus(target.nats_url, name="").address
    _look(target, nats)
    with usable(POSTGRES, Database(target.database_url).address):
        provision_database(target, say)
    with usable(NATS, nats):
        asyncio.run(_provision_stream(target, say))
    with usable(TEMPORAL, target.temporal_address):
        asyncio.run(provision_engine(target, say, schedule=schedule))


async def _provision_stream(target: Deployment, say: Callable[[str], None]) -> None:
    async with within(10):
        await provision_stream(target, say)


def _look(target: Deployment, nats: str) -> None:
    """See that all can be used before the first is changed; every one that cannot is named."""
    owners: dict[str, list[str]] = {}
    for service in SERVICES:
        owners.setdefault(target.owner(service), []).append(service)
    looks: list[tuple[Server, str, Callable[[], object]]] = [
        *((POSTGRES, Database(url).address, partial(look, url, own)) for url, own in owners.items()),
        (NATS, nats, lambda: asyncio.run(look_at_stream(target))),
        (TEMPORAL, target.temporal_address, lambda: asyncio.run(look_at_engine(target))),
    ]
    wrong = 0
    for server, address, take in looks:
        try:
            with usable(server, address):
                take()
        except typer.Exit:
            wrong += 1
    if wrong:
        complain("Nothing has been changed.")
        raise typer.Exit(USAGE)
