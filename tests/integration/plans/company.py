"""A small company for the plan service's tests, and what the service has told about it."""

from datetime import date
from typing import Any

from sqlalchemy import Table, func, select

from services.plans.store import templates
from services.plans.store.tables import ORG, OUTBOX
from shared.contracts.events import AbsenceChanged, DepartmentChanged, Event, PersonChanged
from shared.contracts.organisation import Absence, Department, Person, RoleGrant
from shared.contracts.values import Text
from shared.contracts.words import Role
from shared.store.db import Database
from tests.unit.services.plans.build import blocked_by, category, template

SEVERITIES = blocked_by("share.total", "share.category_min", "items.unknown_category")
SALES_TEMPLATE = template(severities=SEVERITIES)
COMPANY_TEMPLATE = template(
    [category("core"), category("routine")], department="company", severities=SEVERITIES
)


def text(word: str) -> Text:
    """A text that reads the same in both languages."""
    return Text(zh=word, en=word)


def person(id: str, department: str, *grants: Role | RoleGrant) -> Person:
    """A person; a bare role is held for every department."""
    roles = tuple(RoleGrant(role=grant) if isinstance(grant, Role) else grant for grant in grants)
    return Person(
        id=id, name=text(id), email=f"{id}@example.com", department=department, roles=roles, version=1
    )


DEPARTMENTS = (
    Department(id="company", name=text("company"), leader="ceo", version=1),
    Department(id="sales", name=text("sales"), parent="company", leader="boss1", version=1),
    Department(id="east", name=text("east"), parent="sales", manager="p017", version=1),
    Department(id="lab", name=text("lab"), parent="company", manager="p018", version=1),
)
PEOPLE = (
    person("p017", "east", Role.MANAGER),
    person("p018", "lab", Role.MANAGER),
    person("p019", "lab", Role.MANAGER),
    person("boss1", "sales", Role.LEADER),
    person("ceo", "company", Role.EXECUTIVE),
    person("hr1", "company", RoleGrant(role=Role.HR, departments=("sales",))),
    person("hr2", "company", Role.HR, Role.MANAGER),
    person("auditor", "company", Role.AUDITOR),
)


async def settle_in(database: Database) -> None:
    """Let the service know the company, and publish a template for all and one for sales."""
    async with database.transaction() as connection:
        for department in DEPARTMENTS:
            await ORG.keep(connection, DepartmentChanged(department=department))
        for one in PEOPLE:
            await ORG.keep(connection, PersonChanged(person=one))
        await templates.publish(connection, COMPANY_TEMPLATE, "hr2")
        await templates.publish(connection, SALES_TEMPLATE, "hr2")


async def away(database: Database, who: str, day: date) -> None:
    """Let somebody be absent on a day."""
    absence = Absence(id=f"{who}-{day}", person=who, first=day, last=day, version=1)
    async with database.transaction() as connection:
        await ORG.keep(connection, AbsenceChanged(absence=absence))


async def told(database: Database, kind: type[Event]) -> list[dict[str, Any]]:
    """The data of every event of a kind in the outbox, oldest first."""
    letters = OUTBOX.letters
    query = select(letters.c.body).where(letters.c.subject == kind.subject()).order_by(letters.c.sequence)
    async with database.transaction() as connection:
        return [row.body["data"] for row in await connection.execute(query)]


async def count(database: Database, table: Table) -> int:
    """How many rows a table has."""
    async with database.transaction() as connection:
        number: int = (await connection.execute(select(func.count()).select_from(table))).scalar_one()
    return number
