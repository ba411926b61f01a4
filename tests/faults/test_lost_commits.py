"""F23 on one activity: the connection is lost exactly in COMMIT, and trying again does it once."""

from collections.abc import AsyncIterator, Callable

import pytest

from faults.proxy import Disturbance, Link
from services.plans.activities import PlansActivitiesImpl
from services.plans.store import ledger
from services.plans.store.tables import ORG
from shared.contracts.refusals import StoreDown
from shared.contracts.words import Move
from shared.org.copy import OrgCache
from shared.store.db import Database
from tests.integration.plans.company import settle_in
from tests.integration.plans.lifecycle import Course, submit
from tests.unit.services.plans.build import PLAN


@pytest.fixture
async def database(databases: Callable[[str], Database]) -> Database:
    """The plan service's schema with the small company in it."""
    opened = databases("plans")
    await settle_in(opened)
    return opened


@pytest.fixture
async def link(database: Database) -> AsyncIterator[Link]:
    """The way to PostgreSQL that can be disturbed."""
    async with Link(database.url.port or 5432) as opened:
        yield opened


@pytest.fixture
async def far(database: Database, link: Link) -> AsyncIterator[Database]:
    """The same schema, at the other end of the link."""
    url = database.url.set(port=link.port).render_as_string(hide_password=False)
    opened = Database(url.replace("postgresql+psycopg", "postgresql"), pool=2)
    yield opened
    await opened.close()


@pytest.mark.parametrize(("verdict", "lines"), [("reset", 1), ("answerless", 2)])
async def test_a_submission_whose_commit_is_lost_is_carried_out_once(
    database: Database, far: Database, link: Link, verdict: str, lines: int
) -> None:
    await Course(database, PlansActivitiesImpl(database, OrgCache(database, ORG, age=0))).written()
    activities = PlansActivitiesImpl(far, OrgCache(far, ORG, age=60))
    link.disturb(Disturbance(on_request=lambda data: verdict if b"COMMIT" in data else None))
    with pytest.raises(StoreDown):
        await activities.submit(submit())
    assert len(await _moves(database)) == lines
    link.heal()
    again = await activities.submit(submit())
    assert (again.moved.version, again.submission.revision) == (2, 1)
    assert await _moves(database) == [Move.OPEN, Move.SUBMIT]


async def _moves(database: Database) -> list[Move]:
    async with database.transaction() as connection:
        return [line.move for line in await ledger.lines(connection, PLAN.plan_id)]
