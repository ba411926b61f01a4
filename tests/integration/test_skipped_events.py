"""Events of a newer version: skipped, acknowledged, listed, and replayed once after the upgrade."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from monthline.__main__ import app
from services.notify.store.tables import ORG, OUTBOX
from shared.bus.consumer import Consumer, Reaction, each
from shared.bus.envelope import Meta, UnknownEvent
from shared.bus.jetstream import Bus
from shared.contracts.events import EVENTS, DepartmentChanged, Event, PersonChanged
from shared.health.gauges import Figures, of_outbox
from shared.migrations.run import service_url
from shared.store.db import Connection, Database
from shared.store.skipped_events import SkippedEvent
from tests.support.databases import SECRET
from tests.support.samples import full

SUBJECT = PersonChanged.subject()
NEWER = "monthline.directory.person_changed.v2"
UNKNOWN = "monthline.plans.praised.v1"


class Delivery:
    """One delivery of a message, which notes what was answered."""

    def __init__(self, subject: str, body: bytes) -> None:
        self.subject, self.data, self.headers = subject, body, None
        self.metadata = SimpleNamespace(num_delivered=1, timestamp=datetime.now(UTC))
        self.answers: list[str] = []

    async def nak(self, delay: float = 0) -> None:
        """Not now."""
        self.answers.append("nak")

    async def ack(self) -> None:
        """Done."""
        self.answers.append("ack")


@pytest.fixture
def database(databases: Callable[[str], Database]) -> Database:
    """The schema of notify, empty."""
    return databases("notify")


def body(subject: str, data: object) -> bytes:
    return json.dumps({"id": str(uuid4()), "type": subject, "data": data}).encode()


async def keep(connection: Connection, event: Event, meta: Meta) -> None:
    await ORG.keep(connection, event)


def consumer(database: Database, *subjects: str, durable: str = "notify-org") -> Consumer:
    return Consumer(database, OUTBOX, Bus("nats://unused", name="x"), Reaction(durable, subjects, each(keep)))


async def deliver(database: Database, subject: str, sent: bytes, *subjects: str) -> list[str]:
    """What a consumer that listens to ``subjects`` answers to a delivery."""
    delivery = Delivery(subject, sent)
    await consumer(database, *(subjects or ("monthline.>",))).take(delivery)  # type: ignore[arg-type]
    return delivery.answers


async def skipped(database: Database) -> list[SkippedEvent]:
    async with database.transaction() as connection:
        return await OUTBOX.skipped.all(connection)


async def buried(database: Database) -> int:
    async with database.transaction() as connection:
        return len(await OUTBOX.dead_letters(connection))


async def knows(database: Database, person: str) -> bool:
    async with database.transaction() as connection:
        return (await ORG.load(connection)).person(person) is not None


async def command(owner_url: str, *arguments: str) -> Result:
    """The operator's command, in a thread because it runs a loop of its own."""
    environment = {
        "DATABASE_URL": owner_url,
        "NOTIFY_DATABASE_URL": service_url(owner_url, "notify", SECRET),
        "ROLE_SECRET": "0123456789abcdef",
    }
    return await asyncio.to_thread(CliRunner().invoke, app, ["skipped-events", *arguments], env=environment)


@pytest.mark.parametrize("subject", [UNKNOWN, NEWER])
async def test_an_event_of_an_unknown_type_or_version_is_skipped_and_acknowledged(
    database: Database, subject: str
) -> None:
    sent = body(subject, {"anything": 1})
    for _ in range(2):
        assert await deliver(database, subject, sent) == ["ack"]
    [event] = await skipped(database)
    assert (event.consumer, event.subject, event.body) == ("notify-org", subject, sent.decode())
    assert await buried(database) == 0


async def test_an_event_with_an_unknown_word_is_skipped(database: Database) -> None:
    person = full(PersonChanged)
    person["person"]["language"] = "fr"
    assert await deliver(database, SUBJECT, body(SUBJECT, person)) == ["ack"]
    [event] = await skipped(database)
    assert "person.language: enum" in event.reason
    assert await buried(database) == 0


