"""F4, F5, F6, F8, F9, F29, F38: workers that die, are away, forget, sleep or are asked to stop."""

import asyncio
import time

from faults.cases.registry import fault
from faults.company import HR, LEADER
from faults.driver import Wish
from faults.pace import CACHE
from faults.reports import reporting
from faults.walker import AUTHOR, Walker
from faults.world import World
from shared.contracts.words import Move, Stage

LOOP = ("plans", "workflows", "review")
IN_HAND = (("plans", "begin.submit"), ("plans", "begin.move"), ("review", "begin.decide"))
BUDGET = 4.0
"""Seconds from a worker's death to the next command that is carried out (architecture, section 9)."""


NOBODY_TRIES_AGAIN = ("retry", "reconciler")
NEVER_ENDS = "has no answer yet|ends as unknown|has no running lifecycle"
"""What an audit or a drill says of commands that nobody carries out."""


@fault(
    "F4",
    "workers killed in a loop, each 2 s after all are back, under load",
    without=NOBODY_TRIES_AGAIN,
    breaks=NEVER_ENDS,
)
async def workers_killed_in_a_loop(world: World) -> None:
    """Nothing is lost, and once the worker is back the next command is carried out soon."""
    walkers = await world.take(6)
    slowest = 0.0
    for process, place in IN_HAND:
        # So that a death finds work in hand and does not fall between two commands.
        world.stack.arm(process, place, "always sleep 0.5")
    async with world.load(walkers) as counts:
        ending = time.monotonic() + world.size(10, 60)
        while time.monotonic() < ending:
            for name in LOOP:
                # On a machine that needs long to start them, two that are away would have nothing in hand.
                await asyncio.gather(*(world.unit(each).ready() for each in LOOP))
                await asyncio.sleep(2)
                before = world.unit(name).pid
                world.unit(name).kill()
                await world.unit(name).dead(before)
        world.stack.disarm()
    for name in ("workflows", "plans"):
        [probe] = await world.take(1)
        before = world.unit(name).pid
        world.unit(name).kill()
        await world.unit(name).dead(before)
        began = time.monotonic()
        sending = asyncio.create_task(probe.do(probe.onwards(world.rng)))
        await world.unit(name).ready()
        ready = time.monotonic()
        await sending
        slowest = max(slowest, time.monotonic() - began)
        world.check(time.monotonic() - ready < BUDGET, f"{name} was ready and the command took longer")
    world.notes.append(f"{counts['ok']} commands, next one after {slowest:.1f} s (budget {BUDGET:.0f})")


DEATHS = (
    ("plans", "begin.submit", Stage.DRAFTING),
    ("plans", "inside.ledger", Stage.DRAFTING),
    ("review", "begin.round", Stage.DRAFTING),
    ("review", "begin.decide", Stage.HR_REVIEW),
    ("plans", "begin.move", Stage.HR_REVIEW),
    ("scoring", "begin.score", Stage.CLOSING),
)
SILENCES = (
    ("plans", "done.submit", Stage.DRAFTING),
    ("review", "done.decide", Stage.HR_REVIEW),
    ("plans", "done.move", Stage.LEADER_REVIEW),
    ("plans", "done.close", Stage.CLOSING),
    ("scoring", "done.score", Stage.CLOSING),
)


@fault(
    "F5",
    "worker killed after acceptance, before and in the activity",
    without=NOBODY_TRIES_AGAIN,
    breaks=NEVER_ENDS,
    people=8,
)
async def worker_killed_in_the_activity(world: World) -> None:
    """The command that was accepted is carried out by the worker that comes back."""
    await _die_at(world, DEATHS)


@fault(
    "F6",
    "activity committed, completion never sent",
    without=("move-before",),
    breaks="ends as (refused|unknown)",
    people=8,
)
async def completion_never_sent(world: World) -> None:
    """The activity runs a second time and finds what the first one did."""
    await _die_at(world, SILENCES)


async def _die_at(world: World, places: tuple[tuple[str, str, Stage], ...]) -> None:
    chosen = world.rng.sample(places, world.size(3, len(places)))
    for process, place, stage in chosen:
        [walker] = await world.take(1, stage)
        world.stack.arm(process, place, "kill")
        answer = await walker.do(walker.onwards(world.rng))
        world.check(answer.kind == "ok", f"{place}: the command ends as {answer.kind} {answer.code}")
        await _hit(world, process, place)
        await world.unit(process).ready()


async def _hit(world: World, process: str, place: str) -> None:
    """The place may be reached a moment after the answer; it has to be."""
    try:
        async with asyncio.timeout(15):
            while not world.stack.hits(process, place):
                await asyncio.sleep(0.05)
    except TimeoutError:
        world.check(False, f"{place} was never reached")


