"""F39: a mail server that refuses, hangs, or takes a mail and then breaks the connection."""

import asyncio
import time

from sqlalchemy import text

from faults.cases.registry import fault
from faults.sinks import Mood
from faults.world import World
from shared.store.db import Database

MOVES_ON = 60.0
"""Seconds within which all mails have gone out, once the server takes them."""
MOODS: tuple[Mood, ...] = ("refusing", "hanging", "breaking")


@fault(
    "F39",
    "mail server: refuses, hangs, accepts then resets; sender killed in between",
    without=("sent-mark",),
    breaks="mails are pending",
)
async def moody_mail_server(world: World) -> None:
    """Every mail arrives once, or as often as its delivery says it was tried; the queue moves on."""
    for mood in MOODS:
        world.stack.mails.mood = mood
        [walker] = await world.take(1)
        before = world.stack.mails.tried
        await walker.do(walker.onwards(world.rng))
        async with asyncio.timeout(30):
            while world.stack.mails.tried == before:
                await asyncio.sleep(0.1)
        await asyncio.sleep(world.size(1, 20))
    world.stack.mails.mood = "well"
    [walker] = await world.take(1)
    unit = world.unit("notify")
    pid = unit.pid
    world.stack.arm("notify", "sender.sent", "kill")
    await walker.do(walker.onwards(world.rng))
    await unit.dead(pid)
    await unit.ready()
    waiting = await _until_sent(world)
    world.check(not waiting, f"{waiting} mails are pending after {MOVES_ON:.0f} s")
    for message, attempts in (await _deliveries(world, "sent")).items():
        taken = world.stack.mails.taken[message]
        world.check(1 <= taken <= attempts, f"{message} was taken {taken} times in {attempts} attempts")


async def _until_sent(world: World) -> int:
    """How many mails still wait when the queue has had its time."""
    deadline = time.monotonic() + MOVES_ON
    while (waiting := len(await _deliveries(world, "pending"))) and time.monotonic() < deadline:
        await asyncio.sleep(0.3)
    return waiting


async def _deliveries(world: World, state: str) -> dict[str, int]:
    """The Message-ID and the attempts of every mail in this state."""
    database = Database(world.stack.deployment.dsn("notify"), pool=1)
    try:
        async with database.transaction() as connection:
            rows = await connection.execute(
                text(
                    "select message_id, attempts from notify.delivery"
                    " where state = :state and channel = 'mail'"
                ),
                {"state": state},
            )
            return {f"message-{row.message_id}@localhost": row.attempts for row in rows}
    finally:
        await database.close()
