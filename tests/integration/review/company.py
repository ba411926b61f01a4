"""Ways to put a company into review's copy of the organisation, and to read what it told."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, func, select

from services.review.store.tables import ORG, OUTBOX
from shared.contracts.events import (
    AbsenceChanged,
    DelegationChanged,
    DepartmentChanged,
    Event,
    PersonChanged,
)
from shared.contracts.ids import PlanRef
from shared.contracts.review import OpenRound
from shared.contracts.words import Stage
from shared.org.organisation import Organisation
from shared.store.db import Database
from tests.unit.services.review.build import deadline, item, submission

Told = list[dict[str, Any]]


async def tell(database: Database, organisation: Organisation) -> None:
    """Let review know the organisation, as its reaction would."""
    facts: list[Event] = [
        *(PersonChanged(person=each) for each in organisation.people.values()),
        *(DepartmentChanged(department=each) for each in organisation.departments.values()),
        *(DelegationChanged(delegation=each) for each in organisation.delegations),
        *(AbsenceChanged(absence=each) for each in organisation.absences),
    ]
    async with database.transaction() as connection:
        for fact in facts:
            await ORG.keep(connection, fact)


async def told(database: Database, kind: type[Event]) -> Told:
    """The data of every event of a kind in review's outbox, oldest first."""
    letters = OUTBOX.letters
    query = select(letters.c.body).where(letters.c.subject == kind.subject()).order_by(letters.c.sequence)
    async with database.transaction() as connection:
        return [row.body["data"] for row in await connection.execute(query)]


async def count(database: Database, table: Table) -> int:
    """How many rows a table has."""
    async with database.transaction() as connection:
        number: int = (await connection.execute(select(func.count()).select_from(table))).scalar_one()
    return number


def noticed(events: Told) -> list[tuple[str, str]]:
    """Whom the events ask to be told, with which text."""
    return [(notice["recipient"], notice["name"]) for event in events for notice in event["notices"]]


def opening(
    stage: Stage = Stage.HR_REVIEW,
    version: int = 2,
    revision: int = 1,
    *,
    author: str = "author",
    month: str = "2026-03",
    department: str = "sales",
) -> OpenRound:
    """A round of a plan, the author's unless somebody else is named; each revision has another item."""
    plan = PlanRef(company="acme", month=month, person=author, department=department)
    frozen = submission(item(f"r{revision}"), revision=revision, plan=plan)
    return OpenRound(submission=frozen, stage=stage, plan_version=version, deadline=deadline(stage))


Databases = Callable[[str], Database]
