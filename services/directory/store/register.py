"""People and departments in the database: read, listed and changed, every change with its event."""

from sqlalchemy import func, select

from services.directory.domain.organisation import Change, Register
from services.directory.store.rows import read, write
from services.directory.store.tables import OUTBOX, departments, people
from shared.contracts.events import DepartmentChanged, PersonChanged
from shared.contracts.organisation import Department, Person
from shared.store.db import Connection

WRITERS = 7_246_602
"""The advisory lock of those who change the organisation: its rules span many rows."""


async def load(connection: Connection) -> Register:
    """Every department and everybody."""
    every_department = await read(connection, select(departments), Department)
    everybody = await read(connection, select(people), Person)
    return Register({d.id: d for d in every_department}, {p.id: p for p in everybody})


async def load_to_change(connection: Connection) -> Register:
    """The same, with all other writers waiting until this transaction ends."""
    await connection.execute(select(func.pg_advisory_xact_lock(WRITERS)))
    return await load(connection)


async def save(connection: Connection, change: Change) -> None:
    """Write what has changed, and tell it."""
    if change.departments:
        await write(connection, departments, change.departments)
    if change.people:
        await write(connection, people, change.people)
    await OUTBOX.tell(
        connection,
        *(DepartmentChanged(department=department) for department in change.departments),
        *(PersonChanged(person=person) for person in change.people),
    )


async def everybody(connection: Connection) -> list[Person]:
    """Everybody whom the directory knows, also those who have left."""
    return await read(connection, select(people), Person)


async def person(connection: Connection, person_id: str) -> Person | None:
    """One person; None when unknown."""
    found = await read(connection, select(people).where(people.c.id == person_id), Person)
    return found[0] if found else None


async def department(connection: Connection, department_id: str) -> Department | None:
    """One department; None when unknown."""
    chosen = select(departments).where(departments.c.id == department_id)
    found = await read(connection, chosen, Department)
    return found[0] if found else None


async def page_of_people(
    connection: Connection, *, after: str, limit: int, of_department: str | None = None
) -> list[Person]:
    """People in the order of their ids, from the one after ``after``."""
    chosen = select(people).where(people.c.id > after).order_by(people.c.id).limit(limit)
    if of_department is not None:
        chosen = chosen.where(people.c.department == of_department)
    return await read(connection, chosen, Person)


async def page_of_departments(connection: Connection, *, after: str, limit: int) -> list[Department]:
    """Departments in the order of their ids, from the one after ``after``."""
    chosen = select(departments).where(departments.c.id > after).order_by(departments.c.id).limit(limit)
    return await read(connection, chosen, Department)
