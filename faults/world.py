"""What a drill is given: the stack, people with plans, chance by a seed, and a place for what went wrong."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from faults import company
from faults.driver import Driver
from faults.processes import Unit
from faults.stack import Stack
from faults.walker import Walker, least_moved
from monthline.audit.invariants import PAUSE, Finding, judge, names
from monthline.audit.reading import Reader
from monthline.demo.issuer import OPERATOR
from shared.contracts.words import Stage

AT_ONCE = 8


@dataclass
class World:
    """One drill's surroundings; ``wrong`` is what its own checks found."""

    stack: Stack
    driver: Driver
    rng: Random
    long: bool
    walkers: list[Walker]
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def size(self, short: int, long: int) -> int:
        """How much of something: less in the short set."""
        return long if self.long else short

    def check(self, holds: bool, otherwise: str) -> None:
        """Note what is wrong, unless it holds."""
        if not holds:
            self.wrong.append(otherwise)

    def unit(self, name: str) -> Unit:
        """A process."""
        return self.stack.units[name]

    async def take(self, count: int, stage: Stage = Stage.DRAFTING) -> list[Walker]:
        """So many plans, brought to a stage."""
        free = [walker for walker in self.walkers if walker.reusable]
        if len(free) < count:
            raise AssertionError(f"only {len(free)} plans are left, {count} are wanted")
        chosen = self.rng.sample(least_moved(free, count), count)
        await self.each(chosen, lambda walker: walker.bring(stage, self.rng))
        return chosen

    async def each(
        self, walkers: Iterable[Walker], work: Callable[[Walker], Awaitable[object]], at_once: int = AT_ONCE
    ) -> None:
        """Do the same with several plans, some at a time."""
        gate = asyncio.Semaphore(at_once)

        async def one(walker: Walker) -> None:
            async with gate:
                await work(walker)

        async with asyncio.TaskGroup() as group:
            for walker in walkers:
                group.create_task(one(walker))

    @asynccontextmanager
    async def load(self, walkers: list[Walker], pause: float = 0.15) -> AsyncIterator[Counter[str]]:
        """Random commands on these plans for the length of the block; counts the answers by kind."""
        counts: Counter[str] = Counter()
        ending = asyncio.Event()

        async def walk(walker: Walker, rng: Random) -> None:
            while not ending.is_set():
                counts[(await walker.step(rng)).kind] += 1
                await asyncio.sleep(pause * rng.uniform(0.5, 1.5))

        seeds = [Random(self.rng.getrandbits(64)) for _ in walkers]
        tasks = [asyncio.create_task(walk(walker, rng)) for walker, rng in zip(walkers, seeds, strict=True)]
        try:
            yield counts
        finally:
            ending.set()
            await asyncio.gather(*tasks)


async def founded(stack: Stack, driver: Driver, count: int) -> list[Walker]:
    """The company, its month and a draft for everybody."""
    await driver.must("POST", "directory", "/organisation", OPERATOR, json=company.organisation(count))
    await driver.must("PUT", "plans", "/templates/all", OPERATOR, json=company.template())
    people = company.managers(count)
    for service, path in (
        ("plans", "/plans"),
        ("review", "/reviews"),
        ("scoring", "/scores"),
        ("notify", "/inbox"),
    ):
        for person in (company.HR, company.LEADER, people[-1]):
            await driver.must("GET", service, path, person)
    return await opened(driver, people)


async def opened(driver: Driver, people: list[str], month: str = company.MONTH) -> list[Walker]:
    """Plans that are open and drafted."""
    body = {"people": people, "scale": company.scale()}
    await driver.must("POST", "plans", f"/months/{month}/open", OPERATOR, json=body)
    return await drafted(driver, people, month)


async def drafted(driver: Driver, people: list[str], month: str) -> list[Walker]:
    """A draft for everybody whose plan has been or is being opened."""
    walkers = [Walker(driver, person, month) for person in people]
    gate = asyncio.Semaphore(AT_ONCE)

    async def draft(walker: Walker) -> None:
        async with gate:
            await driver.must("GET", "plans", f"/plans/{walker.plan}", walker.person)
            await driver.must(
                "PUT",
                "plans",
                f"/plans/{walker.plan}/content",
                walker.person,
                json=company.content(),
                If_Match='"1.0"',
            )

    await asyncio.gather(*(draft(walker) for walker in walkers))
    return walkers


async def audit(stack: Stack, driver: Driver, known: set[str], patience: float) -> list[str]:
    """What is broken once everything has had time to come to rest, but for what was known before."""
    deadline = time.monotonic() + patience
    async with Reader(stack.deployment, tuple(driver.said)) as reader:
        while True:
            found = kind(judge(await reader.read()))
            fresh = [line for name, line in found.items() if name not in known]
            if not fresh or time.monotonic() > deadline:
                # What has healed is forgotten, so that it is told when it breaks again.
                known.clear()
                known.update(found)
                return fresh
            await asyncio.sleep(PAUSE)


def kind(findings: Sequence[Finding]) -> dict[str, str]:
    """What is broken, a line each, by a name without the numbers that change while it lasts.

    Ids stay in the name: what an earlier fault has left on one plan hides nothing on another.
    """
    return {
        name: f"{name.partition(' ')[0]} {violation.about}: {violation.found}"
        for name, violation in names(findings).items()
    }
