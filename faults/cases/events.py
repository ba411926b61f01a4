"""F13 to F16, F26: events on their way: told twice, taken late, shuffled, poisoned, or held up for long."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

import nats
from nats.js import JetStreamContext
from nats.js.api import StreamConfig
from nats.js.errors import APIError
from sqlalchemy import text

from faults.cases.registry import fault
from faults.company import HR
from faults.proxy import Disturbance
from faults.world import World
from shared.bus.jetstream import DUPLICATE_WINDOW, STREAM
from shared.contracts.words import Move, Stage
from shared.store.db import Database

ONCE = ("inbox", "message-key")
TWICE = r"was told \d+ times"
CAUGHT_UP = 60.0
WINDOW = 0.5
"""Seconds for which the stream is made to know what it has taken."""
TOLD = (HR, Move.RETURN)
"""A move of which the plan service tells the author."""


@dataclass(frozen=True)
class Told:
    """An event as it was told."""

    id: str
    subject: str
    body: bytes


async def _told(world: World, service: str, limit: int) -> list[Told]:
    """The newest events of a service."""
    database = Database(world.stack.deployment.dsn(service), pool=1)
    try:
        async with database.transaction() as connection:
            rows = await connection.execute(
                text(f"select id, subject, body from {service}.outbox order by sequence desc limit :limit"),
                {"limit": limit},
            )
            return [Told(str(row.id), row.subject, json.dumps(row.body).encode()) for row in rows]
    finally:
        await database.close()


async def _publish(world: World, told: Sequence[Told]) -> None:
    client = await nats.connect(world.stack.servers.nats.url)
    try:
        for one in told:
            await client.jetstream().publish(one.subject, one.body, timeout=5)
    finally:
        await client.close()


async def _window(world: World, seconds: float) -> None:
    """Set for how long the stream knows what it has taken."""
    client = await nats.connect(world.stack.servers.nats.url)
    try:
        jetstream: JetStreamContext = client.jetstream()
        config: StreamConfig = (await jetstream.stream_info(STREAM)).config
        await jetstream.update_stream(config.evolve(duplicate_window=seconds))
    finally:
        await client.close()


@fault(
    "F13",
    "relay killed between ack and mark; relay away longer than the duplicate window",
    without=ONCE,
    breaks=TWICE,
)
async def relay_killed(world: World) -> None:
    """An event is published again; within the window the stream drops it, after it the inboxes do."""
    for walker in await world.take(world.size(2, 10), Stage.HR_REVIEW):
        unit = world.unit("plans")
        while await letters_wait(world):
            await asyncio.sleep(0.1)
        await _window(world, WINDOW)
        before = unit.pid
        world.stack.arm("plans", "relay.acked", "kill")
        await walker.do(walker.wish(TOLD, world.rng))
        await unit.dead(before)
        await asyncio.sleep(3 * WINDOW)
        # A process does not begin on a stream with other limits than it wants.
        await _window(world, float(DUPLICATE_WINDOW))
        await unit.ready()


@fault(
    "F14",
    "consumer killed between commit and ack, and inside its transaction",
    without=ONCE,
    breaks=TWICE,
)
async def consumer_killed(world: World) -> None:
    """The message comes again; its effect is there once."""
    deaths = [
        (process, place)
        for process in ("notify", "review")
        for place in ("consumer.committed", "consumer.inside")
    ]
    for process, place in deaths if world.long else (deaths[0], deaths[0], deaths[3]):
        [walker] = await world.take(1, Stage.HR_REVIEW)
        unit = world.unit(process)
        before = unit.pid
        world.stack.arm(process, place, "kill")
        await walker.do(walker.wish(TOLD, world.rng))
        await unit.dead(before)
        await unit.ready()


@fault(
    "F15",
    "every message three times, shuffled, late",
    without=("inbox", "copy-version"),
    breaks="^I6 .* believes .*, the row says",
)
async def shuffled(world: World) -> None:
    """Nobody is told twice, and no older version overwrites a newer one."""
    walkers = await world.take(3)
    for _ in range(2):
        for stage in (Stage.LEADER_REVIEW, Stage.DRAFTING):
            await world.each(walkers, lambda walker, stage=stage: walker.bring(stage, world.rng))  # type: ignore[misc]
    await asyncio.sleep(world.size(2, 30))
    count = world.size(40, 400)
    messages = [*await _told(world, "plans", count), *await _told(world, "review", count)]
    again = messages * 2
    world.rng.shuffle(again)
    await _publish(world, again)
    world.notes.append(f"{len(again)} messages once more")


@fault(
    "F16",
    "poison: bad JSON, a type that is not the subject, 2 MiB, a handler that always throws",
    without=("burial",),
    breaks="dead letters after 40 s",
)
async def poison(world: World) -> None:
    """The others flow on; each consumer keeps what it cannot take as a dead letter, with the reason."""
    subject = "monthline.plans.stage_entered.v1"
    unknown = json.dumps({"id": "drill-unknown", "type": "monthline.plans.never.v9", "data": {}}).encode()
    await _publish(world, [Told("", subject, b"{not json"), Told("", subject, unknown)])
    world.check(await _refused(world, subject), "the stream took a message of 2 MiB")
    consumers = await _listeners(world)
    await _until_buried(world, consumers, thrown=False)
    world.stack.arm("review", "consumer.begin", "always raise")
    [thrown] = await world.take(1)
    await thrown.do(thrown.onwards(world.rng))
    letters = await _until_buried(world, consumers, thrown=True)
    world.stack.disarm()
    [flowing] = await world.take(1)
    await flowing.do(flowing.onwards(world.rng))
    world.notes.append(f"{letters} dead letters in {consumers} consumers of that subject")
    await _replayed(world)


async def _refused(world: World, subject: str) -> bool:
    client = await nats.connect(world.stack.servers.nats.url)
    try:
        await client.jetstream().publish(subject, b"x" * 2 * 1024 * 1024, timeout=5)
    except (APIError, nats.errors.Error):
        return True
    finally:
        await client.close()
    return False


async def _listeners(world: World) -> int:
    """How many consumers hear of a plan's stage; each buries both unreadable messages."""
    client = await nats.connect(world.stack.servers.nats.url)
    try:
        infos = await client.jetstream().consumers_info(STREAM)
    finally:
        await client.close()
    heard = ("monthline.plans.stage_entered.v1", "monthline.>")
    return sum(
        bool({info.config.filter_subject, *(info.config.filter_subjects or ())} & set(heard))
        for info in infos
    )


