"""Scoring on a real database: its activities, and its API with a lifecycle in memory behind it."""

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from services.scoring.activities import ScoringActivitiesImpl
from services.scoring.api import scoring_app
from services.scoring.store import plans
from services.scoring.store.tables import COMMANDS, ORG
from shared.contracts.words import Stage
from shared.org.copy import OrgCache
from shared.store.db import Database
from shared.web.authentication import Authenticator
from shared.web.command_gateway import CommandGateway
from tests.integration.scoring.around import LifecycleInMemory, Names, tell
from tests.unit.services.scoring.company import company

Client = Callable[[str], httpx2.AsyncClient]


@pytest.fixture
async def database(databases: Callable[[str], Database]) -> Database:
    """Scoring's schema with the small company in it and nothing else."""
    opened = databases("scoring")
    await tell(opened, company())
    return opened


@pytest.fixture
def scores(database: Database) -> ScoringActivitiesImpl:
    """The activities."""
    return ScoringActivitiesImpl(database)


@pytest.fixture
def lifecycle(scores: ScoringActivitiesImpl) -> LifecycleInMemory:
    """What stands behind the API in place of Temporal."""
    return LifecycleInMemory(scores)


@pytest.fixture
async def client(database: Database, lifecycle: LifecycleInMemory) -> AsyncIterator[Client]:
    """``client("hr1")`` is the API as hr1 calls it."""

    async def stage_of(plan_id: str) -> Stage | None:
        async with database.transaction() as connection:
            return await plans.stage_of(connection, plan_id)

    org = OrgCache(database, ORG, age=0)
    app = scoring_app(
        database=database,
        org=org,
        gateway=CommandGateway(database, COMMANDS, lifecycle, stage_of),
        authenticator=Authenticator(Names(), org.get, ["ops"]),
        checks={},
    )
    opened: list[httpx2.AsyncClient] = []

    def as_person(person: str) -> httpx2.AsyncClient:
        opened.append(
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app=app),
                base_url="http://scoring/v1",
                headers={"Authorization": f"Bearer {person}"},
            )
        )
        return opened[-1]

    yield as_person
    for one in opened:
        await one.aclose()
