"""How departments.csv, people.csv, delegations.csv and absences.csv become people and departments."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from monthline.company.problems import INVALID, Problem
from monthline.company.tables import Columns, Row, iso_day, parts
from monthline.company.wording import build
from shared.contracts.organisation import Absence, Delegation, Department, Person
from shared.locale.catalogue import sentence

DEPARTMENTS = Columns(("id", "name_zh", "name_en"), ("parent", "manager", "leader"))
PEOPLE = Columns(
    ("id", "name_zh", "name_en", "email", "department"), ("roles", "language", "zone", "joined", "left")
)
DELEGATIONS = Columns(("id", "giver", "taker", "start", "end"), ("steps", "departments"))
ABSENCES = Columns(("id", "person", "first", "last"))

_GRANT = re.compile(r"^(\w+)(?:\s*\(([^()]*)\))?$")
_EXAMPLE = "manager;hr_reviewer(sales|rd)"
_HALF_WIDTH = str.maketrans("（）｜", "()|")


T = TypeVar("T")


def department(row: Row, found: list[Problem]) -> Department | None:
    """One row of departments.csv."""
    fields = row.fields("id", "parent", "manager", "leader") | row.both("name")
    return build(Department, fields, row, found)


def person(row: Row, found: list[Problem], zone: str) -> Person | None:
    """One row of people.csv; who names no zone lives in the company's."""
    fields = row.fields("id", "email", "department", "language", "zone") | row.both("name")
    fields |= row.day("joined") | row.day("left") | {"roles": _grants(row, found)}
    return build(Person, {"zone": zone} | fields, row, found)


def delegation(row: Row, found: list[Problem], zone: str) -> Delegation | None:
    """One row of delegations.csv; a time without offset is the company's, a day alone is the whole day."""
    fields = row.fields("id", "giver", "taker") | {
        "steps": row.many("steps"),
        "departments": row.many("departments"),
    }
    if "start" in row.cells:
        fields["start"] = _instant(row.cells["start"], ZoneInfo(zone), days_later=0)
    if "end" in row.cells:
        fields["end"] = _instant(row.cells["end"], ZoneInfo(zone), days_later=1)
    return build(Delegation, fields, row, found)


def absence(row: Row, found: list[Problem]) -> Absence | None:
    """One row of absences.csv."""
    fields = row.fields("id", "person") | row.day("first") | row.day("last")
    return build(Absence, fields, row, found)


def _grants(row: Row, found: list[Problem]) -> list[dict[str, object]]:
    """``manager;hr_reviewer(sales|rd)`` as grants; a role without brackets is held everywhere."""
    grants: list[dict[str, object]] = []
    for part in parts(row.cells.get("roles", "").translate(_HALF_WIDTH)):
        match = _GRANT.match(part)
        if match is None:
            found.append(Problem(row.place(("roles",)), INVALID, sentence("company.roles", example=_EXAMPLE)))
            continue
        role, scope = match.groups()
        named = [] if scope is None else [each.strip() for each in scope.split("|")]
        grants.append({"role": role, "departments": named})
    return grants


def _instant(cell: str, zone: ZoneInfo, days_later: int) -> str:
    """The cell as an instant with its offset; what is none is left for the contract to refuse."""
    written = _attempt(date.fromisoformat, iso_day(cell))
    if written is not None:
        return datetime.combine(written + timedelta(days=days_later), time(0), zone).isoformat()
    moment = _attempt(datetime.fromisoformat, cell)
    if moment is None:
        return f"no instant: {cell}"
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


def _attempt(parse: Callable[[str], T], text: str) -> T | None:
    try:
        return parse(text)
    except ValueError:
        return None
