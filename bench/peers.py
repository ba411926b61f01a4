"""The peers of a run: who else carries out a lifecycle's commands and steps on the same servers."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client as Temporal

from bench import bare, on_dbos
from bench.ground import Ground
from monthline.supervisor import ProcessSpec

Drive = Callable[[str], Awaitable[None]]
"""Carries out one lifecycle of a name that is new."""


@dataclass(frozen=True)
class Peer:
    """A way to carry out the same commands; ``processes`` are those that are its own."""

    name: str
    processes: tuple[str, ...]
    running: Callable[[Ground], AbstractAsyncContextManager[Drive]]


@asynccontextmanager
async def _bare(ground: Ground) -> AsyncIterator[Drive]:
    address = ground.stack.servers.temporal.address
    await _started(ground, "bare-workflows", [sys.executable, "-m", "bench.bare", address, "workflows"])
    await _started(ground, "bare-activities", [sys.executable, "-m", "bench.bare", address, "activities"])
    temporal = await Temporal.connect(address)

    async def drive(name: str) -> None:
        await bare.drive(temporal, name)

    yield drive


@asynccontextmanager
async def _dbos(ground: Ground) -> AsyncIterator[Drive]:
    url = ground.stack.servers.postgres.url_of(on_dbos.DATABASE)
    await _started(ground, "dbos", [sys.executable, "-m", "bench.on_dbos", url])
    with on_dbos.client(url) as drive:
        yield drive


async def _started(ground: Ground, name: str, command: list[str]) -> None:
    """Once a run: a peer that was started stays."""
    if name not in ground.stack.supervisor.names:
        await ground.stack.supervisor.start(ProcessSpec(name, command))


BARE = Peer("bare Temporal", ("bare-workflows", "bare-activities", "temporal"), _bare)
DBOS = Peer("DBOS", ("dbos", "postgres"), _dbos)
