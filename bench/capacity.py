"""B5: what an open plan takes, and whether a submission is slower when there are many of them."""

import asyncio
from dataclasses import dataclass

from temporalio.client import Client as Temporal

from bench import lifecycles
from bench.engine import history
from bench.findings import Finding, of_latencies
from bench.ground import Ground
from bench.machine import memory_of, processes
from bench.measure import Latencies, open_loop

ID = "B5"
OPEN = {False: 40, True: 1000}
TIMES = 5
SUBMITTED = {False: 20, True: 200}
PER_SECOND = 5
SAMPLE = 10
QUIET = 3.0


def plans(full: bool) -> int:
    """How many drafted plans it uses up."""
    return 2 * SUBMITTED[full]


def open_at_once(full: bool) -> int:
    """How many it opens; those it leaves untouched serve the others."""
    return OPEN[full] * TIMES


@dataclass(frozen=True)
class Size:
    """Bytes that the plans take altogether."""

    database: int
    memory: dict[str, int]


async def run(ground: Ground) -> list[Finding]:
    """Open some plans and measure, open more and measure again: the difference is the plans'."""
    few, many = OPEN[ground.full], OPEN[ground.full] * TIMES
    first = await ground.drafted(few)
    slow, left = await _submissions(ground, first)
    before = await _size(ground)
    more = await ground.drafted(many - few)
    after = await _size(ground)
    fast, left_of_more = await _submissions(ground, more)
    bytes_of_history = await _history(ground, more[:SAMPLE])
    ground.give_back([*left, *left_of_more])
    return [
        *of_latencies(ID, slow, f"{few} open plans"),
        *of_latencies(ID, fast, f"{many} open plans"),
        Finding(ID, f"submit p50({many}) ÷ p50({few})", _p50(fast) / _p50(slow)),
        Finding(ID, "database per open plan", (after.database - before.database) / len(more), "bytes"),
        Finding(ID, "history per open plan", bytes_of_history, "bytes"),
        *_memory(before, after, len(more)),
    ]


def _p50(found: Latencies) -> float:
    return float(found.row()["p50_ms"])


async def _submissions(ground: Ground, people: list[str]) -> tuple[Latencies, list[str]]:
    """Latencies of some submissions, and who has not submitted."""
    count = SUBMITTED[ground.full]
    works = [lifecycles.submit(ground.of, person) for person in people[-count:]]
    found = await open_loop("submit", works, per_second=PER_SECOND)
    await asyncio.sleep(QUIET)
    return found, people[:-count]


async def _size(ground: Ground) -> Size:
    await asyncio.sleep(QUIET)
    ((database,),) = await ground.rows("select pg_database_size(current_database())")
    memory = await asyncio.to_thread(memory_of, processes(ground.stack))
    return Size(int(database), memory)


def _memory(before: Size, after: Size, count: int) -> list[Finding]:
    grown = {name: after.memory[name] - before.memory.get(name, 0) for name in after.memory}
    total = sum(after.memory.values())
    return [
        Finding(ID, "memory per open plan", sum(grown.values()) / count, "bytes", "all processes"),
        *(Finding(ID, "memory per open plan", each / count, "bytes", name) for name, each in grown.items()),
        Finding(ID, "memory altogether", total / 1024**2, "MiB", "all processes"),
    ]


async def _history(ground: Ground, people: list[str]) -> float:
    """Bytes of the history of a drafted plan, the mean of a sample."""
    temporal = await Temporal.connect(ground.stack.servers.temporal.address)
    found = [await history(temporal, f"plan:{lifecycles.plan_id(person)}") for person in people]
    return sum(size for _, size in found) / len(found)
