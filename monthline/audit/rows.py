"""The SQL of an audit: what each service's schema is asked, in one read-only snapshot."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import RowMapping, text

from monthline.audit.facts import (
    COPYING,
    Change,
    Command,
    Copy,
    DeadLetter,
    Decided,
    Delivery,
    Fired,
    OutboxMessage,
    Plan,
    Reported,
    Sessions,
    SkippedEvent,
)
from services.notify.store.webhooks import REMOVED
from services.plans.domain.ledger import ChainedLine
from shared.contracts.calendar import Deadline
from shared.contracts.events import StageEntered
from shared.contracts.lifecycle import LifecycleInput
from shared.contracts.organisation import Absence, Delegation, Department, Person
from shared.contracts.words import Milestone, Rung, Stage
from shared.store.db import Connection, Database

SNAPSHOT = "set transaction isolation level repeatable read, read only"
AGE = "extract(epoch from clock_timestamp() - {})::float8"
PLAN = "body->'data'->'plan'->>"
MOVED = (
    f"case when subject = '{StageEntered.subject()}'"
    f" then concat_ws(':', {PLAN}'company', {PLAN}'month', {PLAN}'person', {PLAN}'department',"
    f" nullif({PLAN}'number', '1')) else '' end as plan_id,"
    f" case when subject = '{StageEntered.subject()}'"
    " then (body->'data'->>'version')::int else 0 end as version"
)
MOVES = ("plans", "review", "scoring")
COPIES = dict(zip(COPYING, ("review.plan", "scoring.plan_copy"), strict=True))

ORGANISATION: dict[str, type[Person | Department | Delegation | Absence]] = {
    "people": Person,
    "departments": Department,
    "delegations": Delegation,
    "absences": Absence,
}

Rows = dict[str, Any]
Read = Callable[[Connection], Any]


async def read(database: Database, service: str) -> Rows:
    """Everything an audit wants of one service's schema, as facts by their names."""
    async with database.transaction() as connection:
        await connection.execute(text(SNAPSHOT))
        found: Rows = await _common(connection, service)
        if service in MOVES:
            found |= await _moving(connection, service)
        if service == "directory":
            found |= await _directory(connection)
        if service == "plans":
            found |= await _plans(connection)
        if service == "review":
            found |= await _review(connection)
        if service == "notify":
            found |= await _notify(connection)
        return found


async def _all(connection: Connection, statement: str) -> list[RowMapping]:
    return list((await connection.execute(text(statement))).mappings())


async def _common(connection: Connection, service: str) -> Rows:
    letters = await _all(
        connection,
        f"select id::text, subject, published_at is not null as published, {AGE.format('written_at')} as age,"
        f" body->'data'->'notices' as notices, {MOVED} from {service}.outbox",
    )
    dead = await _all(
        connection,
        f"select id, consumer, event_id, subject, error from {service}.dead_letter where replayed_at is null",
    )
    inbox = await _all(
        connection,
        f"select consumer, array_agg(event_id) as ids from {service}.inbox where state = 'taken'"
        " group by consumer",
    )
    skipped = await _all(
        connection, f"select consumer, event_id, subject from {service}.inbox where state = 'skipped'"
    )
    return {
        "letters": tuple(
            OutboxMessage(
                service,
                row["id"],
                row["subject"],
                row["published"],
                row["age"],
                tuple((one["recipient"], one["reason"]) for one in row["notices"] or ()),
                row["plan_id"],
                row["version"],
            )
            for row in letters
        ),
        "dead": tuple(DeadLetter(service=service, **row) for row in dead),
        "skipped": tuple(SkippedEvent(service=service, **row) for row in skipped),
        "taken": {row["consumer"]: frozenset(row["ids"]) for row in inbox},
        **await _server(connection, service),
    }


async def _server(connection: Connection, service: str) -> Rows:
    [row] = await _all(
        connection,
        "select clock_timestamp() as now, current_setting('max_connections')::int as allowed,"
        " (select count(*) from pg_stat_activity where backend_type = 'client backend') as used",
    )
    [own] = await _all(
        connection,
        "select count(*) as count,"
        f" coalesce(max({AGE.format('query_start')}) filter (where state = 'active'), 0) as statement,"
        f" coalesce(max({AGE.format('state_change')})"
        " filter (where state = 'idle in transaction'), 0) as idle"
        " from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()",
    )
    return {
        "now": row["now"],
        "connections": (row["used"], row["allowed"]),
        "sessions": (Sessions(service, own["count"], own["statement"], own["idle"]),),
    }


