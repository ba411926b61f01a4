"""F1, F2, F3, F23: an answer that its sender never gets."""

import asyncio

import httpx2

from faults.cases.registry import fault
from faults.proxy import Disturbance
from faults.reports import report
from faults.walker import Walker
from faults.world import World
from monthline.audit.facts import Said
from shared.contracts.words import Stage

RESENT = ("update-id", "command-row", "move-before")
REFUSED = "ends as refused"


@fault("F1", "API killed after it sent the update, before the answer", without=RESENT, breaks=REFUSED)
async def api_killed_before_its_answer(world: World) -> None:
    """The sender repeats the key and gets the answer of what has been done."""
    walkers = await world.take(world.size(3, 12))
    deaths = ("kill-after 0.02", "kill", "kill")
    places = ("command.begin", "command.answered", "command.settled")
    for number, walker in enumerate(walkers):
        unit = world.unit("plans-api")
        before = unit.pid
        world.stack.arm("plans-api", places[number % 3], deaths[number % 3])
        answer = await walker.do(walker.onwards(world.rng), to="plans-api")
        world.check(answer.kind == "ok", f"the repeated submission ends as {answer.kind} {answer.code}")
        await unit.dead(before)
        await unit.ready()


@fault("F2", "answer lost between API and client, three retries", without=RESENT, breaks=REFUSED)
async def answer_lost_on_the_way(world: World) -> None:
    """Three sendings whose answers are lost, then one that arrives, and another with the same body."""
    for walker in await world.take(world.size(4, 40)):
        wish = walker.onwards(world.rng)
        link = world.stack.links["plans"].http
        link.disturb(Disturbance(swallow=True))
        lost = [await world.driver.send(wish) for _ in range(3)]
        link.heal()
        world.check({one.kind for one in lost} == {"unknown"}, f"an answer came through: {lost}")
        found, again = await walker.do(wish), await world.driver.send(wish)
        world.check(found.kind == "ok", f"the fourth sending ends as {found.kind} {found.code}")
        world.check(found.body == again.body, f"two answers differ: {found.body} and {again.body}")


@fault(
    "F3",
    "API killed between commit and response of a progress entry",
    without=("progress-key",),
    breaks="two answers to one key differ|entries instead of",
)
async def progress_answer_lost(world: World) -> None:
    """The same key again records nothing new and is answered as the first would have been."""
    [walker] = await world.take(1, Stage.TRACKING)
    for number in range(world.size(2, 10)):
        unit = world.unit("plans-api")
        before, key = unit.pid, f"progress-{world.rng.getrandbits(64):x}-{number}"
        world.stack.arm("plans-api", "progress.committed", "kill")
        answer = await _report(world, walker, key)
        world.check(answer is None, "the API answered although it was killed")
        await unit.dead(before)
        await unit.ready()
        first, second = await _report(world, walker, key), await _report(world, walker, key)
        world.check(first is not None and first == second, "two answers to one key differ")
        world.driver.note(Said("ok", f"{walker.person}:{key}", "progress", walker.plan))


async def _report(world: World, walker: Walker, key: str) -> object:
    """The entries as the API answers; None when it does not."""
    try:
        answer = await report(world, walker, key, to="plans-api")
    except httpx2.TransportError:
        return None
    world.check(answer.status_code == 201, f"progress is answered with {answer.status_code}: {answer.text}")
    return answer.json()


@fault(
    "F23",
    "connection lost exactly in COMMIT",
    without=("move-before",),
    breaks="was refused and",
)
async def lost_in_commit(world: World) -> None:
    """Half of the commits never arrive, the other half's answers do not; neither is felt in the end."""
    walkers = await world.take(world.size(6, 30))
    rng, count = world.rng, 0

    def on_request(data: bytes) -> str | None:
        nonlocal count
        if b"COMMIT" not in data or rng.random() > 0.2:
            return None
        count += 1
        return rng.choice(("reset", "answerless"))

    for name in ("plans", "review", "plans-api"):
        world.stack.links[name].postgres.disturb(Disturbance(on_request=on_request))
    async with world.load(walkers):
        await asyncio.sleep(world.size(8, 60))
    world.check(count > 3, f"only {count} commits were struck")
    world.notes.append(f"{count} commits struck")
