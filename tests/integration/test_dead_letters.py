"""Messages that a consumer gave up on: kept whole, listed, and taken again by the operator's command."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from monthline.__main__ import app
from services.notify.store.tables import ORG, OUTBOX
from shared.bus.consumer import MAX_DELIVER, Consumer, Reaction, each
from shared.bus.envelope import Meta
from shared.bus.jetstream import Bus
from shared.contracts.events import Event, PersonChanged
from shared.contracts.organisation import Person
from shared.contracts.values import Text
from shared.migrations.run import service_url
from shared.store.db import Connection, Database
from tests.support.databases import SECRET

SUBJECT = PersonChanged.subject()
CONSUMER = "notify-org"


class Delivery:
    """One delivery of a message, which notes what was answered."""

    def __init__(self, body: bytes, number: int) -> None:
        self.subject, self.data = SUBJECT, body
        self.headers = None
        self.metadata = SimpleNamespace(num_delivered=number, timestamp=datetime.now(UTC))
        self.answers: list[str] = []
        self.delays: list[float] = []

    async def nak(self, delay: float = 0) -> None:
        """Not now."""
        self.answers.append("nak")
        self.delays.append(delay)

    async def ack(self) -> None:
        """Done."""
        self.answers.append("ack")


async def fail(connection: Connection, event: Event, meta: Meta) -> None:
    """A handler that never can."""
    raise RuntimeError("out of order")


@pytest.fixture
def database(databases: Callable[[str], Database]) -> Database:
    """The schema of notify, empty."""
    return databases("notify")


def message(person: str, padding: int = 0) -> bytes:
    """A fact about a person in an envelope of at least so many bytes."""
    somebody = Person(
        id=person, name=Text(zh="王", en="Wang"), email="w@example.com", department="sales", version=1
    )
    event = PersonChanged(person=somebody).model_dump(mode="json")
    envelope = {"id": str(uuid4()), "type": SUBJECT, "data": event, "note": "x" * padding}
    return json.dumps(envelope).encode()


async def delivered(database: Database, body: bytes, number: int) -> Delivery:
    """A delivery to a consumer whose handler fails."""
    consumer = Consumer(
        database, OUTBOX, Bus("nats://unused", name="x"), Reaction(CONSUMER, (SUBJECT,), each(fail))
    )
    delivery = Delivery(body, number)
    await consumer.take(delivery)  # type: ignore[arg-type]
    return delivery


async def deliver(database: Database, body: bytes, number: int) -> list[str]:
    """What a consumer whose handler fails answers to a delivery."""
    return (await delivered(database, body, number)).answers


async def buried(database: Database) -> list[str]:
    async with database.transaction() as connection:
        return [letter.body for letter in await OUTBOX.dead_letters(connection)]


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
    return await asyncio.to_thread(CliRunner().invoke, app, ["dead-letters", *arguments], env=environment)


async def test_a_message_is_given_up_after_eight_deliveries_and_not_before(database: Database) -> None:
    body = message("p901")
    assert await deliver(database, body, MAX_DELIVER - 1) == ["nak"]
    assert await buried(database) == []
    assert await deliver(database, body, MAX_DELIVER) == ["ack"]
    assert await buried(database) == [body.decode()]
    assert MAX_DELIVER == 8


UNREADABLE = [
    b"not json",
    rb'{"id": "a\u0000b", "type": "x", "data": {}}',
    rb'{"id": "abc", "type": "a\u0000b", "data": {}}',
    rb'{"id": "\ud800", "type": "\ud800", "data": {}}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
async def test_whatever_cannot_be_read_is_buried_at_once(database: Database, body: bytes) -> None:
    assert await deliver(database, body, 1) == ["ack"]
    assert await buried(database) == [body.decode()]


async def test_an_id_that_no_row_can_hold_is_buried_in_the_end(database: Database) -> None:
    body = json.dumps(json.loads(message("p904")) | {"id": "a\0b"}).encode()
    assert await deliver(database, body, 1) == ["nak"]
    assert await deliver(database, body, MAX_DELIVER) == ["ack"]
    assert await buried(database) == [body.decode()]


async def test_what_cannot_be_buried_while_the_store_is_away_comes_again() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nowhere", name="away")
    for body, number in ((b"not json", 1), (message("p905"), MAX_DELIVER)):
        delivery = await delivered(away, body, number)
        assert (delivery.answers, delivery.delays) == (["nak"], [2])
    await away.close()


async def test_what_cannot_be_buried_for_another_reason_keeps_no_other_from_being_taken(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def bury(self: Consumer, *given: object) -> None:
        raise RuntimeError("a mistake of the programmers")

    monkeypatch.setattr(Consumer, "bury", bury)
    assert await deliver(database, b"not json", 1) == ["nak"]


@pytest.mark.parametrize("padding", [0, 70_000, 900_000])
async def test_a_dead_letter_of_any_size_is_replayed_with_its_effect_and_listed_no_more(
    database: Database, owner_url: str, padding: int
) -> None:
    await deliver(database, message("p902", padding), MAX_DELIVER)
    listed = await command(owner_url, "list", "notify")
    assert (listed.exit_code, "out of order" in listed.stdout) == (0, True), listed.output
    assert not await knows(database, "p902")
    replayed = await command(owner_url, "replay", "notify")
    assert (replayed.exit_code, replayed.stdout) == (0, "1 replayed, 0 failed\n"), replayed.output
    assert await knows(database, "p902")
    assert "0 dead letters in notify" in (await command(owner_url, "list", "notify")).stdout


async def test_a_dead_letter_that_fails_again_stays_listed_with_why(
    database: Database, owner_url: str
) -> None:
    await deliver(database, b"not json", MAX_DELIVER)
    replayed = await command(owner_url, "replay", "notify")
    assert (replayed.exit_code, replayed.stdout) == (1, "0 replayed, 1 failed\n"), replayed.output
    assert "Poison" in replayed.stderr
    assert await buried(database) == ["not json"]


async def test_a_message_that_was_buried_twice_is_replayed_and_listed_no_more(
    database: Database, owner_url: str
) -> None:
    body = message("p903")
    for _ in range(2):
        await deliver(database, body, MAX_DELIVER)
    assert (await command(owner_url, "replay", "notify")).stdout == "2 replayed, 0 failed\n"
    assert await knows(database, "p903")
    assert await buried(database) == []


async def test_a_service_that_does_not_exist_is_named_with_those_that_do(owner_url: str) -> None:
    refused = await command(owner_url, "list", "payroll")
    assert refused.exit_code == 2
    assert "choose one of directory, plans" in refused.stderr