async def _until_buried(world: World, consumers: int, *, thrown: bool) -> int:
    """The poison is in every consumer's dead letters, and what was thrown out in those of review."""
    deadline = time.monotonic() + 40
    while True:
        counts = {name: await _dead(world, name) for name in ("plans", "review", "scoring", "notify")}
        poisoned = sum(poison for poison, _ in counts.values())
        if poisoned >= 2 * consumers and bool(counts["review"][1]) is thrown:
            return sum(sum(each) for each in counts.values())
        if time.monotonic() > deadline:
            world.check(False, f"dead letters after 40 s: {counts}, {consumers} consumers")
            return 0
        await asyncio.sleep(0.3)


async def _dead(world: World, service: str) -> tuple[int, int]:
    """How many dead letters are poison, and how many a handler threw out."""
    database = Database(world.stack.deployment.dsn(service), pool=1)
    try:
        async with database.transaction() as connection:
            rows = await connection.execute(
                text(f"select error from {service}.dead_letter where replayed_at is null")
            )
            errors = [row.error for row in rows]
    finally:
        await database.close()
    return sum("Poison" in one for one in errors), sum("Armed" in one for one in errors)


async def _replayed(world: World) -> None:
    """As an operator: what was thrown out is told again, what is unreadable is marked as seen."""
    for service in ("plans", "review", "scoring", "notify"):
        database = Database(world.stack.deployment.dsn(service), pool=1)
        async with database.transaction() as connection:
            rows = await connection.execute(
                text(f"update {service}.dead_letter set replayed_at = now() returning subject, body, error")
            )
            thrown = [Told("", row.subject, row.body.encode()) for row in rows if "Armed" in row.error]
        await database.close()
        await _publish(world, thrown)


@fault(
    "F26",
    "NATS unreachable for long while commands go on",
    without=("acknowledgement",),
    breaks="^I6 .* has not taken",
)
async def nats_away(world: World) -> None:
    """Commands do not notice; when NATS is back everybody is soon up to date."""
    links = [links.nats for links in world.stack.links.values()]
    for link in links:
        link.disturb(Disturbance(refuse=True))
        link.reset()
    async with world.load(await world.take(8), pause=0.02) as counts:
        await asyncio.sleep(world.size(10, 300))
        # What waits is in the outbox; a client's buffer would not outlive its process.
        world.unit("plans").kill()
        for link in links:
            link.heal()
    world.check(counts["ok"] > 20, f"only {counts['ok']} commands were carried out without NATS")
    began = time.monotonic()
    while await letters_wait(world) and time.monotonic() - began < CAUGHT_UP:
        await asyncio.sleep(0.3)
    caught_up = time.monotonic() - began
    world.check(caught_up < CAUGHT_UP, "the outboxes were not empty after 60 s")
    world.notes.append(f"{counts['ok']} commands, outboxes empty {caught_up:.1f} s after")


async def letters_wait(world: World) -> bool:
    """Whether an outbox holds what has not been published."""
    for service in ("plans", "review", "scoring"):
        database = Database(world.stack.deployment.dsn(service), pool=1)
        async with database.transaction() as connection:
            query = text(f"select exists (select from {service}.outbox where published_at is null)")
            waits: bool = (await connection.execute(query)).scalar_one()
        await database.close()
        if waits:
            return True
    return False
