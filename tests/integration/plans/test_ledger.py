"""The ledger under attack: the service may only append, and what its owner changes is found."""

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from services.plans.store import ledger
from shared.store.db import Database
from tests.integration.plans.checks import rows
from tests.integration.plans.lifecycle import Course
from tests.unit.services.plans.build import PLAN

Forge = Callable[[str], None]


@pytest.fixture
def forge(owner_url: str) -> Forge:
    """Do a statement as the owner of the database, with every guard of the tables switched off."""

    def do(statement: str) -> None:
        engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            connection.execute(text("set session_replication_role = replica"))
            connection.execute(text(statement))
        engine.dispose()

    return do


async def wrong(database: Database) -> list[tuple[str, int]]:
    """What the verification finds."""
    async with database.transaction() as connection:
        return [found async for found in ledger.wrong_chains(connection, page=1)]


@pytest.mark.parametrize("table", ["ledger", "revision", "progress", "closing"])
@pytest.mark.parametrize(
    "statement", ["update plans.{} set plan_id = plan_id", "delete from plans.{}", "truncate plans.{}"]
)
async def test_the_services_role_is_granted_no_change_of_what_is_recorded(
    database: Database, course: Course, table: str, statement: str
) -> None:
    await course.submitted()
    before = await rows(database)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with database.transaction() as connection:
            await connection.execute(text(statement.format(table)))
    assert await rows(database) == before


@pytest.mark.parametrize("statement", ["update plans.ledger set actor = 'x'", "delete from plans.ledger"])
async def test_the_owner_too_is_stopped_until_they_switch_the_guard_off(
    owner_url: str, course: Course, statement: str
) -> None:
    await course.submitted()
    engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


async def test_an_untouched_ledger_has_no_wrong_chain(database: Database, course: Course) -> None:
    assert await wrong(database) == []
    await course.tracking()
    assert await wrong(database) == []


@pytest.mark.parametrize(
    ("statement", "version"),
    [
        ("update plans.ledger set actor = 'hr9' where version = 2", 2),
        ("update plans.ledger set at = at + interval '1 microsecond' where version = 3", 3),
        ("delete from plans.ledger where version = 1", 2),
        ("delete from plans.ledger where version = 2", 3),
        ("delete from plans.ledger where version = 4", 4),
        ("delete from plans.ledger", 1),
        ("update plans.plan set version = 3", 3),
        ("update plans.plan set ledger_hash = repeat('0', 64)", 4),
    ],
)
async def test_what_the_owner_changes_is_found_at_its_line(
    database: Database, course: Course, forge: Forge, statement: str, version: int
) -> None:
    await course.tracking()
    forge(statement)
    assert await wrong(database) == [(PLAN.plan_id, version)]
