"""What the operator's commands share: the deployment of the environment, and a server that is away."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from monthline.deployment import Deployment, DeploymentError, from_environment
from monthline.terminal import complain

USAGE = 2


def add_to(app: typer.Typer) -> None:
    """No command of its own."""


def deployment(*needs: str) -> Deployment:
    """The deployment that the environment describes; every wrong variable is named, then exit 2.

    ``needs`` are fields that this command cannot do without.
    """
    try:
        return from_environment(needs=needs)
    except DeploymentError as error:
        for line in error.lines:
            complain(line)
        complain("Set these variables (see .env.example) and run it again.")
        raise typer.Exit(USAGE) from None


@contextmanager
def unreachable(server: str, variable: str, address: str = "") -> Iterator[None]:
    """Turn any failure of the block into one line that names the server and the variable, and exit 2."""
    try:
        yield
    except typer.Exit:
        raise
    except Exception as error:
        reason = (str(error.__cause__ or error).strip().splitlines() or [type(error).__name__])[0]
        where = f" at {address}" if address else ""
        complain(f"{server}{where} cannot be used: {reason}")
        complain(f"Start it, or correct {variable}.")
        raise typer.Exit(USAGE) from None