@fault(
    "F8",
    "no workflow worker; commands come and their clients give up",
    without=("version",),
    breaks="2 of two commands",
)
async def nobody_works(world: World) -> None:
    """Two people's wishes on one version wait; when a worker comes, one of them wins and one is stale."""
    walkers = await world.take(world.size(12, 50), Stage.HR_REVIEW)
    await world.unit("workflows").hold()
    wishes = [wish for walker in walkers for wish in _two(world, walker)]
    # The second of two comes when the first is at the engine: with another table of moves it would follow it.
    given_up = [
        answer
        for half in (wishes[::2], wishes[1::2])
        for answer in await asyncio.gather(*(world.driver.send(wish, timeout=3) for wish in half))
    ]
    world.check({one.kind for one in given_up} == {"unknown"}, "a command was answered without a worker")
    await asyncio.sleep(world.size(6, 60))
    await world.unit("workflows").release()
    await world.driver.settle()
    ok = {said.id for said in world.driver.said if said.event == "ok"}
    for walker, first, second in zip(walkers, wishes[::2], wishes[1::2], strict=True):
        count = len({first.id, second.id} & ok)
        world.check(count == 1, f"{walker.plan}: {count} of two commands on one version were carried out")
        await walker.look()


def _two(world: World, walker: Walker) -> tuple[Wish, Wish]:
    steps = [(HR, Move.APPROVE), (AUTHOR, Move.RECALL)]
    world.rng.shuffle(steps)
    first, second = (walker.wish(step, world.rng) for step in steps)
    return first, second


@fault(
    "F9",
    "a workflow cache of 2, many plans, random commands",
    without=("replay",),
    breaks="workflow task fails|does not answer|too early",
    people=16,
)
async def tiny_cache(world: World) -> None:
    """Every command makes a worker replay a lifecycle from its history."""
    unit = world.unit("workflows")
    await unit.hold()
    unit.set(WORKFLOW_CACHE="2")
    await unit.release()
    try:
        walkers = await world.take(world.size(16, 120))
        async with world.load(walkers) as counts:
            await asyncio.sleep(world.size(6, 120))
    finally:
        await unit.hold()
        unit.set(WORKFLOW_CACHE=CACHE)
        await unit.release()
    world.notes.append(f"{counts['ok']} commands")
    world.check(counts["ok"] > 10, "hardly any command was carried out")


@fault(
    "F29",
    "worker paused while it holds an activity, then continued",
    without=("move-before", "version", "line-key"),
    breaks="ledger lines have this command id",
)
async def zombie(world: World) -> None:
    """Another worker does the work meanwhile; the one that wakes up finds it done and changes nothing."""
    spare = world.unit("plans-2")
    for place, stage in (("begin.submit", Stage.DRAFTING), ("begin.move", Stage.HR_REVIEW)):
        [walker] = await world.take(1, stage)
        await spare.hold()
        world.stack.arm("plans", place, "stop")
        wish = walker.onwards(world.rng)
        sending = asyncio.create_task(world.driver.send(wish, to=_api(wish)))
        await _hit(world, "plans", place)
        await spare.release()
        await sending
        answer = await walker.do(wish, to=_api(wish))
        world.check(answer.kind == "ok", f"{place}: the command ends as {answer.kind} {answer.code}")
        after = walker.onwards(world.rng)
        follows = await walker.do(after, to=_api(after))
        world.check(follows.kind == "ok", f"the next command ends as {follows.kind} {follows.code}")
        world.unit("plans").resume()
        await world.unit("plans").ready()


def _api(wish: Wish) -> str:
    """The API that stands apart from the worker that is paused."""
    return "review-api" if wish.actor in (HR, LEADER) else "plans-api"


REPORTS = 15
"""Progress entries a second, beside the moves."""


@fault("F38", "SIGTERM of each process under load", without=("orderly-stop",), breaks="had no answer")
async def asked_to_stop(world: World) -> None:
    """Every request that was let in is answered, at worst with 202 and where to ask; none with an error."""
    tracked = await world.take(4, Stage.TRACKING)
    walkers = await world.take(8)
    through, lost = world.driver.addresses, len(world.driver.lost)
    # A proxy takes connections for a process that is away; a load balancer would not.
    world.driver.addresses = {
        name: f"http://127.0.0.1:{unit.port}" for name, unit in world.stack.units.items()
    }
    began = time.monotonic()
    async with (
        world.load(walkers, pause=0.05) as counts,
        reporting(world, tracked, per_second=REPORTS) as reports,
    ):
        for _ in range(world.size(1, 5)):
            for name in ("plans", "review", "workflows", "scoring", "notify", "directory", "plans-api"):
                await _restart(world, name)
        seconds = time.monotonic() - began
    world.driver.addresses = through
    silent = [*world.driver.lost[lost:], *reports.lost]
    world.check(not silent, f"{len(silent)} requests had no answer, first {silent[:1]}")
    total = sum(counts.values()) + reports.taken
    world.notes.append(f"{total} commands, {total / seconds:.0f} a second")


async def _restart(world: World, name: str) -> None:
    unit = world.unit(name)
    pid, ends = unit.pid, len(unit.exits)
    unit.term()
    await unit.dead(pid)
    await unit.ready()
    world.check(unit.exits[ends:] == [0], f"{name} ended with {unit.exits[ends:]}")
