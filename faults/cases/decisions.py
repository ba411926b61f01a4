"""F10, F11, F12: two who want to be first, and people against the calendar."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from faults.cases.registry import fault
from faults.company import HR, ZONE
from faults.driver import Answer
from faults.proxy import Disturbance
from faults.walker import AUTHOR, Walker
from faults.world import World, drafted
from monthline.demo.issuer import OPERATOR
from shared.contracts.calendar import TimeScale
from shared.contracts.words import Move, Stage

DAY = 86400.0
SLOWLY = 0.25
"""Seconds that a move takes in the drill of the same instant."""
AROUND_THE_END = (-0.3, 0.9)
"""When authors submit, in seconds from the end of the ladder."""


@fault(
    "F10",
    "approve against return in the same millisecond, two API processes",
    without=("version", "authority"),
    breaks="2 of two decisions won",
)
async def approve_against_return(world: World) -> None:
    """Exactly one of the two wins, whichever way each of them came."""
    walkers = await world.take(world.size(12, 150), Stage.HR_REVIEW)
    wins = {Move.APPROVE: 0, Move.RETURN: 0}

    async def contest(walker: Walker) -> None:
        wishes = [walker.wish((HR, move), world.rng) for move in wins]
        ways = world.rng.sample(["review", "review-api"], 2)
        answers = await asyncio.gather(
            *(world.driver.do(wish, to=way) for wish, way in zip(wishes, ways, strict=True))
        )
        won = [wish.move for wish, answer in zip(wishes, answers, strict=True) if answer.kind == "ok"]
        world.check(len(won) == 1, f"{walker.plan}: {len(won)} of two decisions won")
        for move in won:
            wins[move] += 1
        await walker.look()

    await world.each(walkers, contest)
    world.notes.append(f"{wins[Move.APPROVE]} approvals, {wins[Move.RETURN]} returns")


@fault(
    "F11",
    "end of the draft's ladder and submission in the same instant",
    without=("table", "version"),
    breaks="^I3 ",
)
async def deadline_against_submit(world: World) -> None:
    """Time marks the plan missing or its author submits it: one of them, never both, and both are told."""
    people = [f"m{number:04}" for number in range(world.size(8, 40))]
    month = _month(world.rng, 3)
    walkers, scale = await _on_a_scale(world, people, month, seconds_a_day=1.5)
    ends = [await _end_of_ladder(world, walker, scale) for walker in walkers]

    async def submit(walker: Walker, end: datetime, offset: float) -> Answer:
        at = end + timedelta(seconds=offset)
        await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))
        return await walker.do(walker.wish((AUTHOR, Move.SUBMIT), world.rng))

    # Neither side is quick: there is time to come while the other is being carried out.
    world.stack.arm("plans", "begin.rung", f"always sleep {SLOWLY}")
    world.stack.arm("plans", "begin.move", f"always sleep {SLOWLY}")
    world.stack.arm("plans", "begin.submit", f"always sleep {SLOWLY}")
    offsets = [world.rng.uniform(*AROUND_THE_END) for _ in walkers]
    answers = await asyncio.gather(*map(submit, walkers, ends, offsets))
    await asyncio.sleep(1)
    world.stack.disarm()
    for walker, answer in zip(walkers, answers, strict=True):
        await walker.look()
        missing = walker.stage is Stage.MISSING
        world.check(
            missing != (answer.kind == "ok"), f"{walker.plan} is {walker.stage}, answer {answer.kind}"
        )
    world.notes.append(
        f"{sum(answer.kind == 'ok' for answer in answers)} of {len(answers)} authors were first"
    )
    await _end(world, walkers)


@fault(
    "F12",
    "submission just before the deadline while the relay is cut off",
    without=("judged-by-row", "ladder"),
    breaks="was submitted in time and .* fired",
)
async def submitted_with_the_relay_stopped(world: World) -> None:
    """What counts is the row: who submitted in time is not overdue, whenever others hear of it."""
    walkers, scale = await _on_a_scale(
        world, ["m0000", "m0001", "m0002"], _month(world.rng, 5), seconds_a_day=2.0
    )
    link = world.stack.links["plans"].nats
    link.disturb(Disturbance(refuse=True))
    link.reset()

    async def submit(walker: Walker) -> None:
        due = scale.clock(await _due(world, walker))
        await asyncio.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds() - 0.5))
        answer = await walker.do(walker.wish((AUTHOR, Move.SUBMIT), world.rng))
        world.check(answer.kind == "ok", f"the submission ends as {answer.kind} {answer.code}")

    # All are due at the same instant: one after another, the last of them would be late.
    await world.each(walkers, submit)
    await asyncio.sleep(2)
    link.heal()
    for walker in walkers:
        page = await world.driver.must("GET", "plans", f"/plans/{walker.plan}/rungs", walker.person)
        late = [one["rung"] for one in page["items"] if one["rung"] != "half_time"]
        world.check(not late, f"{walker.plan} was submitted in time and {late} fired")
    await _end(world, walkers)


def _month(rng: Random, first: int) -> str:
    """One of two months of its own for a drill that plays with time."""
    return f"2026-{first + rng.randint(0, 1):02}"


async def _on_a_scale(
    world: World, people: list[str], month: str, *, seconds_a_day: float
) -> tuple[list[Walker], TimeScale]:
    """Plans of a month that is played: it is Monday, ten days before the draft is due."""
    start = datetime.fromisoformat(f"{month}-01T09:00").replace(tzinfo=ZoneInfo(ZONE)) - timedelta(days=9)
    scale = TimeScale(clock_start=datetime.now(UTC), calendar_start=start, speed=DAY / seconds_a_day)
    body = {"people": people, "scale": scale.model_dump(mode="json")}
    await world.driver.must("POST", "plans", f"/months/{month}/open", OPERATOR, json=body)
    return await drafted(world.driver, people, month), scale


async def _due(world: World, walker: Walker) -> datetime:
    plan = await world.driver.must("GET", "plans", f"/plans/{walker.plan}", walker.person)
    return datetime.fromisoformat(plan["deadline"]["instant"])


async def _end_of_ladder(world: World, walker: Walker, scale: TimeScale) -> datetime:
    """When the clock shows the last rung of the draft's ladder: four working days after it was due."""
    due = await _due(world, walker)
    local = due.astimezone(ZoneInfo(ZONE))
    shown = await world.driver.must(
        "GET",
        "directory",
        f"/calendar?first={local.date()}&last={local.date() + timedelta(days=30)}",
        OPERATOR,
    )
    days = [local.date() + timedelta(days=n) for n, worked in enumerate(shown["days"]) if worked == "1"]
    day = [one for one in days if one > local.date()][3]
    return scale.clock(datetime.combine(day, local.time(), local.tzinfo))


async def _end(world: World, walkers: list[Walker]) -> None:
    """HR cancels what is left, so that no later drill hears of these plans."""
    for walker in walkers:
        await walker.look()
        if not walker.stage.ended:
            wish = walker.wish((HR, Move.CANCEL), world.rng)
            await world.driver.must(
                "POST",
                "plans",
                f"/plans/{walker.plan}/cancel",
                HR,
                json={"note": "drill"},
                Idempotency_Key=wish.key,
                If_Match=f'"{walker.version}"',
            )
