"""Values of the directory with defaults, for tests."""

from datetime import UTC, date, datetime

from services.directory.domain.organisation import Register
from shared.contracts.organisation import Absence, Delegation, Department, Person, RoleGrant
from shared.contracts.values import Text
from shared.contracts.words import Milestone, Role


def person(
    id: str,
    department: str = "sales",
    *roles: Role,
    joined: date | None = None,
    left: date | None = None,
    version: int = 0,
) -> Person:
    """A person of a department, with roles for every department."""
    return Person(
        id=id,
        name=Text(zh="王" + id, en="Wang " + id),
        email=f"{id}@example.com",
        department=department,
        roles=tuple(RoleGrant(role=role) for role in roles),
        joined=joined,
        left=left,
        version=version,
    )


def department(
    id: str,
    parent: str | None = None,
    *,
    manager: str | None = None,
    leader: str | None = None,
    version: int = 0,
) -> Department:
    """A department somewhere in the tree."""
    return Department(
        id=id,
        name=Text(zh="部门" + id, en="Department " + id),
        parent=parent,
        manager=manager,
        leader=leader,
        version=version,
    )


def register(*entries: Person | Department) -> Register:
    """A register of people and departments."""
    return Register(
        departments={entry.id: entry for entry in entries if isinstance(entry, Department)},
        people={entry.id: entry for entry in entries if isinstance(entry, Person)},
    )


def may(day: int, hour: int = 0) -> datetime:
    """An instant in May 2026."""
    return datetime(2026, 5, day, hour, tzinfo=UTC)


def delegation(
    giver: str,
    taker: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    id: str | None = None,
    steps: tuple[Milestone, ...] = (),
    departments: tuple[str, ...] = (),
    revoked: bool = False,
) -> Delegation:
    """A delegation through May 2026."""
    return Delegation(
        id=id or f"{giver}-{taker}",
        giver=giver,
        taker=taker,
        start=start or may(1),
        end=end or may(31),
        steps=steps,
        departments=departments,
        revoked=revoked,
    )


def absence(person: str, first: date = date(2026, 5, 1), last: date = date(2026, 5, 3)) -> Absence:
    """Some days away in May 2026."""
    return Absence(id="away", person=person, first=first, last=last)
