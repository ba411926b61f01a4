"""Events between services on real PostgreSQL and NATS: once in effect, whatever breaks in between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from nats.errors import Error as NatsError
from sqlalchemy import Column, Table, Text, func, insert, literal_column, select, text, update

from shared.bus.consumer import Consumer, OneByOne, Reaction, each
from shared.bus.envelope import Meta, Poison
from shared.bus.jetstream import STREAM, Bus
from shared.bus.relay import Relay
from shared.contracts.events import DraftChanged, Event, PersonChanged
from shared.contracts.organisation import Person
from shared.contracts.values import Text as Name
from shared.org.common_tables import tables
from shared.process.reconcile import forget_old
from shared.store.db import Connection, Database
from shared.store.outbox import Outbox, OutboxMessage
from tests.support.background import running
from tests.support.build import MARCH

COMMON = tables("notify")
OUTBOX: Outbox = COMMON.outbox
# The effect of the tests' consumer: a row per message in a table without a key.
EFFECT = Table("effect", COMMON.metadata, Column("event_id", Text, nullable=False))


@pytest.fixture
async def database(databases: Callable[[str], Database], owner_url: str) -> AsyncIterator[Database]:
    """The schema of notify with one more table, which its role may write."""
    opened = databases("notify")
    owner = Database(owner_url)
    async with owner.transaction() as connection:
        await connection.execute(text("create table if not exists notify.effect (event_id text not null)"))
        await connection.execute(text("truncate notify.effect"))
        await connection.execute(text("grant select, insert on notify.effect to monthline_notify"))
    yield opened
    async with owner.transaction() as connection:
        await connection.execute(text("drop table notify.effect"))
    await owner.close()


def changed(version: int = 1) -> DraftChanged:
    return DraftChanged(plan=MARCH, content_version=version)


async def told(database: Database, *events: Event) -> list[OutboxMessage]:
    async with database.transaction() as connection:
        await OUTBOX.tell(connection, *events)
    async with database.transaction() as connection:
        return list(await OUTBOX.waiting(connection, 100))


async def waiting(database: Database) -> int:
    async with database.transaction() as connection:
        return (await OUTBOX.backlog(connection))[0]


async def effects(database: Database) -> int:
    async with database.transaction() as connection:
        found: int = (await connection.execute(select(func.count()).select_from(EFFECT))).scalar_one()
        return found


async def effects_in_order(database: Database) -> list[str]:
    async with database.transaction() as connection:
        rows = await connection.execute(select(EFFECT.c.event_id).order_by(literal_column("ctid")))
        return list(rows.scalars())


class Delivered:
    """One delivery of a letter, which notes what was answered."""

    def __init__(self, letter: OutboxMessage) -> None:
        self.subject, self.data, self.headers = letter.subject, letter.body, None
        self.metadata = SimpleNamespace(num_delivered=1, timestamp=datetime.now(UTC))
        self.answers: list[str] = []

    async def nak(self, delay: float = 0) -> None:
        """Not now."""
        self.answers.append("nak")

    async def ack(self) -> None:
        """Done."""
        self.answers.append("ack")


async def take_effect(connection: Connection, event: Event, meta: Meta) -> None:
    await connection.execute(insert(EFFECT).values(event_id=meta.event_id))


def reaction(handler: OneByOne = take_effect) -> Reaction:
    return Reaction(f"test-{uuid4().hex[:8]}", (DraftChanged.subject(),), each(handler))


async def until(condition: Callable[[], object], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # type: ignore[misc]
            await asyncio.sleep(0.02)


async def stream_size(bus: Bus) -> int:
    return (await bus.jetstream.stream_info(STREAM)).state.messages


async def test_an_event_leaves_only_with_its_transaction(database: Database, bus: Bus) -> None:
    class Undone(Exception):
        pass

    async def tell_and_fail() -> None:
        async with database.transaction() as connection:
            await OUTBOX.tell(connection, changed())
            raise Undone

    with pytest.raises(Undone):
        await tell_and_fail()
    assert await waiting(database) == 0
    assert await Relay(database, OUTBOX, bus).relay_once() == 0


async def test_a_relay_killed_between_acknowledgement_and_mark_publishes_nothing_twice(
    database: Database, bus: Bus
) -> None:
    class Killed(BaseException):
        pass

    class Forgetful(Outbox):
        async def mark_published(self, connection: Connection, letters: object) -> None:
            raise Killed

    await told(database, changed())
    before = await stream_size(bus)
    forgetful = object.__new__(Forgetful)
    forgetful.__dict__.update(OUTBOX.__dict__)
    with pytest.raises(Killed):
        await Relay(database, forgetful, bus).relay_once()
    assert await waiting(database) == 1
    assert await stream_size(bus) == before + 1
    assert await Relay(database, OUTBOX, bus).relay_once() == 1
    assert await waiting(database) == 0
    assert await stream_size(bus) == before + 1


async def test_what_the_broker_refuses_stays_in_the_outbox(database: Database, bus: Bus) -> None:
    class Refusing(Bus):
        async def publish(self, letter: OutboxMessage) -> None:
            raise ConnectionError("the broker is away")

    await told(database, changed())
    assert await Relay(database, OUTBOX, Refusing("nats://nobody", name="x")).relay_once() == 0
    assert await waiting(database) == 1


async def test_two_relays_share_the_work_and_send_each_letter_once(database: Database, bus: Bus) -> None:
    await told(database, *(changed(number) for number in range(150)))
    before = await stream_size(bus)
    relays = [Relay(database, OUTBOX, bus), Relay(database, OUTBOX, bus)]
    while await waiting(database):
        await asyncio.gather(*(relay.relay_once() for relay in relays))
    assert await stream_size(bus) == before + 150


async def test_a_message_delivered_three_times_takes_effect_once(database: Database, bus: Bus) -> None:
    [letter] = await told(database, changed())
    consumer = Consumer(database, OUTBOX, bus, reaction())
    for delivery in (1, 2, 3):
        await consumer.apply(letter.subject, letter.body, delivery)
    assert await effects(database) == 1


async def test_a_failed_effect_leaves_no_inbox_row_and_is_tried_again(database: Database, bus: Bus) -> None:
    async def fail_after_writing(connection: Connection, event: Event, meta: Meta) -> None:
        await take_effect(connection, event, meta)
        raise RuntimeError("killed inside the transaction")

    [letter] = await told(database, changed())
    failing = reaction(fail_after_writing)
    with pytest.raises(RuntimeError):
        await Consumer(database, OUTBOX, bus, failing).apply(letter.subject, letter.body)
    assert await effects(database) == 0
    working = replace(failing, handler=each(take_effect))
    await Consumer(database, OUTBOX, bus, working).apply(letter.subject, letter.body)
    assert await effects(database) == 1


async def test_what_comes_together_takes_effect_once_each_in_its_order(database: Database, bus: Bus) -> None:
    letters = await told(database, *(changed(number) for number in range(1, 6)))
    taken = [Delivered(letter) for letter in (*letters, letters[0])]
    consumer = Consumer(database, OUTBOX, bus, reaction())
    assert await consumer.take_together(taken) is True  # type: ignore[arg-type]
    assert await consumer.take_together(taken) is True  # type: ignore[arg-type]
    assert await effects_in_order(database) == [str(letter.id) for letter in letters]
    assert [one.answers for one in taken] == [["ack", "ack"]] * 6


async def test_one_that_cannot_be_taken_leaves_those_that_came_with_it_to_be_taken_one_by_one(
    database: Database, bus: Bus
) -> None:
    letters = await told(database, *(changed(number) for number in range(1, 4)))

    async def never_the_second(connection: Connection, event: Event, meta: Meta) -> None:
        await take_effect(connection, event, meta)
        if meta.event_id == str(letters[1].id):
            raise RuntimeError("this one never")

    taken = [Delivered(letter) for letter in letters]
    consumer = Consumer(database, OUTBOX, bus, reaction(never_the_second))
    assert await consumer.take_together(taken) is False  # type: ignore[arg-type]
    assert await effects(database) == 0
    assert [one.answers for one in taken] == [[], [], []]
    for one in taken:
        await consumer.take(one)  # type: ignore[arg-type]
    assert await effects_in_order(database) == [str(letters[0].id), str(letters[2].id)]
    assert [one.answers for one in taken] == [["ack"], ["nak"], ["ack"]]


async def test_a_consumer_that_was_ended_resumes_where_it_was(database: Database, bus: Bus) -> None:
    watched = reaction()
    for number in (1, 2):
        [letter] = await told(database, changed(number))
        await Relay(database, OUTBOX, bus).relay_once()
        async with running(Consumer(database, OUTBOX, bus, watched).run()):
            await until(lambda wanted=str(letter.id): _took_effect(database, wanted))  # type: ignore[misc]
    async with database.transaction() as connection:
        counts = select(func.count(), func.count(EFFECT.c.event_id.distinct()))
        total, different = (await connection.execute(counts)).one()
    assert total == different


async def test_a_consumer_ends_although_the_library_swallowed_its_cancellation(
    database: Database, bus: Bus
) -> None:
    watched = reaction()
    [letter] = await told(database, changed())
    await Relay(database, OUTBOX, bus).relay_once()
    async with running(Consumer(database, OUTBOX, bus, watched).run()) as consuming:
        await until(lambda: _took_effect(database, str(letter.id)))
        while await _unacknowledged(bus, watched.durable):
            await asyncio.sleep(0.02)
        # A closed client turns the cancellation of a waiting fetch into an error of its own.
        consuming.cancel()
        await bus.close()
        _, left = await asyncio.wait([consuming], timeout=10)
        assert not left
    assert consuming.cancelled()


async def test_a_consumer_that_binds_again_leaves_no_subscription_behind(
    database: Database, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*given: object) -> None:
        failed.set()
        raise NatsError

    failed, subscriptions = asyncio.Event(), set(bus._client._subs)  # type: ignore[union-attr]
    monkeypatch.setattr(Consumer, "_fetch", fails)
    async with running(Consumer(database, OUTBOX, bus, reaction()).run()):
        for _ in range(2):
            await asyncio.wait_for(failed.wait(), 60)
            failed.clear()
    left = set(bus._client._subs) - subscriptions  # type: ignore[union-attr]
    # One inbox for the answers of requests belongs to the client itself.
    assert len(left) <= 1


async def _unacknowledged(bus: Bus, durable: str) -> int:
    return (await bus.jetstream.consumer_info(STREAM, durable)).num_ack_pending or 0


async def _took_effect(database: Database, event_id: str) -> bool:
    async with database.transaction() as connection:
        found = await connection.execute(select(EFFECT).where(EFFECT.c.event_id == event_id))
        return found.first() is not None


async def _effects_at_least(database: Database, count: int) -> bool:
    return await effects(database) >= count


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b'{"id": "1", "type": "monthline.unknown.fact.v1", "data": {}}',
        b'{"id": "1", "type": "monthline.plans.draft_changed.v1", "data": {"plan": 3}}',
    ],
)
async def test_a_message_that_cannot_be_read_is_poison(database: Database, bus: Bus, body: bytes) -> None:
    with pytest.raises(Poison):
        await Consumer(database, OUTBOX, bus, reaction()).apply("monthline.plans.draft_changed.v1", body)


async def test_a_fact_told_on_anothers_subject_is_poison(database: Database, bus: Bus) -> None:
    """Permissions are on subjects: what may be told there must not be told under another type."""
    [letter] = await told(database, changed())
    with pytest.raises(Poison):
        await Consumer(database, OUTBOX, bus, reaction()).apply("monthline.notify.anything.v1", letter.body)
    assert await effects(database) == 0


async def test_poison_goes_to_the_dead_letters_and_the_next_message_flows(
    database: Database, bus: Bus
) -> None:
    watched = reaction()
    await bus.jetstream.publish(DraftChanged.subject(), b"not json", timeout=5)
    await told(database, changed())
    await Relay(database, OUTBOX, bus).relay_once()
    async with running(Consumer(database, OUTBOX, bus, watched).run()):
        await until(lambda: _buried(database, watched.durable))
        await until(lambda: _effects_at_least(database, 1))
    async with database.transaction() as connection:
        letters = await OUTBOX.dead_letters(connection)
    mine = [letter for letter in letters if letter.consumer == watched.durable]
    assert [letter.body for letter in mine] == ["not json"]
    assert "Poison" in mine[0].error


async def _buried(database: Database, durable: str) -> bool:
    async with database.transaction() as connection:
        letters = await OUTBOX.dead_letters(connection)
    return any(letter.consumer == durable for letter in letters)


async def test_an_older_version_of_a_person_does_not_overwrite_a_newer_one(database: Database) -> None:
    def person(version: int, department: str) -> PersonChanged:
        return PersonChanged(
            person=Person(
                id="p017",
                name=Name(zh="王", en="Wang"),
                email="w@example.com",
                department=department,
                version=version,
            )
        )

    async with database.transaction() as connection:
        for event in (person(1, "sales"), person(3, "rd"), person(2, "production")):
            await COMMON.org.keep(connection, event)
        organisation = await COMMON.org.load(connection)
    kept = organisation.person("p017")
    assert kept is not None
    assert kept.department == "rd"


async def aged(database: Database, days: int) -> None:
    """A letter that was published so many days ago, and the row of one that was taken then."""
    [letter] = await told(database, changed())
    then = func.now() - func.make_interval(0, 0, 0, days)
    letters, inbox = OUTBOX.letters, OUTBOX.inbox
    async with database.transaction() as connection:
        await OUTBOX.taken_first(connection, "notify-events", [str(letter.id)])
        await connection.execute(update(letters).where(letters.c.id == letter.id).values(published_at=then))
        await connection.execute(
            update(inbox).where(inbox.c.event_id == str(letter.id)).values(taken_at=then)
        )


async def counted(database: Database) -> tuple[int, int]:
    """How many letters and inbox rows there are."""
    async with database.transaction() as connection:
        counts = [select(func.count()).select_from(one) for one in (OUTBOX.letters, OUTBOX.inbox)]
        letters, rows = [(await connection.execute(one)).scalar_one() for one in counts]
        return letters, rows


async def test_what_a_consumer_took_is_remembered_longer_than_any_outbox_keeps_it(database: Database) -> None:
    for days in (30, 38, 45):
        await aged(database, days)
    async with running(forget_old(database, OUTBOX, seconds=0.01)):
        await until(lambda: counted_is(database, (1, 2)))


async def counted_is(database: Database, wanted: tuple[int, int]) -> bool:
    """Whether so many letters and inbox rows are left."""
    return await counted(database) == wanted
