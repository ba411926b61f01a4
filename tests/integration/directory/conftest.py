"""The directory on a real database: its API as named people call it, its activities, its outbox."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from services.directory.activities import DirectoryActivitiesImpl
from services.directory.api import directory_app
from services.directory.calendars import OfficialCalendar
from services.directory.domain.organisation import Change
from services.directory.store import register
from services.directory.store.calendar import Calendars
from services.directory.store.organisation import CurrentOrganisation
from services.directory.store.tables import OUTBOX
from shared.contracts.organisation import Department, Person, RoleGrant
from shared.contracts.refusals import NotSignedIn
from shared.contracts.words import Role
from shared.store.db import Database
from shared.web.authentication import Authenticator
from shared.web.tokens import TokenReader
from tests.unit.services.directory.build import department, person

Client = Callable[[str], httpx2.AsyncClient]
Told = Callable[[], Awaitable[list[tuple[str, dict[str, Any]]]]]
OFFICIAL = OfficialCalendar("CN")

DEPARTMENTS = (
    department("root", leader="boss", version=1),
    department("sales", "root", manager="seller", leader="lead", version=1),
    department("east", "sales", version=1),
    department("rd", "root", manager="maker", version=1),
)
PEOPLE = (
    person("boss", "root", Role.EXECUTIVE, version=1),
    person("hr1", "root", Role.HR, version=1),
    person("lead", "root", Role.LEADER, version=1),
    person("seller", "sales", Role.MANAGER, version=1),
    person("east1", "east", Role.MANAGER, version=1),
    person("maker", "rd", Role.MANAGER, version=1),
    person("watcher", "root", Role.AUDITOR, version=1),
    person("plain", "rd", version=1),
)
HR_OF_SALES = person("hr2", "sales", version=1).model_copy(
    update={"roles": (RoleGrant(role=Role.HR, departments=("sales",)),)}
)


class Names(TokenReader):
    """Reads a token as the name of its sender."""

    def __init__(self) -> None:
        super().__init__(issuer="", audience="", jwks_url="", algorithms=())

    async def subject(self, authorization: str | None) -> str:
        """The name."""
        if authorization is None:
            raise NotSignedIn(reason="no_token")
        return authorization.removeprefix("Bearer ")


@pytest.fixture
async def database(databases: Callable[[str], Database]) -> Database:
    """The directory's schema with a small company in it, of which nothing has been told."""
    opened = databases("directory")
    company: Change = Change(DEPARTMENTS, (*PEOPLE, HR_OF_SALES))
    async with opened.transaction() as connection:
        await register.save(connection, company)
        await connection.execute(OUTBOX.letters.delete())
    return opened


@pytest.fixture
def calendars() -> Calendars:
    """The company calendar of Shanghai."""
    return Calendars("Asia/Shanghai", OFFICIAL.edition)


@pytest.fixture
def activities(database: Database, calendars: Calendars) -> DirectoryActivitiesImpl:
    """The activities."""
    return DirectoryActivitiesImpl(database, calendars, OFFICIAL)


@pytest.fixture
async def client(database: Database, calendars: Calendars) -> AsyncIterator[Client]:
    """``client("hr1")`` is the API as hr1 calls it; ``ops`` is a configured administrator."""
    organisation = CurrentOrganisation(database, age=60)
    app = directory_app(
        database,
        organisation,
        calendars,
        OFFICIAL,
        authenticator=Authenticator(Names(), organisation.get, ["ops"]),
        checks={},
    )
    opened: list[httpx2.AsyncClient] = []

    def as_person(name: str) -> httpx2.AsyncClient:
        opened.append(
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app=app),
                base_url="http://directory/v1",
                headers={"Authorization": f"Bearer {name}", "Accept-Language": "en"},
            )
        )
        return opened[-1]

    yield as_person
    for one in opened:
        await one.aclose()


@pytest.fixture
def told(database: Database) -> Told:
    """What the outbox holds, as subject and data, oldest first."""

    async def read() -> list[tuple[str, dict[str, Any]]]:
        chosen = select(OUTBOX.letters).order_by(OUTBOX.letters.c.sequence)
        async with database.transaction() as connection:
            rows = (await connection.execute(chosen)).all()
        return [(row.subject, row.body["data"]) for row in rows]

    return read


def facts(of: Person | Department, **changes: Any) -> dict[str, Any]:
    """The body of a PUT that says what is known of somebody or something, with changes."""
    return of.model_dump(mode="json", exclude={"id", "version"}) | changes
