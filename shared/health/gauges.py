"""Reading what stands, from the servers, whenever somebody asks for the figures; never on a command's way."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx2
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from shared.base import log
from shared.bus.jetstream import STREAM, Bus
from shared.store.commands import Commands
from shared.store.db import Connection, Database
from shared.store.outbox import Outbox
from shared.telemetry import metrics

FRESH = 10.0
"""Seconds for which what was read is shown again."""
PATIENCE = 3.0
SHOWN = (
    "temporal_worker_task_slots_",
    "temporal_num_pollers",
    "temporal_sticky_cache_",
    "temporal_workflow_task_execution_failed",
    "temporal_workflow_task_schedule_to_start_latency",
    "temporal_activity_schedule_to_start_latency",
    "temporal_activity_execution_failed",
    "temporal_request_failure",
    "temporal_long_request_failure",
)
"""Of the engine's own figures those that tell an operator something; the others are many."""
CONTENT_TYPE = CONTENT_TYPE_LATEST
logger = log.get(__name__)

Value = tuple[Gauge, tuple[str, ...], float]
"""A figure, the values of its labels, and what it stands at."""


@dataclass(frozen=True)
class Reading:
    """Reads the figures of some gauges at once; what it does not mention any more is shown no longer."""

    name: str
    read: Callable[[], Awaitable[Iterable[Value]]]
    gauges: tuple[Gauge, ...]


class Figures:
    """The text of ``/metrics``; however many ask, the servers are read once in ``fresh`` seconds."""

    def __init__(
        self, readings: Sequence[Reading] = (), *, engine_url: str | None = None, fresh: float = FRESH
    ) -> None:
        self._readings = readings
        self._engine_url = engine_url
        self._fresh = fresh
        self._read_at = float("-inf")
        self._lock = asyncio.Lock()

    async def text(self) -> bytes:
        """All figures in Prometheus' text form."""
        async with self._lock:
            if time.monotonic() - self._read_at >= self._fresh:
                await asyncio.gather(*(_take(reading) for reading in self._readings))
                self._read_at = time.monotonic()
        return generate_latest(metrics.REGISTRY) + await self._of_engine()

    async def _of_engine(self) -> bytes:
        if self._engine_url is None:
            return b""
        try:
            async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
                answer = await client.get(self._engine_url)
        except httpx2.HTTPError as error:
            logger.info("figures.engine", error=type(error).__name__)
            return b""
        return "".join(line for line in answer.text.splitlines(keepends=True) if _shown(line)).encode()


def _shown(line: str) -> bool:
    name = line.removeprefix("# HELP ").removeprefix("# TYPE ")
    return name.startswith(SHOWN)


async def _take(reading: Reading) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            values = list(await reading.read())
    except Exception as error:
        logger.info("figures.not_read", reading=reading.name, error=type(error).__name__)
        metrics.READING_OK.labels(reading.name).set(0)
        return
    for gauge in reading.gauges:
        gauge.clear()
    for gauge, labels, value in values:
        (gauge.labels(*labels) if labels else gauge).set(value)
    metrics.READING_OK.labels(reading.name).set(1)


Found = TypeVar("Found")


def reading(
    name: str,
    database: Database,
    ask: Callable[[Connection], Awaitable[Found]],
    show: Callable[[Found], Iterable[Value]],
    *gauges: Gauge,
) -> Reading:
    """What one question to the database shows, on these gauges."""

    async def read() -> Iterable[Value]:
        async with database.transaction() as connection:
            found = await ask(connection)
        return show(found)

    return Reading(name, read, gauges)


def of_outbox(database: Database, outbox: Outbox) -> Reading:
    """How many events wait, how long, and how many were given up on or skipped."""

    async def read() -> list[Value]:
        async with database.transaction() as connection:
            count, age = await outbox.backlog(connection)
            dead = await outbox.dead_counts(connection)
            skipped = await outbox.skipped.counts(connection)
        return [
            (metrics.OUTBOX_LETTERS, (), count),
            (metrics.OUTBOX_AGE, (), age),
            *((metrics.DEAD_LETTERS, (consumer,), number) for consumer, number in dead.items()),
            *((metrics.SKIPPED_EVENTS, (consumer,), number) for consumer, number in skipped.items()),
        ]

    gauges = (metrics.OUTBOX_LETTERS, metrics.OUTBOX_AGE, metrics.DEAD_LETTERS, metrics.SKIPPED_EVENTS)
    return Reading("outbox", read, gauges)


def of_commands(database: Database, commands: Commands) -> Reading:
    """How many commands have no answer yet, and since when."""

    def show(found: tuple[int, float]) -> list[Value]:
        return [(metrics.COMMANDS_PENDING, (), found[0]), (metrics.COMMANDS_PENDING_AGE, (), found[1])]

    gauges = (metrics.COMMANDS_PENDING, metrics.COMMANDS_PENDING_AGE)
    return reading("commands", database, commands.backlog, show, *gauges)


def of_pool(database: Database) -> Reading:
    """How much of the pool of connections is in use."""

    async def read() -> list[Value]:
        used, limit = database.pool_use()
        return [(metrics.POOL_USED, (), used), (metrics.POOL_SIZE, (), limit)]

    return Reading("pool", read, (metrics.POOL_USED, metrics.POOL_SIZE))


def of_consumers(bus: Bus, durables: Sequence[str]) -> Reading:
    """How far the durables are behind the stream."""

    async def read() -> list[Value]:
        found = await asyncio.gather(*(bus.jetstream.consumer_info(STREAM, name) for name in durables))
        pending = [
            (metrics.CONSUMER_PENDING, (name,), info.num_pending or 0)
            for name, info in zip(durables, found, strict=True)
        ]
        unacknowledged = [
            (metrics.CONSUMER_UNACKNOWLEDGED, (name,), info.num_ack_pending or 0)
            for name, info in zip(durables, found, strict=True)
        ]
        return [*pending, *unacknowledged]

    return Reading("consumers", read, (metrics.CONSUMER_PENDING, metrics.CONSUMER_UNACKNOWLEDGED))
