"""``monthline doctor``: look at a deployment and say what to fix."""

import asyncio

import typer

from monthline.commands.surroundings import deployment
from monthline.doctor import examine
from monthline.terminal import console


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor() -> None:
    """Check the servers, schemas, roles, stream, workers and processes of this environment.

    Changes nothing. Ends with 1 when something is wrong.
    """
    verdicts = asyncio.run(examine(deployment()))
    for verdict in verdicts:
        mark, style = ("✓", "green") if verdict.well else ("✗", "red")
        console().print(f"{mark} {verdict.name}: {verdict.found}", style=style)
        if verdict.fix:
            console().print(f"  → {verdict.fix}")
    ill = sum(not verdict.well for verdict in verdicts)
    console().print(f"{len(verdicts) - ill} passed, {ill} failed")
    if ill:
        raise typer.Exit(1)
