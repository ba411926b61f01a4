"""``monthline doctor``: look at a deployment and say what to fix."""

import asyncio
from typing import Annotated

import typer

from monthline.commands.surroundings import deployment
from monthline.doctor import CHECKS, SERVERS, examine
from monthline.terminal import console

ServersOnly = Annotated[
    bool, typer.Option("--servers-only", help="Leave out workers and processes: before they are started.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(servers_only: ServersOnly = False) -> None:
    """Check a deployment end to end: servers, schemas, stream, consumers, keys, workers, processes.

    Reads the same variables as migrate and the processes; changes nothing and sends nothing. Ends with
    1 when something is wrong, 2 when a setting is.
    """
    verdicts = asyncio.run(examine(deployment(), SERVERS if servers_only else CHECKS))
    for verdict in verdicts:
        mark, style = ("✓", "green") if verdict.well else ("✗", "red")
        console().print(f"{mark} {verdict.name}: {verdict.found}", style=style)
        if verdict.fix:
            console().print(f"  → {verdict.fix}")
    ill = sum(not verdict.well for verdict in verdicts)
    console().print(f"{len(verdicts) - ill} passed, {ill} failed")
    if ill:
        raise typer.Exit(1)
