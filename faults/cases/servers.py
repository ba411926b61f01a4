"""F17, F21, F24: the servers themselves killed, paused and rolled back while people work."""

import asyncio
import shutil
import signal
import time
from pathlib import Path

from faults.cases.registry import fault
from faults.world import World
from monthline.embedded.server import ManagedServer
from monthline.processes import signal_group


async def _killed(server: ManagedServer) -> None:
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(server.wait_ready)


async def _paused(server: ManagedServer, seconds: float) -> None:
    assert server.pid is not None
    signal_group(server.pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        signal_group(server.pid, signal.SIGCONT)


async def _killed_for(world: World, server: ManagedServer, seconds: float, pause: tuple[float, float]) -> int:
    kills, ending = 0, time.monotonic() + seconds
    while time.monotonic() < ending:
        await asyncio.sleep(world.rng.uniform(*pause))
        await _killed(server)
        kills += 1
    return kills


@fault(
    "F17",
    "NATS killed every 3 s, then paused, under load",
    without=("acknowledgement",),
    breaks="^I6 .* has not taken",
)
async def nats_killed(world: World) -> None:
    """Commands do not notice; consumers bind again and miss nothing."""
    nats = world.stack.servers.nats
    async with world.load(await world.take(6)) as counts:
        kills = await _killed_for(world, nats, world.size(10, 60), (3, 3))
        await _paused(nats, world.size(5, 20))
    world.check(counts["ok"] > 10, "commands stood still while NATS was away")
    world.notes.append(f"{kills} kills, {counts['ok']} commands")


@fault(
    "F21",
    "PostgreSQL killed every few seconds under load",
    without=("retry", "reconciler"),
    breaks="did not move this plan|has no answer yet|has no running lifecycle",
)
async def postgres_killed(world: World) -> None:
    """Whatever was acknowledged is there; whatever was not is done later or has left nothing."""
    async with world.load(await world.take(6)) as counts:
        kills = await _killed_for(
            world, world.stack.servers.postgres, world.size(12, 120), (2, world.size(4, 40))
        )
    world.notes.append(f"{kills} kills, {counts['ok']} commands")


@fault(
    "F24",
    "Temporal killed, paused, and its store rolled back, under load",
    without=("reconciler",),
    breaks="its lifecycle believes|has no running lifecycle",
)
async def temporal_killed(world: World) -> None:
    """Lifecycles that have fallen behind their rows are woken, those that are gone are started again."""
    temporal = world.stack.servers.temporal
    walkers = await world.take(6)
    async with world.load(walkers) as counts:
        await asyncio.sleep(1)
        await _killed(temporal)
        await asyncio.sleep(2)
        await _paused(temporal, world.size(5, 30))
        await asyncio.sleep(1)
    store = world.stack.folder / "temporal"
    copy = world.stack.folder / "temporal.copy"
    await asyncio.to_thread(temporal.stop)
    await asyncio.to_thread(shutil.copytree, store, copy)
    await asyncio.to_thread(_started, temporal)
    async with world.load(walkers):
        await asyncio.sleep(world.size(4, 60))
    # A worker that went on would carry cached lifecycles over from the time that is gone.
    await world.unit("workflows").hold()
    await asyncio.to_thread(temporal.stop)
    await asyncio.to_thread(_swapped, store, copy)
    await asyncio.to_thread(_started, temporal)
    await world.unit("workflows").release()
    world.notes.append(f"{counts['ok']} commands before the roll-back")


def _started(server: ManagedServer) -> None:
    server.start()
    server.wait_ready()


def _swapped(store: Path, copy: Path) -> None:
    shutil.rmtree(store)
    copy.rename(store)
