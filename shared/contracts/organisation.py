"""People, departments, delegations and absences by value, as the directory tells them."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, StringConstraints

from shared.contracts.values import Code, Month, Text, Value
from shared.contracts.words import NEVER_DECIDING, Language, Milestone, Role
from shared.contracts.zones import known_zone

Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(known_zone)]
"""An IANA zone name, such as ``Asia/Shanghai``."""


Email = Annotated[str, StringConstraints(pattern=r"^[^@\s<>,;\"]{1,64}@[A-Za-z0-9.-]{1,190}$")]
"""A mail address; names inside a company's own network (``name@mail``) are addresses too."""


class RoleGrant(Value):
    """A role, and the departments it is held for; none named means every department.

    A grant for a department covers the departments below it.
    """

    role: Role
    departments: tuple[Code, ...] = ()


class PersonFacts(Value):
    """What is said of a person."""

    name: Text
    email: Email
    department: Code
    roles: tuple[RoleGrant, ...] = ()
    language: Language = Language.ZH
    zone: Zone = "Asia/Shanghai"
    joined: date | None = None
    left: date | None = None

    @property
    def may_stand_in(self) -> bool:
        """Whether others may delegate decisions to them: not to whoever only reads, feeds or operates."""
        return not self.roles or any(grant.role not in NEVER_DECIDING for grant in self.roles)


class Person(PersonFacts):
    """One person; ``version`` counts the changes the directory has told."""

    id: Code
    version: int = 0

    def plans_in(self, month: Month) -> bool:
        """Whether they write a plan in ``month``: a manager who works here on at least one day of it.

        ``left`` is a person's last day.
        """
        first, last = first_and_last(month)
        if not any(grant.role is Role.MANAGER for grant in self.roles):
            return False
        arrived = self.joined is None or self.joined <= last
        return arrived and (self.left is None or self.left >= first)


def first_and_last(month: Month) -> tuple[date, date]:
    """The first and the last calendar day of ``YYYY-MM``."""
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


class DepartmentFacts(Value):
    """What is said of a department. ``manager`` heads it, ``leader`` (分管领导) answers for it."""

    name: Text
    parent: Code | None = None
    manager: Code | None = None
    leader: Code | None = None


class Department(DepartmentFacts):
    """One department of the tree."""

    id: Code
    version: int = 0


class DelegationFacts(Value):
    """``giver`` lets ``taker`` decide from ``start`` to ``end`` (instants, end excluded).

    No ``steps`` means every review step, no ``departments`` every department of the giver.
    """

    giver: Code
    taker: Code
    start: AwareDatetime
    end: AwareDatetime
    steps: tuple[Milestone, ...] = ()
    departments: tuple[Code, ...] = ()


class Delegation(DelegationFacts):
    """One delegation (委托)."""

    id: Code
    revoked: bool = False
    version: int = 0


class AbsenceFacts(Value):
    """Days, both included, on which nobody reminds ``person``."""

    person: Code
    first: date
    last: date


class Absence(AbsenceFacts):
    """One absence."""

    id: Code
    revoked: bool = False
    version: int = 0
