"""Review on a real database: its activities, and its API with a lifecycle in memory behind it."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from services.review.activities import ReviewActivitiesImpl
from services.review.api import review_app
from services.review.store import plans
from services.review.store.tables import COMMANDS, ORG
from shared.contracts.words import Stage
from shared.org.copy import OrgCache
from shared.store.db import Database
from shared.web.authentication import Authenticator
from shared.web.command_gateway import CommandGateway
from tests.integration.review.calls import Client
from tests.integration.review.company import Databases, tell
from tests.integration.review.lifecycle import LifecycleInMemory, Names
from tests.unit.services.review.build import company


@pytest.fixture
async def database(databases: Databases) -> Database:
    """Review's schema with the small company in it and nothing else."""
    opened = databases("review")
    await tell(opened, company())
    return opened


@pytest.fixture
def reviews(database: Database) -> ReviewActivitiesImpl:
    """The activities."""
    return ReviewActivitiesImpl(database)


@pytest.fixture
def lifecycle(reviews: ReviewActivitiesImpl) -> LifecycleInMemory:
    """What stands behind the API in place of Temporal."""
    return LifecycleInMemory(reviews)


@pytest.fixture
async def client(database: Database, lifecycle: LifecycleInMemory) -> AsyncIterator[Client]:
    """``client("hr1")`` is the API as hr1 calls it."""

    async def stage_of(plan_id: str) -> Stage | None:
        async with database.transaction() as connection:
            return await plans.stage_of(connection, plan_id)

    app = review_app(
        database=database,
        gateway=CommandGateway(database, COMMANDS, lifecycle, stage_of),
        authenticator=Authenticator(Names(), OrgCache(database, ORG, age=0).get, ["ops"]),
        checks={},
    )
    opened: list[httpx2.AsyncClient] = []

    def as_person(person: str) -> httpx2.AsyncClient:
        opened.append(
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app=app),
                base_url="http://review/v1",
                headers={"Authorization": f"Bearer {person}"},
            )
        )
        return opened[-1]

    yield as_person
    for one in opened:
        await one.aclose()