async def _moving(connection: Connection, service: str) -> Rows:
    commands = await _all(
        connection,
        f"select id, plan_id, status, answer, {AGE.format('received_at')} as age,"
        f" coalesce(request->>'move', '') as move from {service}.command",
    )
    fired = await _all(
        connection,
        f"select plan_id, milestone, plan_version, rung, due, fired_at from {service}.rung",
    )
    heard = await _all(
        connection,
        f"select event_id, taken_at from {service}.inbox"
        f" where consumer = '{service}-org' and state = 'taken'",
    )
    found: Rows = {
        "heard": {service: {row["event_id"]: row["taken_at"] for row in heard}},
        "commands": tuple(Command(service=service, **row) for row in commands),
        "fired": tuple(
            Fired(
                service, **(dict(row) | {"milestone": Milestone(row["milestone"]), "rung": Rung(row["rung"])})
            )
            for row in fired
        ),
    }
    if service in COPIES:
        copies = await _all(connection, f"select plan_id, stage, version from {COPIES[service]}")
        found["copies"] = tuple(
            Copy(service, row["plan_id"], Stage(row["stage"]), row["version"]) for row in copies
        )
    return found


async def _directory(connection: Connection) -> Rows:
    found: Rows = {}
    for name, kind in ORGANISATION.items():
        own = await _all(connection, f"select * from directory.{kind.__name__.lower()}")
        found[name] = tuple(kind.deserialize(dict(row)) for row in own)
    changes = await _all(
        connection,
        "select kind, body->'data'->kind->>'id' as id, outbox.id::text as event_id, written_at as at"
        " from directory.outbox"
        " cross join lateral (select replace(split_part(subject, '.', 3), '_changed', '') as kind) as told"
        " where body->'data'->kind->>'id' is not null",
    )
    return found | {"changes": tuple(Change(**row) for row in changes)}


async def _plans(connection: Connection) -> Rows:
    plans = await _all(
        connection,
        "select id, person, stage, version, deadline, ledger_hash, department from plans.plan order by id",
    )
    lines = await _all(connection, "select * from plans.ledger order by plan_id, version")
    reported = await _all(
        connection, "select author, key, count(*)::int as count from plans.progress group by author, key"
    )
    given = await _all(connection, "select plan_id, given from plans.lifecycle")
    return {
        "plans": tuple(_plan(row) for row in plans),
        "given": {row["plan_id"]: LifecycleInput.deserialize(row["given"]) for row in given},
        "lines": tuple(ChainedLine.deserialize(dict(row)) for row in lines),
        "reported": tuple(Reported(**row) for row in reported),
    }


def _plan(row: RowMapping) -> Plan:
    deadline = Deadline.deserialize(row["deadline"]) if row["deadline"] else None
    return Plan(**(dict(row) | {"stage": Stage(row["stage"]), "deadline": deadline}))


async def _review(connection: Connection) -> Rows:
    decided = await _all(
        connection,
        "select plan_id, command_id, move, actor, on_behalf_of from review.round"
        " where command_id is not null",
    )
    return {"decided": tuple(Decided(**row) for row in decided)}


async def _notify(connection: Connection) -> Rows:
    told = await _all(
        connection,
        "select recipient, reason, count(*)::int as count from notify.message group by recipient, reason",
    )
    deliveries = await _all(
        connection,
        "select id, channel, state, attempts,"
        f" coalesce(greatest({AGE.format('next_at')}, 0), 0) as waits, {AGE.format('queued_at')} as age"
        # What waited for a webhook that was removed is nobody's loss.
        f" from notify.delivery where state <> 'failed' or last_error is distinct from '{REMOVED}'",
    )
    return {
        "told": {(row["recipient"], row["reason"]): row["count"] for row in told},
        "deliveries": tuple(Delivery(**row) for row in deliveries),
    }
