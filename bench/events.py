"""B7: from an event in an owner's outbox to its consumer and to the mail server, at fixed rates."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.company import HR, LEADER, MONTH
from bench.findings import Finding, of_latencies
from bench.ground import Ground
from bench.measure import Latencies, open_loop
from services.plans.store.tables import OUTBOX
from shared.contracts.events import ProgressRecorded
from shared.contracts.ids import PlanRef
from shared.contracts.notices import PlanApproved
from shared.contracts.words import Stage
from shared.migrations.run import service_url
from shared.store.db import Database

ID = "B7"
PATIENCE = 180.0
FATES = """
select o.written_at, i.taken_at, d.sent_at
from plans.outbox o
left join notify.inbox i on i.consumer = 'notify-events' and i.event_id = o.id::text
left join notify.delivery d on d.event_id = o.id::text
where o.body -> 'data' -> 'notices' -> 0 ->> 'reason' like %s
"""


@dataclass(frozen=True)
class Series:
    """How many events a second, for how long, and whether NATS is restarted in the middle."""

    per_second: int
    seconds: int
    restart: bool = False

    @property
    def name(self) -> str:
        """How it is called in the table."""
        return f"{self.per_second}/s{', NATS restarted' if self.restart else ''}"


QUICK = (Series(50, 4), Series(200, 4))
FULL = (Series(50, 30), Series(200, 30), Series(200, 30, restart=True))


def plans(full: bool) -> int:
    """How many drafted plans it needs."""
    return 1


async def run(ground: Ground) -> list[Finding]:
    """Write notices at each rate and read what became of each."""
    (person,) = await ground.drafted(1)
    url = service_url(ground.stack.servers.postgres.url, "plans", ground.folder.role_secret())
    database = Database(url, pool=10, name="bench")
    try:
        found: list[Finding] = []
        for series in FULL if ground.full else QUICK:
            found += await _measured(ground, database, person, series)
    finally:
        await database.close()
    ground.give_back([person])
    return found


async def _measured(ground: Ground, database: Database, person: str, series: Series) -> list[Finding]:
    count = series.per_second * series.seconds
    await ground.quiet()
    mails = _mails(ground)
    mark = f"bench:{series.name}:{time.time_ns()}:"
    works = [_telling(database, person, f"{mark}{number}", number) for number in range(count)]
    restarting = asyncio.create_task(_restart_nats(ground, series))
    written = await open_loop("writing an event", works, per_second=series.per_second)
    await restarting
    rows = await _settled(ground, mark)
    taken = [(told, at) for told, at, _ in rows if at is not None]
    sent = [(told, at) for told, _, at in rows if at is not None]
    mailed = await _mailed(ground, mails)
    ground.notes[f"events at {series.name}"] = {
        **{"written": len(rows), "taken": len(taken), "sent": len(sent), "in the mail server": mailed},
        "errors while writing": written.errors[:5],
    }
    wrong = sum(abs(len(rows) - seen) for seen in (len(taken), len(sent), mailed))
    return [
        *of_latencies(ID, written, series.name),
        *of_latencies(ID, _latencies("event to consumer", taken), series.name),
        *of_latencies(ID, _latencies("event to mail", sent), series.name),
        Finding(ID, "lost or doubled", wrong, "", series.name),
    ]


def _telling(database: Database, person: str, reason: str, number: int) -> Callable[[], Awaitable[object]]:
    plan = PlanRef(company="bench", month=MONTH, person=person, department="all")
    recipient = (HR, LEADER, person)[number % 3]
    notice = PlanApproved(plan=plan, actor=HR, stage=Stage.TRACKING).to(recipient, reason)
    event = ProgressRecorded(plan=plan, item="core", entry=number, notices=(notice,))

    async def tell() -> None:
        async with database.transaction() as connection:
            await OUTBOX.tell(connection, event)

    return tell


async def _restart_nats(ground: Ground, series: Series) -> None:
    if not series.restart:
        return
    await asyncio.sleep(series.seconds / 2)
    nats = ground.stack.servers.nats
    await asyncio.to_thread(nats.stop)
    await asyncio.to_thread(nats.start)
    await asyncio.to_thread(nats.wait_ready)


async def _settled(ground: Ground, mark: str) -> list[tuple[object, object, object]]:
    """When each event was written, taken and mailed; waits until nothing is missing, but not for ever."""
    deadline = time.monotonic() + PATIENCE
    while True:
        rows = await ground.rows(FATES, f"{mark}%")
        if all(None not in row for row in rows) or time.monotonic() > deadline:
            return rows
        await asyncio.sleep(0.5)


def _latencies(name: str, pairs: list[tuple[object, object]]) -> Latencies:
    return Latencies(name, [(end - start).total_seconds() * 1000 for start, end in pairs])  # type: ignore[operator]


def _mails(ground: Ground) -> int:
    return sum(1 for _ in (ground.folder.path / "mails").glob("*.eml"))


async def _mailed(ground: Ground, before: int) -> int:
    """How many mails have come since; a mail that comes twice may come a moment later."""
    await asyncio.sleep(1)
    return await asyncio.to_thread(_mails, ground) - before
