"""Directory, plans and scoring on real databases, as one deployment that a company can be entered into."""

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from monthline.demo.transport import Transport
from services.directory.api import directory_app
from services.directory.calendars import OfficialCalendar
from services.directory.store.calendar import Calendars
from services.directory.store.organisation import CurrentOrganisation
from services.directory.store.tables import OUTBOX
from services.plans.api import plans_app
from services.plans.store.tables import COMMANDS as PLANS_COMMANDS
from services.plans.store.tables import ORG as PLANS_ORG
from services.scoring.api import scoring_app
from services.scoring.store.tables import COMMANDS as SCORING_COMMANDS
from services.scoring.store.tables import ORG as SCORING_ORG
from shared.contracts.events import EVENTS
from shared.contracts.lifecycle import Command, Moved
from shared.contracts.words import Stage
from shared.engine.lifecycle_client import LifecycleClient
from shared.org.copy import OrgCache, OrgCopy
from shared.store.db import Database
from shared.web.authentication import Authenticator
from shared.web.command_gateway import CommandGateway
from shared.web.tokens import TokenReader

OFFICIAL = OfficialCalendar("CN")
SERVICES = ("directory", "plans", "scoring")


class Names(TokenReader):
    """Reads a token as the name of its sender."""

    def __init__(self) -> None:
        super().__init__(issuer="", audience="", jwks_url="", algorithms=())

    async def subject(self, authorization: str | None) -> str:
        """The name."""
        return (authorization or "").removeprefix("Bearer ")


class NoEngine(LifecycleClient):
    """An engine that nothing here may ask."""

    def __init__(self) -> None:
        pass

    async def command(self, command: Command, *, deadline: float | None = None) -> Moved:
        """Never."""
        raise AssertionError("a company is entered without moving a plan")


class Deployment(httpx2.AsyncBaseTransport):
    """The services by their host names; what the directory tells reaches the others after each request."""

    def __init__(self, databases: Callable[[str], Database]) -> None:
        self.directory = databases("directory")
        self._copies: list[tuple[Database, OrgCopy]] = [
            (databases("plans"), PLANS_ORG),
            (databases("scoring"), SCORING_ORG),
        ]
        self._apps = {
            "directory": self._directory(),
            "plans": self._plans(databases("plans")),
            "scoring": self._scoring(databases("scoring")),
        }
        self._told = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer of the service that is asked."""
        app = self._apps[request.url.host]
        answer = await httpx2.ASGITransport(app=app).handle_async_request(request)
        await self._tell()
        return answer

    async def letters(self) -> int:
        """How much the directory has told."""
        await self._tell()
        return self._told

    async def _tell(self) -> None:
        letters = OUTBOX.letters
        news = select(letters).order_by(letters.c.sequence).offset(self._told)
        async with self.directory.transaction() as connection:
            rows = (await connection.execute(news)).all()
        self._told += len(rows)
        for database, copy in self._copies if rows else ():
            async with database.transaction() as connection:
                for row in rows:
                    await copy.keep(connection, EVENTS[row.subject].deserialize(row.body["data"]))

    def _directory(self) -> FastAPI:
        organisation = CurrentOrganisation(self.directory, age=0)
        authenticator = Authenticator(Names(), organisation.get, ["ops"])
        calendars = Calendars("Asia/Shanghai", OFFICIAL.edition)
        return directory_app(
            self.directory, organisation, calendars, OFFICIAL, authenticator=authenticator, checks={}
        )

    def _plans(self, database: Database) -> FastAPI:
        org = OrgCache(database, PLANS_ORG, age=0)
        return plans_app(
            database=database,
            org=org,
            engine=NoEngine(),
            gateway=CommandGateway(database, PLANS_COMMANDS, NoEngine(), _no_stage),
            authenticator=Authenticator(Names(), org.get, ["ops"]),
            checks={},
            company="yunfan",
            allow_time_scale=False,
        )

    def _scoring(self, database: Database) -> FastAPI:
        org = OrgCache(database, SCORING_ORG, age=0)
        gateway = CommandGateway(database, SCORING_COMMANDS, NoEngine(), _no_stage)
        authenticator = Authenticator(Names(), org.get, ["ops"])
        return scoring_app(
            database=database, org=org, gateway=gateway, authenticator=authenticator, checks={}
        )


async def _no_stage(plan_id: str) -> Stage | None:
    return None


@pytest.fixture
def deployment(databases: Callable[[str], Database]) -> Deployment:
    """The three services with empty databases."""
    return Deployment(databases)


@pytest.fixture
async def client(deployment: Deployment) -> AsyncIterator[Callable[[str], Transport]]:
    """``client("ops")`` is the way of that person to the services."""
    addresses = {name: f"http://{name}" for name in SERVICES}
    async with httpx2.AsyncClient(transport=deployment, headers={"Accept-Language": "en"}) as http:
        yield lambda name: Transport(http, addresses, lambda: name)
