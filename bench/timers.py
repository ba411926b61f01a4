"""B4: many timers at one instant, with and without jitter: how late they fire, and whether each does once."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench import lifecycles
from bench.company import HR, MONTH, ZONE
from bench.findings import Finding, of_latencies
from bench.ground import Ground
from bench.measure import Latencies
from shared.contracts.calendar import CyclePolicy, StepPolicy, TimeScale
from workflows.entity.timers import CalendarTimer

ID = "B4"
PATIENCE = 180.0
OPENED_PER_SECOND = 10.0
"""Plans that are opened a second: those that come too late are left out, and counted."""
MARGIN = 6.0
DUE = StepPolicy(days=1, half_time=False, superior_after=None, leadership_after=None, end_after=None)
OPENED = "select id, deadline ->> 'instant' from plans.plan where id = any(%s) and entered_at < %s"
FIRED = (
    "select plan_id, fired_at from plans.rung"
    " where plan_id = any(%s) and rung = 'due' and milestone = 'draft_due'"
)
TOLD = (
    "select body -> 'data' -> 'plan' ->> 'person', count(*) from plans.outbox"
    " where subject = 'monthline.plans.rung_fired.v1' and body -> 'data' -> 'plan' ->> 'person' = any(%s)"
    " group by 1 having count(*) > 1"
)


@dataclass(frozen=True)
class Instant:
    """So many timers at one instant, spread over ``jitter`` seconds."""

    count: int
    jitter: int

    @property
    def name(self) -> str:
        """How it is called in the table."""
        return f"{self.count:,} timers, {self.jitter} s of jitter"


JITTER = CyclePolicy().jitter_seconds
BUDGETED = 2000
"""Timers that the budget is meant for."""
QUICK = (Instant(100, 10), Instant(100, 0))
FULL = (Instant(1000, JITTER), Instant(1000, 0), Instant(2000, JITTER), Instant(2000, 0))


def strangers(full: bool) -> int:
    """How many managers without a plan it needs."""
    return sum(each.count for each in (FULL if full else QUICK))


async def run(ground: Ground) -> list[Finding]:
    """Each instant after the other; afterwards months are opened with the default policy again."""
    found: list[Finding] = []
    try:
        for instant in FULL if ground.full else QUICK:
            with ground.steps.step(f"B4: {instant.name}"):
                found += await _at_once(ground, instant)
    finally:
        await _publish(ground, CyclePolicy())
    return found


async def _publish(ground: Ground, policy: CyclePolicy) -> None:
    body = policy.model_dump(mode="json")
    await ground.of(HR).transport.ask("PUT", "plans", "/policies/cycle", json=body)


async def _at_once(ground: Ground, instant: Instant) -> list[Finding]:
    people = ground.strangers(instant.count)
    await _publish(ground, CyclePolicy(draft=DUE, redraft_days=0, jitter_seconds=instant.jitter))
    due = datetime.combine(await _working_day(ground), DUE.at, ZONE)
    lead = timedelta(seconds=MARGIN + instant.count / OPENED_PER_SECOND)
    scale = TimeScale(clock_start=datetime.now(UTC), calendar_start=due - lead)
    await ground.open(people, scale)
    await asyncio.sleep(lead.total_seconds())
    ids = [lifecycles.plan_id(person) for person in people]
    opened = await ground.rows(OPENED, ids, scale.clock(due))
    waiting = [id_ for id_, at in opened if datetime.fromisoformat(at) == due]
    rows = await _fired(ground, waiting, instant)
    told_twice = [person for person, _ in await ground.rows(TOLD, people)]
    ground.notes[instant.name] = {
        "lost": sorted(set(waiting) - {plan for plan, _ in rows}),
        "told twice": told_twice,
    }
    return _judged(instant, scale, due, waiting, rows, len(told_twice))


async def _working_day(ground: Ground) -> date:
    """The first day from the month's second one that is worked."""
    second = date.fromisoformat(f"{MONTH}-02")
    days = await ground.of(HR).working_days(second, second + timedelta(days=20))
    return days.on_or_after(second)


async def _fired(ground: Ground, waiting: list[str], instant: Instant) -> list[Any]:
    deadline = time.monotonic() + instant.jitter + PATIENCE
    while True:
        rows = await ground.rows(FIRED, waiting)
        if len({plan for plan, _ in rows}) == len(waiting) or time.monotonic() > deadline:
            return rows
        await asyncio.sleep(0.5)


def _judged(
    instant: Instant,
    scale: TimeScale,
    due: datetime,
    waiting: Sequence[str],
    rows: Sequence[tuple[str, datetime]],
    told_twice: int,
) -> list[Finding]:
    """What the rungs say that fired; lateness is counted from each plan's own instant."""
    own = [
        (fired - CalendarTimer(scale, plan, instant.jitter).due(due)).total_seconds() * 1000
        for plan, fired in rows
    ]
    lost = len(waiting) - len({plan for plan, _ in rows})
    doubled = len(rows) - len({plan for plan, _ in rows}) + told_twice
    early = sum(late < 0 for late in own)
    drained = max((fired for _, fired in rows), default=scale.clock(due)) - scale.clock(due)
    at = f"{instant.name}, {len(waiting)} in time"
    return [
        *of_latencies(
            ID,
            Latencies(f"lateness {'with' if instant.jitter else 'without'} jitter", own),
            at,
            sized=len(waiting) >= BUDGETED,
        ),
        Finding(ID, "last one after the deadline", drained.total_seconds(), "s", at),
        Finding(ID, "early, lost or doubled", early + lost + doubled, "", at),
    ]
