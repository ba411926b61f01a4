"""F35: processes of two versions side by side, as in a roll-out."""

import asyncio
import itertools
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from faults.cases.registry import fault
from faults.company import COMPANY
from faults.next_version import NEXT, NOTICE, VERSION
from faults.points import ARMED, NAME
from faults.stack import SECRET
from faults.world import World
from shared.contracts.words import Stage
from shared.store.db import Database

NEWER = ("plans-2", "workflows-2", "plans-api", "review-api")
"""Processes of the next version, beside those of this one that do the same work."""
TURN = 0.7
"""Seconds for which people come by the APIs of one version."""
CAUGHT_UP = 30.0
SKIPPED = "select count(*) from notify.inbox where state = 'skipped'"
TOLD = f"select count(*) from notify.message where template = '{NOTICE}'"


@fault(
    "F35",
    "old and new processes together under load",
    without=("tolerance",),
    breaks="gave up on|workflow task fails|an activity of it fails|has no answer yet|ends as unknown",
)
async def two_versions(world: World) -> None:
    """Each reads what the other writes; an unknown event is replayed after the upgrade."""
    walkers = await world.take(8)
    through = world.driver.addresses
    newer = through | {name: through[f"{name}-api"] for name in ("plans", "review")}
    async with _next_version(world):
        async with world.load(walkers, pause=0.1) as counts:
            ending = time.monotonic() + world.size(15, 90)
            for addresses in itertools.cycle((newer, through)):
                world.driver.addresses = addresses
                await asyncio.sleep(TURN)
                if time.monotonic() > ending:
                    break
        world.driver.addresses = through
        for walker in await world.take(3):
            await walker.bring(Stage.SCORED, world.rng)
    skipped = await _until_some(world, SKIPPED)
    world.check(skipped > 0, "no event was skipped")
    world.check(await _until_some(world, TOLD) > 0, "nobody was told in a general text")
    world.notes.append(f"{sum(counts.values())} commands, {skipped} events skipped")
    await _replay(world)
    world.check(await _count(world, SKIPPED) == 0, "skipped events were left after the upgrade")


@asynccontextmanager
async def _next_version(world: World) -> AsyncIterator[None]:
    """Roll some processes over to the next version for the length of the block, and back."""
    try:
        await asyncio.gather(*(_become(world, name, NEXT) for name in NEWER))
        yield
    finally:
        await asyncio.gather(*(_become(world, name, "") for name in NEWER))


async def _become(world: World, name: str, version: str) -> None:
    unit = world.unit(name)
    await unit.hold()
    unit.set(**{VERSION: version})
    await unit.release()


async def _until_some(world: World, counted: str) -> int:
    """How many rows there are, once there are any or ``CAUGHT_UP`` seconds are over."""
    deadline = time.monotonic() + CAUGHT_UP
    while not (found := await _count(world, counted)) and time.monotonic() < deadline:
        await asyncio.sleep(0.3)
    return found


async def _count(world: World, counted: str) -> int:
    database = Database(world.stack.deployment.dsn("notify"), pool=1)
    try:
        async with database.transaction() as connection:
            return int((await connection.execute(text(counted))).scalar_one())
    finally:
        await database.close()


async def _replay(world: World) -> None:
    """As an operator after the upgrade: the program of the next version takes what was skipped."""
    settings = {
        "DATABASE_URL": world.stack.servers.postgres.url,
        "ROLE_SECRET": SECRET,
        "NATS_URL": world.stack.servers.nats.url,
        "TEMPORAL_ADDRESS": world.stack.servers.temporal.address,
        "COMPANY": COMPANY,
        ARMED: str(world.stack.folder / "armed"),
        NAME: "replay",
        VERSION: NEXT,
    }
    command = ("-m", "faults.child", "monthline", "skipped-events", "replay", "notify")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    world.check(process.returncode == 0, f"the replay ended with {said.decode(errors='replace')[-300:]}")
