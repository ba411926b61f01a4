"""The plan service on a real database: its activities, and its API with a lifecycle in memory behind it."""

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from services.plans.activities import PlansActivitiesImpl
from services.plans.api import plans_app
from services.plans.store import plans
from services.plans.store.tables import COMMANDS, ORG
from shared.contracts.words import Stage
from shared.org.copy import OrgCache
from shared.store.db import Database
from shared.web.authentication import Authenticator
from shared.web.command_gateway import CommandGateway
from tests.integration.plans.company import settle_in
from tests.integration.plans.lifecycle import Course, LifecycleInMemory, Names

Client = Callable[[str], httpx2.AsyncClient]


@pytest.fixture
async def database(databases: Callable[[str], Database]) -> Database:
    """The schema with the small company and its templates in it, and nothing else."""
    opened = databases("plans")
    await settle_in(opened)
    return opened


@pytest.fixture
def activities(database: Database) -> PlansActivitiesImpl:
    """The activities."""
    return PlansActivitiesImpl(database, OrgCache(database, ORG, age=0))


@pytest.fixture
def course(database: Database, activities: PlansActivitiesImpl) -> Course:
    """Plans at any stage."""
    return Course(database, activities)


@pytest.fixture
def lifecycle(activities: PlansActivitiesImpl) -> LifecycleInMemory:
    """What stands behind the API in place of the engine."""
    return LifecycleInMemory(activities)


@pytest.fixture
async def client(database: Database, lifecycle: LifecycleInMemory) -> AsyncIterator[Client]:
    """``client("hr1")`` is the API as hr1 calls it."""

    async def stage_of(plan_id: str) -> Stage | None:
        async with database.transaction() as connection:
            return await plans.stage_of(connection, plan_id)

    cache = OrgCache(database, ORG, age=0)
    app = plans_app(
        database=database,
        org=cache,
        engine=lifecycle,
        gateway=CommandGateway(database, COMMANDS, lifecycle, stage_of),
        authenticator=Authenticator(Names(), cache.get, ["ops"]),
        checks={},
        company="acme",
        allow_time_scale=False,
    )
    opened: list[httpx2.AsyncClient] = []

    def as_person(person: str) -> httpx2.AsyncClient:
        opened.append(
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app=app),
                base_url="http://plans/v1",
                headers={"Authorization": f"Bearer {person}"},
            )
        )
        return opened[-1]

    yield as_person
    for one in opened:
        await one.aclose()