async def test_an_event_with_a_wrong_value_beside_an_unknown_word_is_a_dead_letter(
    database: Database,
) -> None:
    person = full(PersonChanged)
    person["person"] |= {"language": "fr", "email": "nowhere"}
    assert await deliver(database, SUBJECT, body(SUBJECT, person)) == ["ack"]
    assert (await skipped(database), await buried(database)) == ([], 1)


async def test_an_event_of_a_type_that_is_not_its_subject_stays_a_dead_letter(database: Database) -> None:
    assert await deliver(database, SUBJECT, body(UNKNOWN, {})) == ["ack"]
    assert (await skipped(database), await buried(database)) == ([], 1)


async def test_a_known_event_that_this_version_does_not_listen_to_is_skipped(database: Database) -> None:
    sent = body(SUBJECT, full(PersonChanged))
    assert await deliver(database, SUBJECT, sent, DepartmentChanged.subject()) == ["ack"]
    [event] = await skipped(database)
    assert "does not read it" in event.reason
    assert not await knows(database, "sales")


async def test_a_skipped_event_that_is_delivered_to_the_newer_version_is_taken(database: Database) -> None:
    sent = body(SUBJECT, full(PersonChanged))
    await deliver(database, SUBJECT, sent, DepartmentChanged.subject())
    assert await deliver(database, SUBJECT, sent) == ["ack"]
    assert await knows(database, "sales")
    assert await skipped(database) == []


async def test_an_event_that_was_taken_is_not_skipped_by_an_older_version_afterwards(
    database: Database,
) -> None:
    sent = body(SUBJECT, full(PersonChanged))
    await deliver(database, SUBJECT, sent)
    assert await deliver(database, SUBJECT, sent, DepartmentChanged.subject()) == ["ack"]
    assert await skipped(database) == []


async def test_a_skipped_event_is_listed_and_replayed_with_its_effect_after_the_upgrade(
    database: Database, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.delitem(EVENTS, SUBJECT)
        await deliver(database, SUBJECT, body(SUBJECT, full(PersonChanged)))
    listed = await command(owner_url, "list", "notify")
    assert (listed.exit_code, SUBJECT in listed.stdout) == (0, True), listed.output
    replayed = await command(owner_url, "replay", "notify")
    assert (replayed.exit_code, replayed.stdout) == (0, "1 replayed, 0 failed\n"), replayed.output
    assert await knows(database, "sales")
    assert (await command(owner_url, "replay", "notify")).stdout == "0 replayed, 0 failed\n"
    assert "0 skipped events in notify" in (await command(owner_url, "list", "notify")).stdout


async def test_an_event_that_is_still_unknown_stays_listed_with_why(
    database: Database, owner_url: str
) -> None:
    await deliver(database, UNKNOWN, body(UNKNOWN, {}))
    replayed = await command(owner_url, "replay", "notify")
    assert (replayed.exit_code, replayed.stdout) == (1, "0 replayed, 1 failed\n"), replayed.output
    assert "knows no such event" in replayed.stderr
    assert len(await skipped(database)) == 1


async def test_a_dead_letter_that_is_unknown_is_not_taken_for_replayed(database: Database) -> None:
    with pytest.raises(UnknownEvent):
        await consumer(database, "monthline.>").apply(UNKNOWN, body(UNKNOWN, {}))


async def test_skipped_events_outlive_the_rows_of_taken_ones(database: Database) -> None:
    await deliver(database, UNKNOWN, body(UNKNOWN, {}))
    await deliver(database, SUBJECT, body(SUBJECT, full(PersonChanged)))
    async with database.transaction() as connection:
        await connection.execute(text("update notify.inbox set taken_at = now() - interval '90 days'"))
        await OUTBOX.forget(connection, told=35, taken=42)
        left = (await connection.execute(text("select state from notify.inbox"))).scalars().all()
    assert left == ["skipped"]


async def test_the_figure_of_skipped_events_is_shown(database: Database) -> None:
    await deliver(database, UNKNOWN, body(UNKNOWN, {}))
    shown = await Figures([of_outbox(database, OUTBOX)], fresh=0).text()
    assert b'monthline_skipped_events{consumer="notify-org"} 1.0' in shown
