"""B2: what one lifecycle costs: history, SQL statements, WAL and messages."""

import asyncio
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from temporalio.client import Client as Temporal

from bench import lifecycles
from bench.engine import history
from bench.findings import Finding
from bench.ground import Ground
from bench.statements import Counted, Occasion, StatementLog
from monthline.embedded.ports import http_get
from shared.bus.jetstream import STREAM

ID = "B2"
COMMANDS = 7
QUIET = 2.0


def plans(full: bool) -> int:
    """How many drafted plans it needs, one to warm up."""
    return 1 + _measured(full)


def _measured(full: bool) -> int:
    return 20 if full else 5


@dataclass(frozen=True)
class Written:
    """What the servers have written so far."""

    wal: int
    messages: int


async def run(ground: Ground) -> list[Finding]:
    """Play lifecycles one after the other, and read the servers' own counters before and after."""
    warm, *people = await ground.drafted(plans(ground.full))
    await lifecycles.whole(ground.of, warm)()
    await asyncio.sleep(QUIET)
    log = StatementLog(ground.stack.servers.postgres.url, ground.stack.servers.postgres.log)
    await log.start()
    before = await _written(ground)
    for person in people:
        await lifecycles.whole(ground.of, person)()
    await asyncio.sleep(QUIET)
    after = await _written(ground)
    counted = await log.stop()
    ground.notes["statements on the way of a command"] = dict(counted.texts.most_common())
    temporal = await Temporal.connect(ground.stack.servers.temporal.address)
    events, size = await history(temporal, f"plan:{lifecycles.plan_id(people[-1])}")
    return [
        Finding(ID, "history of a lifecycle", events, "events"),
        Finding(ID, "history bytes of a lifecycle", size, "bytes"),
        *_statements(counted, len(people)),
        Finding(ID, "WAL per lifecycle", (after.wal - before.wal) / len(people), "bytes"),
        Finding(ID, "messages per lifecycle", (after.messages - before.messages) / len(people)),
    ]


def _statements(counted: Counted, lifecycles_: int) -> list[Finding]:
    commands = COMMANDS * lifecycles_
    total = counted.by_occasion
    return [
        Finding(ID, "SQL statements per command", total[Occasion.COMMAND] / commands),
        *(
            Finding(ID, "SQL statements per command of which", number / commands, at=service)
            for service, number in counted.by_service.most_common()
        ),
        Finding(ID, "BEGIN and COMMIT per command, in the background too", total[Occasion.FRAME] / commands),
        Finding(ID, "SQL statements in the background per command", total[Occasion.BACKGROUND] / commands),
    ]


async def _written(ground: Ground) -> Written:
    ((wal,),) = await ground.rows("select pg_current_wal_lsn() - '0/0'::pg_lsn")
    return Written(int(wal), await asyncio.to_thread(_messages, ground.stack.servers.nats.monitor_url))


def _messages(monitor: str) -> int:
    answer = http_get(urlsplit(monitor).port or 0, "/jsz?streams=1")
    if answer is None or answer[0] != 200:
        raise RuntimeError(f"{monitor}/jsz gave no answer")
    accounts = json.loads(answer[1])["account_details"]
    streams = [stream for account in accounts for stream in account["stream_detail"]]
    return next(int(one["state"]["last_seq"]) for one in streams if one["name"] == STREAM)
