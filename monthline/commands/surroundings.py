"""What the operator's commands share: the deployment of the environment, and a server that is away."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from monthline.deployment import Deployment, DeploymentError, from_environment
from monthline.terminal import complain
from shared.base.diagnosis import Server, Unfit, judged, said_by

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
def usable(server: Server, address: str) -> Iterator[None]:
    """Turn any failure of the block into a line that names the server, one with what to do, and exit 2."""
    try:
        with judged(server):
            yield
    except typer.Exit:
        raise
    except Unfit as unfit:
        complain(f"{server.name} at {address} is not as it should be: {unfit}")
        complain(f"{unfit.fix[:1].upper()}{unfit.fix[1:]}.")
        raise typer.Exit(USAGE) from None
    except Exception as error:
        complain(f"{server.name} at {address} cannot be used: {said_by(error)}")
        complain(f"Start it, or correct {server.variable}.")
        raise typer.Exit(USAGE) from None
