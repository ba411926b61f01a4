"""Progress reported at a fixed rate, whatever happens: the command of which there are the most."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2

from faults.company import entry
from faults.walker import Walker
from faults.world import World
from monthline.audit.facts import Said

PATIENCE = 60.0
AGAIN = 0.2


@dataclass
class Reports:
    """What became of the reports: how many were taken, and which requests had no answer at first."""

    taken: int = 0
    lost: list[str] = field(default_factory=list)


@asynccontextmanager
async def reporting(world: World, walkers: Sequence[Walker], per_second: float) -> AsyncIterator[Reports]:
    """Report on these tracked plans in turn for the length of the block, each report under its own key.

    A report is repeated with its key until it is taken; the next one does not wait for it.
    """
    reports = Reports()
    ending = asyncio.Event()

    async def send() -> None:
        began, number = time.monotonic(), 0
        async with asyncio.TaskGroup() as group:
            while not ending.is_set():
                walker = walkers[number % len(walkers)]
                key = f"report-{world.rng.getrandbits(64):x}-{number}"
                group.create_task(_report(world, walker, key, reports))
                number += 1
                await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))

    sending = asyncio.create_task(send())
    try:
        yield reports
    finally:
        ending.set()
        await sending


async def report(world: World, walker: Walker, key: str, *, to: str = "plans") -> httpx2.Response:
    """One progress entry on the walker's plan, sent once; ``to`` is the process that is asked."""
    return await world.driver.ask(
        "POST",
        to,
        f"/plans/{walker.plan}/progress",
        walker.person,
        json={"entries": [entry()]},
        Idempotency_Key=key,
    )


async def _report(world: World, walker: Walker, key: str, reports: Reports) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await _taken(world, walker, key, reports):
        if time.monotonic() > deadline:
            world.check(False, f"{walker.plan}: progress {key} was not taken within {PATIENCE:.0f} s")
            return
        await asyncio.sleep(AGAIN)
    reports.taken += 1
    world.driver.note(Said("ok", f"{walker.person}:{key}", "progress", walker.plan))


async def _taken(world: World, walker: Walker, key: str, reports: Reports) -> bool:
    try:
        answer = await report(world, walker, key)
    except httpx2.ConnectError:
        return False
    except httpx2.TransportError as error:
        reports.lost.append(f"{key}: {type(error).__name__}")
        return False
    world.check(answer.status_code in (201, 503), f"progress is answered with {answer.status_code}")
    return answer.status_code == 201
