"""B9: processes and servers killed in turn under load: seconds until a command that needs one succeeds."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench import lifecycles
from bench.attempts import Attempts, watched_clients
from bench.company import HR, LEADER
from bench.findings import Finding
from bench.ground import Ground
from monthline.demo.client import Client
from monthline.demo.issuer import OPERATOR
from shared.contracts.words import Move

ID = "B9"
LIFECYCLES_PER_SECOND = {False: 1.0, True: 2.0}
PROBES_PER_SECOND = 2.0
MOST_ON_THE_WAY = 24
GIVEN_UP = 90.0
CALM = 2.0
FINAL_VERSION = 8
MOVES = frozenset({"submit", "approve", "close", "confirm"})
NEEDS: dict[str, frozenset[str]] = {
    "workflows": MOVES,
    "plans": MOVES,
    "review": frozenset({"approve"}),
    "scoring": frozenset({"confirm"}),
    "directory": frozenset({"person"}),
    "notify": frozenset({"preferences"}),
    "postgres": MOVES | {"person", "preferences"},
    "temporal": MOVES,
    "nats": MOVES,
}
"""Which commands show that a process is back: no other process can answer them in its place.

NATS is on the way of none: without it commands go on, and what was not told is told afterwards."""
SERVERS = frozenset({"postgres", "temporal", "nats"})


def plans(full: bool) -> int:
    """How many drafted plans it needs."""
    return 340 if full else 150


@dataclass(frozen=True)
class Done:
    """A command that succeeded: when it was sent and when it was answered."""

    kind: str
    sent: float
    answered: float


@dataclass
class Load:
    """Whole lifecycles at a fixed rate, and a small change of the directory and of notify now and then."""

    of: Callable[[str], Client]
    people: list[str]
    per_second: float
    done: list[Done] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    _on_the_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Until cancelled; what is on its way then goes on."""
        probes = (self._person, self._preferences)
        tasks = [asyncio.create_task(self._every(1 / PROBES_PER_SECOND, probe)) for probe in probes]
        try:
            await self._every(1 / self.per_second, self._lifecycle)
        finally:
            for task in tasks:
                task.cancel()

    async def drained(self) -> int:
        """How many are without an answer when everybody has waited long enough."""
        if self._on_the_way:
            await asyncio.wait(self._on_the_way, timeout=GIVEN_UP)
        return sum(not task.done() for task in self._on_the_way)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            if len(self._on_the_way) < MOST_ON_THE_WAY:
                task = asyncio.ensure_future(self._noting(work))
                self._on_the_way.add(task)
                task.add_done_callback(self._on_the_way.discard)
            await asyncio.sleep(seconds)

    async def _noting(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:
            self.errors.append(f"{type(error).__name__}: {error}"[:300])

    async def _timed(self, kind: str, work: Awaitable[object]) -> None:
        sent = time.monotonic()
        await work
        self.done.append(Done(kind, sent, time.monotonic()))

    async def _lifecycle(self) -> None:
        if not self.people:
            return
        person = self.people.pop()
        self.begun.append(person)
        author, leader, id_ = self.of(person), self.of(LEADER), lifecycles.plan_id(person)
        await self._timed("submit", author.move(Move.SUBMIT, id_, 1))
        await lifecycles.reviewable(self.of, [person])
        await self._timed("approve", self.of(HR).move(Move.APPROVE, id_, 2))
        await self._timed("approve", leader.move(Move.APPROVE, id_, 3))
        await self._timed("close", author.move(Move.CLOSE, id_, 4))
        await self._timed("close", author.move(Move.CLOSE, id_, 5))
        await self._timed("confirm", leader.move(Move.CONFIRM, id_, 6))
        await self._timed("confirm", author.move(Move.CONFIRM, id_, 7))

    async def _person(self) -> None:
        operator = self.of(OPERATOR)
        entered = {
            "name": {"zh": "探针", "en": f"Probe {len(self.done)}"},
            "email": "probe@bench.example",
            "department": "all",
        }
        asked = operator.transport.ask("PUT", "directory", "/people/probe", json=entered)
        await self._timed("person", asked)

    async def _preferences(self) -> None:
        asked = self.of(HR).transport.ask("PUT", "notify", "/preferences", json={"mail": True})
        await self._timed("preferences", asked)

    async def success_since(self, kinds: frozenset[str], moment: float, patience: float) -> float | None:
        """Seconds from ``moment`` to the first answer to a command of ``kinds`` that was sent after it."""
        deadline = moment + patience
        while time.monotonic() < deadline:
            answered = [one.answered for one in self.done if one.kind in kinds and one.sent >= moment]
            if answered:
                return min(answered) - moment
            await asyncio.sleep(0.02)
        return None


async def run(ground: Ground) -> list[Finding]:
    """Kill one process after the other while the load goes on, each when all commands succeed again."""
    people = await ground.drafted(plans(ground.full))
    found: list[Finding] = []
    async with watched_clients(ground) as (clients, attempts):
        load = Load(clients.of, people, LIFECYCLES_PER_SECOND[ground.full])
        loading = asyncio.create_task(load.run())
        try:
            for victim, kinds in NEEDS.items():
                if not load.people:
                    ground.notes[f"{victim} was not killed"] = "no plans were left to move"
                    continue
                with ground.steps.step(f"B9: {victim} killed"):
                    found += await _killed(ground, load, attempts, victim, kinds)
        finally:
            loading.cancel()
        left = await load.drained()
    ground.give_back(load.people)
    ground.notes["errors while processes were killed"] = load.errors
    wrong = await _lost_or_doubled(ground, load.begun)
    return [
        *found,
        Finding(ID, "never answered", left + len(load.errors), "commands"),
        Finding(ID, "lost or doubled", wrong, "plans", f"of {len(load.begun)} plans"),
    ]


async def _killed(
    ground: Ground, load: Load, attempts: Attempts, victim: str, kinds: frozenset[str]
) -> list[Finding]:
    calm_since = time.monotonic()
    for needed in NEEDS.values():
        await load.success_since(needed, calm_since, GIVEN_UP)
    unknown, away = attempts.unknown, attempts.turned_away
    moment = time.monotonic()
    await _kill(ground, victim)
    seconds = await load.success_since(kinds, moment, GIVEN_UP)
    await asyncio.sleep(CALM)
    return [
        Finding(ID, "back after kill -9", GIVEN_UP if seconds is None else seconds, "s", victim),
        Finding(ID, "unknown answers", attempts.unknown - unknown, "", victim),
        Finding(ID, "turned away", attempts.turned_away - away, "", victim),
    ]


async def _kill(ground: Ground, victim: str) -> None:
    """A process is started again by its supervisor, a server at once by us."""
    if victim not in SERVERS:
        ground.stack.supervisor.kill(victim)
        return
    server = getattr(ground.stack.servers, victim)
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)


async def _lost_or_doubled(ground: Ground, people: list[str]) -> int:
    """Plans whose ledger is not exactly the moves that were answered."""
    ids = [lifecycles.plan_id(person) for person in people]
    rows = await ground.rows(
        "select p.version, count(l.version) from plans.plan p join plans.ledger l on l.plan_id = p.id"
        " where p.id = any(%s) group by p.id",
        ids,
    )
    return len(ids) - rows.count((FINAL_VERSION, FINAL_VERSION))
