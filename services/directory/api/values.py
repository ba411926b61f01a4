"""The bodies that the directory's API takes and gives, where they differ from the contracts' values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from services.directory.domain.calendar import CompanyDay
from services.directory.domain.organisation import Unread, Wanted
from shared.contracts.calendar import WorkingDays
from shared.contracts.organisation import (
    AbsenceFacts,
    DelegationFacts,
    Department,
    DepartmentFacts,
    Email,
    Person,
    PersonFacts,
    RoleGrant,
    Zone,
)
from shared.contracts.values import Code, Text, Value
from shared.contracts.words import Language
from shared.web.http import invalid

LONGEST_LIST = 5000


class PersonView(Value):
    """A person as others see them; ``email`` is null for those who need not know it."""

    id: Code
    name: Text
    email: Email | None
    department: Code
    roles: tuple[RoleGrant, ...]
    language: Language
    zone: Zone
    joined: date | None
    left: date | None
    version: int


class Me(Value):
    """The caller: who the token is, their roles, the departments they head and those they see.

    ``sees`` is null when they see every department. ``admin`` says whether they may configure.
    """

    id: str
    name: Text | None
    department: Code | None
    language: Language | None
    zone: Zone | None
    roles: tuple[RoleGrant, ...]
    heads: tuple[Code, ...]
    sees: tuple[Code, ...] | None
    admin: bool


class DelegationBody(DelegationFacts):
    """A delegation to be given; with an ``id`` of the sender's choice it can be sent again safely."""

    id: Code | None = None


class AbsenceBody(AbsenceFacts):
    """An absence to be entered; with an ``id`` of the sender's choice it can be sent again safely."""

    id: Code | None = None


class CalendarView(WorkingDays):
    """The working days of a span, with what the company has decided in it."""

    company_days: tuple[CompanyDay, ...]
    released_years: tuple[int, ...]


class CompanyDayView(CompanyDay):
    """A day of the company, with the calendar's version that has it."""

    version: int


class ReleasedYear(Value):
    """A year whose days are official, with the calendar's version that has it."""

    year: int
    version: int


@dataclass(frozen=True)
class Unreadable(Unread):
    """An entry of an import that is not even well-formed, with what is wrong in it."""

    errors: tuple[dict[str, str], ...] = ()


def _or_unreadable(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    # One malformed entry must not hide what is wrong with the others.
    try:
        return read(value)
    except ValidationError as error:
        given = value.get("id") if isinstance(value, dict) else None
        return Unreadable(given if isinstance(given, str) else None, tuple(invalid(error.errors())))


class DepartmentEntry(DepartmentFacts):
    """One department of an import."""

    id: Code


class PersonEntry(PersonFacts):
    """One person of an import."""

    id: Code


class ImportBody(Value):
    """Departments and people in one go; those not named stay as they are."""

    departments: Annotated[
        tuple[Annotated[DepartmentEntry, WrapValidator(_or_unreadable)], ...],
        Field(max_length=LONGEST_LIST),
    ] = ()
    people: Annotated[
        tuple[Annotated[PersonEntry, WrapValidator(_or_unreadable)], ...], Field(max_length=LONGEST_LIST)
    ] = ()

    def wanted(self) -> Wanted:
        """The entries as the rules take them."""
        return Wanted(
            departments=tuple(map(_department_or_unread, self.departments)),
            people=tuple(map(_person_or_unread, self.people)),
        )


def _department_or_unread(entry: object) -> Department | Unread:
    return entry if isinstance(entry, Unread) else Department.model_validate(entry, from_attributes=True)


def _person_or_unread(entry: object) -> Person | Unread:
    return entry if isinstance(entry, Unread) else Person.model_validate(entry, from_attributes=True)


def unreadable(kind: str, entries: Sequence[object]) -> list[dict[str, str]]:
    """The errors of all malformed entries of a list, with their places."""
    return [
        {**error, "path": f"{kind}.{index}.{error['path']}".rstrip(".")}
        for index, entry in enumerate(entries)
        if isinstance(entry, Unreadable)
        for error in entry.errors
    ]


class Counts(Value):
    """How many entries were new, changed something, or changed nothing."""

    created: int
    changed: int
    unchanged: int


class Imported(Value):
    """What an import did, or with ``dry_run`` would have done."""

    departments: Counts
    people: Counts
    dry_run: bool
