"""B3: how long a person waits for an answer, at fixed rates."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bench import lifecycles
from bench.company import HR, LEADER
from bench.findings import Finding, of_latencies
from bench.ground import Ground
from bench.measure import open_loop

ID = "B3"
QUICK = {5: 30, 20: 40}
FULL = {5: 150, 20: 400, 50: 750}
"""How many of each move, by rate; half as many are returned."""
PROGRESS_PER_SECOND = 100
PROGRESS_SECONDS = {False: 3, True: 20}

Works = Sequence[Callable[[], Awaitable[object]]]


def _sizes(full: bool) -> dict[int, int]:
    return FULL if full else QUICK


def plans(full: bool) -> int:
    """How many drafted plans it needs."""
    return sum(count + count // 2 for count in _sizes(full).values())


async def run(ground: Ground) -> list[Finding]:
    """Every move at every rate, then progress at a rate of its own."""
    found: list[Finding] = []
    tracked: list[str] = []
    for rate, count in _sizes(ground.full).items():
        through = await ground.drafted(count)
        back = await ground.drafted(count // 2)
        await ground.quiet()
        with ground.steps.step(f"B3: moves at {rate}/s"):
            found += await _moves(ground, rate, through, back)
        tracked += through
    await ground.quiet()
    works = [lifecycles.progress(ground.of, person) for person in tracked]
    wanted = PROGRESS_PER_SECOND * PROGRESS_SECONDS[ground.full]
    return found + await _series(
        "progress", (works * (wanted // len(works) + 1))[:wanted], PROGRESS_PER_SECOND
    )


async def _moves(ground: Ground, rate: int, through: list[str], back: list[str]) -> list[Finding]:
    """The phases in the order in which a plan passes them."""
    of = ground.of
    found = await _series("submit", [lifecycles.submit(of, person) for person in through + back], rate)
    await lifecycles.reviewable(of, through + back)
    phases: dict[str, Works] = {
        "return": [lifecycles.send_back(of, person, by=HR, version=2) for person in back],
        "approve (HR)": [lifecycles.approve(of, person, by=HR, version=2) for person in through],
        "approve (leader)": [lifecycles.approve(of, person, by=LEADER, version=3) for person in through],
        "progress": [lifecycles.progress(of, person) for person in through],
        "refuse": [lifecycles.refused(of, person) for person in through],
    }
    for name, works in phases.items():
        found += await _series(name, works, rate)
    return found


async def _series(name: str, works: Works, rate: int) -> list[Finding]:
    found = of_latencies(ID, await open_loop(name, works, per_second=rate), f"{rate}/s")
    await asyncio.sleep(0.5)
    return found
