"""The command gateway, with a real database and an engine that can be made to fail."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import MetaData

from shared.contracts.lifecycle import Command, Moved
from shared.contracts.refusals import (
    AlreadyDecided,
    EngineDown,
    KeyReused,
    NotFound,
    StoreDown,
    WrongStage,
)
from shared.contracts.words import Move, Stage
from shared.engine.entity_client import NoLifecycle
from shared.store.commands import Commands, Entry
from shared.store.db import Connection, Database
from shared.web.command_gateway import Pending, digest
from tests.support.build import command
from tests.support.gateways import COMMANDS, SUBMIT, Engine, gateway


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def database(databases: Callable[[str], Database]) -> Database:
    return databases("plans")


async def test_the_same_key_gets_the_same_answer_and_reaches_the_engine_once(
    database: Database, engine: Engine
) -> None:
    counter = gateway(database, engine)
    first = await counter.take(SUBMIT)
    again = await counter.take(SUBMIT)
    assert first == again
    assert len(engine.received) == 1


async def test_the_same_key_with_another_body_is_refused(database: Database, engine: Engine) -> None:
    counter = gateway(database, engine)
    await counter.take(SUBMIT)
    with pytest.raises(KeyReused):
        await counter.take(SUBMIT.model_copy(update={"content_version": 9}))


async def test_a_refusal_is_kept_and_given_again(database: Database, engine: Engine) -> None:
    engine.failures.append(AlreadyDecided(move=Move.RECALL, actor="p017", stage=Stage.DRAFTING))
    counter = gateway(database, engine)
    for _ in range(2):
        with pytest.raises(AlreadyDecided) as refused:
            await counter.take(SUBMIT)
        assert refused.value.details["actor"] == "p017"
    assert engine.received == []


async def test_an_engine_that_is_down_keeps_nothing_so_that_the_key_can_be_used_again(
    database: Database, engine: Engine
) -> None:
    engine.failures.append(EngineDown(retry_after=5))
    counter = gateway(database, engine)
    with pytest.raises(EngineDown):
        await counter.take(SUBMIT)
    with pytest.raises(NotFound):
        await counter.find("p017", "key-00001")
    assert isinstance(await counter.take(SUBMIT), Moved)


async def test_a_lost_answer_is_unknown_and_found_by_asking_again(database: Database, engine: Engine) -> None:
    engine.lose_answers = True
    counter = gateway(database, engine)
    assert await counter.take(SUBMIT) == Pending("key-00001")
    found = await counter.find("p017", "key-00001")
    assert isinstance(found, Moved)
    assert [sent.command_id for sent in engine.received] == ["p017:plans:key-00001"] * 2


class Unsettled(Commands):
    """Loses the database whenever an answer is to be noted."""

    async def settle(self, *given: object) -> None:
        """The connection is gone."""
        raise StoreDown(retry_after=2)


async def test_an_answer_that_cannot_be_noted_is_given_all_the_same_and_noted_later(
    database: Database, engine: Engine
) -> None:
    unlucky = gateway(database, engine)
    unlucky._commands = Unsettled(MetaData(schema="plans"))
    assert isinstance(await unlucky.take(SUBMIT), Moved)
    counter = gateway(database, engine)
    assert await counter.resend_overdue(age=timedelta()) == 1
    assert isinstance(await counter.find("p017", "key-00001"), Moved)
    assert [sent.command_id for sent in engine.received] == ["p017:plans:key-00001"] * 2


async def received(database: Database) -> Entry | None:
    """The same request arrives at another gateway, which has not sent it yet."""
    async with database.autocommit() as connection:
        return await COMMANDS.receive(connection, SUBMIT, digest(SUBMIT))


async def test_a_command_that_has_arrived_twice_is_kept_when_its_first_sending_met_no_engine(
    database: Database, engine: Engine
) -> None:
    class Met(Engine):
        async def command(self, sent: Command, *, deadline: float | None = None) -> Moved:
            assert await received(database) is not None
            raise EngineDown(retry_after=5)

    # Nobody is told that nothing was done: the reconciler will send it.
    assert await gateway(database, Met()).take(SUBMIT) == Pending("key-00001")
    assert await gateway(database, Met()).take(SUBMIT) == Pending("key-00001")
    assert isinstance(await gateway(database, engine).find("p017", "key-00001"), Moved)


async def test_another_body_under_the_key_of_a_command_is_no_second_arrival(
    database: Database, engine: Engine
) -> None:
    class Met(Engine):
        async def command(self, sent: Command, *, deadline: float | None = None) -> Moved:
            with pytest.raises(KeyReused):
                await gateway(database, engine).take(SUBMIT.model_copy(update={"content_version": 9}))
            raise EngineDown(retry_after=5)

    counter = gateway(database, Met())
    with pytest.raises(EngineDown):
        await counter.take(SUBMIT)
    with pytest.raises(NotFound):
        await counter.find("p017", "key-00001")


async def test_a_command_withdrawn_while_somebody_asks_for_it_is_not_sent(
    database: Database, engine: Engine
) -> None:
    class Withdrawn(Commands):
        """Its first sender met no engine in the instant after it was found."""

        async def find(self, connection: Connection, command_id: str) -> Entry | None:
            found = await super().find(connection, command_id)
            await self.withdraw(connection, command_id)
            return found

    await received(database)
    counter = gateway(database, engine)
    counter._commands = Withdrawn(MetaData(schema="plans"))
    with pytest.raises(NotFound):
        await counter.find("p017", "key-00001")
    assert engine.received == []


async def test_an_engine_down_after_a_lost_answer_keeps_the_command(
    database: Database, engine: Engine
) -> None:
    engine.lose_answers = True
    counter = gateway(database, engine)
    await counter.take(SUBMIT)
    engine.failures.append(EngineDown(retry_after=5))
    assert await counter.find("p017", "key-00001") == Pending("key-00001")
    assert isinstance(await counter.find("p017", "key-00001"), Moved)


async def test_the_reconciler_sends_what_has_been_pending_too_long(
    database: Database, engine: Engine
) -> None:
    engine.lose_answers = True
    counter = gateway(database, engine)
    await counter.take(SUBMIT)
    assert await counter.resend_overdue(age=timedelta(hours=1)) == 0
    await asyncio.sleep(0.01)
    assert await counter.resend_overdue(age=timedelta()) == 1
    assert await counter.resend_overdue(age=timedelta()) == 0


async def test_a_plan_that_has_ended_refuses_and_names_its_stage(database: Database, engine: Engine) -> None:
    engine.failures.append(NoLifecycle())
    with pytest.raises(WrongStage) as refused:
        await gateway(database, engine, Stage.FINAL).take(SUBMIT)
    assert refused.value.details["stage"] == Stage.FINAL


async def test_a_missing_lifecycle_of_an_open_plan_leaves_the_command_pending(
    database: Database, engine: Engine
) -> None:
    engine.failures.append(NoLifecycle())
    counter = gateway(database, engine)
    assert await counter.take(SUBMIT) == Pending("key-00001")
    assert isinstance(await counter.find("p017", "key-00001"), Moved)


async def test_nobody_finds_the_command_of_somebody_else(database: Database, engine: Engine) -> None:
    counter = gateway(database, engine)
    await counter.take(SUBMIT)
    with pytest.raises(NotFound):
        await counter.find("p018", "key-00001")


async def test_one_key_of_two_people_is_two_commands(database: Database, engine: Engine) -> None:
    counter = gateway(database, engine)
    await counter.take(SUBMIT)
    other = command(Move.APPROVE, 2, key="key-00001")
    moved = await counter.take(other)
    assert isinstance(moved, Moved)
    assert moved.actor == "hr1"


async def test_an_answer_to_another_command_under_this_id_is_a_reused_key(
    database: Database, engine: Engine
) -> None:
    class Mixed(Engine):
        async def command(self, sent: Command, *, deadline: float | None = None) -> Moved:
            moved = await super().command(sent, deadline=deadline)
            return moved.model_copy(update={"move": Move.RECALL})

    with pytest.raises(KeyReused):
        await gateway(database, Mixed()).take(SUBMIT)


async def test_a_claim_is_given_once_and_its_answer_ever_after(database: Database) -> None:
    async def claim() -> object:
        async with database.transaction() as connection:
            return await COMMANDS.claim(connection, "x:1", {"version": 2})

    answers = await asyncio.gather(*(claim() for _ in range(8)))
    assert sorted(answers, key=str) == sorted([None] + [{"version": 2}] * 7, key=str)
