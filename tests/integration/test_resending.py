"""Commands that an outage has left pending are sent again: which, in which order, how many at once."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import Command, Moved
from shared.contracts.refusals import EngineDown
from shared.contracts.words import Move
from shared.engine.entity_client import Unknown
from shared.store.db import Database
from shared.web.command_gateway import digest
from tests.support.build import command
from tests.support.gateways import COMMANDS, SUBMIT, Engine, gateway


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def database(databases: Callable[[str], Database]) -> Database:
    return databases("plans")


async def test_a_command_that_cannot_be_sent_keeps_none_behind_it_from_being_sent(
    database: Database, engine: Engine
) -> None:
    engine.failures = [Unknown(), Unknown()]
    counter = gateway(database, engine)
    await counter.take(SUBMIT)
    await counter.take(command(Move.SUBMIT, 1, key="key-00002"))
    engine.failures.append(ValueError("an answer nobody can make out"))
    assert await counter.resend_overdue(age=timedelta()) == 1
    assert [sent.command_id for sent in engine.received] == ["p017:plans:key-00002"]


async def test_commands_that_stay_unknown_keep_none_behind_them_from_its_turn(
    database: Database, engine: Engine
) -> None:
    keys = [f"key-0000{number}" for number in range(5)]
    engine.failures = [Unknown() for _ in keys]
    counter = gateway(database, engine)
    for key in keys:
        await counter.take(command(Move.SUBMIT, 1, key=key))
    for _ in range(2):
        engine.failures = [Unknown(), Unknown()]
        assert await counter.resend_overdue(age=timedelta(), limit=2) == 0
    assert await counter.resend_overdue(age=timedelta(), limit=2) == 5
    assert [sent.command_id for sent in engine.received][:2] == [f"p017:plans:{keys[n]}" for n in (4, 0)]


class Slow(Engine):
    """Answers when commands of three plans have come, and counts how many it had at once."""

    def __init__(self) -> None:
        super().__init__()
        self.under_way: list[str] = []
        self.doubled = False
        self.most = 0
        self.three = asyncio.Event()

    async def command(self, sent: Command, *, deadline: float | None = None) -> Moved:
        self.doubled |= sent.plan.plan_id in self.under_way
        self.under_way.append(sent.plan.plan_id)
        self.most = max(self.most, len(self.under_way))
        if len(self.under_way) == 3:
            self.three.set()
        await self.three.wait()
        await asyncio.sleep(0.01)
        self.under_way.remove(sent.plan.plan_id)
        return await super().command(sent)


async def pending(database: Database, wanted: int, plans: int = 3) -> None:
    """So many commands without an answer, of so many plans in turn."""
    async with database.autocommit() as connection:
        for number in range(wanted):
            plan = PlanRef(company="acme", month="2026-03", person=f"p{number % plans}", department="sales")
            one = command(Move.SUBMIT, 1, plan=plan, key=f"key-{number:05}")
            assert await COMMANDS.receive(connection, one, digest(one)) is None


async def test_commands_of_several_plans_are_sent_again_together_and_those_of_one_in_turn(
    database: Database,
) -> None:
    await pending(database, 6)
    slow = Slow()
    async with asyncio.timeout(60):
        assert await gateway(database, slow).resend_overdue(age=timedelta()) == 6
    assert not slow.doubled
    assert len(slow.received) == 6


async def test_ten_plans_at_a_time_have_their_commands_sent_again(database: Database) -> None:
    await pending(database, 15, plans=15)
    slow = Slow()
    assert await gateway(database, slow).resend_overdue(age=timedelta()) == 15
    assert slow.most == 10


async def test_as_many_as_get_their_answers_are_sent_again_in_one_go(
    database: Database, engine: Engine
) -> None:
    await pending(database, 5)
    assert await gateway(database, engine).resend_overdue(age=timedelta(), limit=2) == 5
    assert len(engine.received) == 5


async def test_an_engine_that_is_away_is_asked_for_no_more_commands(
    database: Database, engine: Engine
) -> None:
    await pending(database, 6)
    engine.failures = [EngineDown(retry_after=5)] * 4
    assert await gateway(database, engine).resend_overdue(age=timedelta()) == 0
    assert len(engine.failures) == 3
