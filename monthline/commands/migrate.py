"""``monthline migrate``: make PostgreSQL, NATS and Temporal ready."""

import asyncio
from typing import Annotated

import typer

from monthline.commands.surroundings import deployment, unreachable
from monthline.deployment import Deployment
from monthline.provision import provision_database, provision_engine, provision_stream
from monthline.terminal import console
from shared.bus import Bus

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
    """Do all of it, one line a step; a server that does not answer is named, then exit 2."""

    def say(line: str) -> None:
        console().print(line)

    with unreachable("PostgreSQL", "DATABASE_URL"):
        provision_database(target, say)
    with unreachable("NATS", "NATS_URL", Bus(target.nats_url, name="").address):
        asyncio.run(asyncio.wait_for(provision_stream(target, say), 10))
    with unreachable("Temporal", "TEMPORAL_ADDRESS", target.temporal_address):
        asyncio.run(provision_engine(target, say, schedule=schedule))
