"""The peers of a run: who else carries out a lifecycle's commands and steps on the same servers."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from temporalio.client import Client as Temporal

from bench import bare, on_dbos
from bench.ground import Ground
from monthline.embedded.ports import LOOPBACK, Port
from monthline.supervisor import ProcessSpec

START = 120.0


@dataclass(frozen=True)
class Drive:
    """The ways to open a lifecycle under a new name, and to give all commands of one that is open."""

    begin: Callable[[str], Awaitable[None]]
    commands: Callable[[str], Awaitable[None]]


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

    yield Drive(partial(bare.begin, temporal), partial(bare.commands, temporal))


@asynccontextmanager
async def _dbos(ground: Ground) -> AsyncIterator[Drive]:
    url = ground.stack.servers.postgres.url_of(on_dbos.DATABASE)
    port = Port()
    port.settle()
    command = [sys.executable, "-m", "bench.on_dbos", url, str(port.number)]
    await _started(ground, "dbos", command, f"http://{LOOPBACK}:{port.number}/")
    async with on_dbos.client(url) as ways:
        yield Drive(*ways)


async def _started(ground: Ground, name: str, command: list[str], ready_url: str | None = None) -> None:
    await ground.stack.supervisor.start(ProcessSpec(name, command, ready_url), timeout=START)


BARE = Peer("bare Temporal", ("bare-workflows", "bare-activities", "temporal"), _bare)
DBOS = Peer("DBOS", ("dbos", "postgres"), _dbos)
