"""``monthline up``: every process of Monthline on this machine, against servers named by the environment."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from monthline.commands.migrate import provision
from monthline.commands.surroundings import deployment
from monthline.deployment import Deployment
from monthline.registry import MODULES
from monthline.supervisor import ProcessError, ProcessSpec, Restart, Supervisor
from monthline.terminal import complain, console

Migrate = Annotated[bool, typer.Option(help="Migrate first.")]
Logs = Annotated[Path, typer.Option(help="Where each process's log goes.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(up)


def up(migrate: Migrate = True, logs: Logs = Path(".monthline/logs")) -> None:
    """Run all services and the workflow worker until Ctrl-C, restarting what dies.

    Reads the same variables as the processes themselves; see .env.example.
    """
    target = deployment("oidc_issuer", "oidc_jwks_url")
    if migrate:
        provision(target, schedule=True)
    logs.mkdir(parents=True, exist_ok=True)
    try:
        asyncio.run(_run(target, logs))
    except ProcessError as error:
        complain(str(error))
        raise typer.Exit(1) from None


def specs(target: Deployment) -> list[ProcessSpec]:
    """The processes of a deployment on one machine."""
    return [
        ProcessSpec.module(name, module, f"{target.url(name)}/readyz", target.environment(name))
        for name, module in MODULES.items()
    ]


async def _run(target: Deployment, logs: Path) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    async with Supervisor(logs, on_restart=_tell) as supervisor:
        await supervisor.start(*specs(target))
        for name in MODULES:
            console().print(f"{name:<10} {target.url(name)}/docs")
        console().print(f"Logs are in {logs}. Ctrl-C stops everything.")
        await stop.wait()
        console().print("Stopping.")


def _tell(restart: Restart) -> None:
    complain(
        f"{restart.name} ended with {restart.exit_code} and was started again ({restart.count})",
    )
