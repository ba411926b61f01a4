"""What a benchmark stands on: a fresh stack, and people whose plans are opened and drafted as needed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console

from bench import lifecycles
from bench.company import COMPANY, HR, LEADER, MONTH, load, managers, scale
from monthline.demo.client import Client
from monthline.demo.display import Steps
from monthline.demo.issuer import OPERATOR
from monthline.demo.stack import Stack, running
from monthline.demo.state import DataFolder
from monthline.demo.transport import Refusal, Unanswered
from shared.contracts.calendar import TimeScale

AT_ONCE = 16
MOST_NAMED = 500
PATIENCE = 600.0

UNTAKEN = """
exists (select from {0}.outbox o where o.published_at is null or not exists (
    select from notify.inbox i where i.consumer = 'notify-events' and i.event_id = o.id::text))
"""
TELLING = ("plans", "review", "scoring")
UNFINISHED = (
    f"select {' or '.join(UNTAKEN.format(schema) for schema in TELLING)}"
    " or exists (select from notify.delivery where state = 'pending')"
)
"""Whether anybody is still to be told of something."""


@dataclass
class Ground:
    """One stack for all benchmarks of a run; ``wanted`` are the benchmarks that were asked for."""

    stack: Stack
    folder: DataFolder
    steps: Steps
    full: bool
    wanted: frozenset[str]
    fresh: list[str] = field(default_factory=list)
    ready: list[str] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    """What is written beside the numbers, for whoever looks for the reason of one."""

    @property
    def of(self) -> Callable[[str], Client]:
        """The way to the services of each person."""
        return self.stack.clients.of

    def strangers(self, count: int) -> list[str]:
        """So many managers who have no plan yet; each is given out once."""
        taken, self.fresh = self.fresh[:count], self.fresh[count:]
        if len(taken) < count:
            raise RuntimeError(f"the company is {count - len(taken)} managers too small for this run")
        return taken

    async def drafted(self, count: int) -> list[str]:
        """So many managers whose plans are open and drafted; each is given out once."""
        if len(self.ready) < count:
            self.ready += await self._drafted(self.strangers(count - len(self.ready)))
        taken, self.ready = self.ready[:count], self.ready[count:]
        return taken

    def give_back(self, people: Sequence[str]) -> None:
        """People whose drafts were not touched."""
        self.ready += people

    async def open(self, people: Sequence[str], on: TimeScale) -> None:
        """Ask for the plans to be opened; it goes on after the answer."""
        hr = self.of(HR)
        for start in range(0, len(people), MOST_NAMED):
            await hr.open_month(MONTH, people[start : start + MOST_NAMED], on)

    async def _drafted(self, people: list[str]) -> list[str]:
        await self.open(people, scale())
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(person: str) -> None:
            async with gate, asyncio.timeout(PATIENCE):
                while not await _there(self.of(person), lifecycles.plan_id(person)):
                    await asyncio.sleep(0.2)
                await lifecycles.draft(self.of, person)

        await asyncio.gather(*(one(person) for person in people))
        return people

    async def quiet(self) -> None:
        """Wait until everything that was told has been taken and mailed."""
        async with asyncio.timeout(PATIENCE):
            while (await self.rows(UNFINISHED))[0][0]:
                await asyncio.sleep(0.5)

    async def rows(self, query: str, *parameters: Any) -> list[Any]:
        """What the owner of the database reads."""
        url = self.stack.servers.postgres.url
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            found = await connection.execute(query.encode(), parameters)
            return await found.fetchall()


async def _there(client: Client, plan_id: str) -> bool:
    try:
        await client.plan(plan_id)
    except Refusal as refused:
        if refused.status != 404:
            raise
        return False
    return True


async def until_known(stack: Stack, last: str) -> None:
    """Wait until every service's copy of the organisation has the people who will act."""
    for service, path in (("plans", "/plans"), ("review", "/reviews"), ("scoring", "/scores")):
        for person in (HR, LEADER, last):
            await _until_let_in(stack.clients.of(person), service, path)


async def _until_let_in(client: Client, service: str, path: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await client.read(service, path, month=MONTH)
                return
            except (Refusal, Unanswered):
                await asyncio.sleep(0.2)


@asynccontextmanager
async def standing(
    path: Path, console: Console, steps: Steps, *, full: bool, wanted: frozenset[str], people: int
) -> AsyncIterator[Ground]:
    """A fresh stack with a company of so many managers, for the length of the block."""
    folder = DataFolder(path)
    folder.path.mkdir()
    async with running(folder, COMPANY, steps, fixed_ports=False) as stack:
        with steps.step(f"a company of {people} managers"):
            await load(stack.clients.of(OPERATOR), people)
            await until_known(stack, managers(people)[-1])
        yield Ground(stack, folder, steps, full, wanted, managers(people))
