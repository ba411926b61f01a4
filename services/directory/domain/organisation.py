"""The rules of the organisation: references that hold, a tree without cycles, periods the right way round."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from services.directory.domain.problems import (
    Path,
    Problem,
    duplicate_id,
    reversed_period,
    tree_cycle,
    unknown_department,
    unknown_person,
)
from shared.contracts.organisation import Department, Person

Entry = TypeVar("Entry", Department, Person)


@dataclass(frozen=True)
class Unread:
    """An entry that could not be read; its id, where that could, still counts as known."""

    id: str | None = None


@dataclass(frozen=True)
class Wanted:
    """Departments and people as somebody wants them; those not named stay as they are."""

    departments: Sequence[Department | Unread] = ()
    people: Sequence[Person | Unread] = ()


@dataclass(frozen=True)
class Change:
    """What really changes, with the versions it will have."""

    departments: tuple[Department, ...] = ()
    people: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Register:
    """Every department and everybody, by id, as the directory has them."""

    departments: Mapping[str, Department] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)

    def after(self, change: Change) -> "Register":
        """The register once ``change`` is made."""
        return Register(
            departments={**self.departments} | {entry.id: entry for entry in change.departments},
            people={**self.people} | {entry.id: entry for entry in change.people},
        )


@dataclass(frozen=True)
class _Known:
    """The ids that references may name."""

    departments: frozenset[str]
    people: frozenset[str]


def problems(before: Register, wanted: Wanted) -> tuple[Problem, ...]:
    """Everything that is wrong with ``wanted``, all at once; nothing when it may be done."""
    known = _Known(
        frozenset(before.departments) | _ids(wanted.departments),
        frozenset(before.people) | _ids(wanted.people),
    )
    found = [*_duplicates("departments", wanted.departments), *_duplicates("people", wanted.people)]
    for index, department in enumerate(wanted.departments):
        if isinstance(department, Department):
            found += _department_references(("departments", index), department, known)
    for index, person in enumerate(wanted.people):
        if isinstance(person, Person):
            found += _person_problems(("people", index), person, known)
    found += _cycles(before.departments, wanted.departments)
    return tuple(found)


def _ids(entries: Iterable[Department | Person | Unread]) -> frozenset[str]:
    return frozenset(entry.id for entry in entries if entry.id is not None)


def revised(before: Register, wanted: Wanted) -> Change:
    """What of ``wanted`` differs from what is known, each with its next version."""
    departments = [entry for entry in wanted.departments if isinstance(entry, Department)]
    people = [entry for entry in wanted.people if isinstance(entry, Person)]
    return Change(
        departments=tuple(_newer(before.departments, departments)),
        people=tuple(_newer(before.people, people)),
    )


def _newer(known: Mapping[str, Entry], wanted: Iterable[Entry]) -> Iterable[Entry]:
    for entry in wanted:
        current = known.get(entry.id)
        version = current.version if current else 0
        if current is None or entry.model_copy(update={"version": version}) != current:
            yield entry.model_copy(update={"version": version + 1})


def _duplicates(kind: str, entries: Sequence[Department | Person | Unread]) -> Iterable[Problem]:
    first: dict[str, int] = {}
    for index, entry in enumerate(entries):
        if entry.id is None:
            continue
        if entry.id in first:
            yield duplicate_id((kind, index, "id"), first[entry.id])
        first.setdefault(entry.id, index)


def _department_references(path: Path, department: Department, known: _Known) -> Iterable[Problem]:
    if department.parent is not None and department.parent not in known.departments:
        yield unknown_department((*path, "parent"))
    if department.manager is not None and department.manager not in known.people:
        yield unknown_person((*path, "manager"))
    if department.leader is not None and department.leader not in known.people:
        yield unknown_person((*path, "leader"))


def _person_problems(path: Path, person: Person, known: _Known) -> Iterable[Problem]:
    if person.department not in known.departments:
        yield unknown_department((*path, "department"))
    for nth, grant in enumerate(person.roles):
        for place, department in enumerate(grant.departments):
            if department not in known.departments:
                yield unknown_department((*path, "roles", nth, "departments", place))
    if person.joined and person.left and person.left < person.joined:
        yield reversed_period((*path, "left"))


def _cycles(before: Mapping[str, Department], wanted: Sequence[Department | Unread]) -> Iterable[Problem]:
    # A cycle is told once, at the first changed department that lies on it: what was stored had none.
    changed = {index: entry for index, entry in enumerate(wanted) if isinstance(entry, Department)}
    tree = {**before} | {entry.id: entry for entry in changed.values()}
    told: set[str] = set()
    for index, department in changed.items():
        walk = cycle_through(department.id, tree)
        if walk and told.isdisjoint(walk):
            told.update(walk)
            yield tree_cycle(("departments", index, "parent"), walk)


def cycle_through(start: str, tree: Mapping[str, Department]) -> tuple[str, ...]:
    """The way up from ``start`` back to ``start``, both named; empty when it does not come back."""
    walk = [start]
    above = tree[start].parent
    while above is not None and above in tree:
        if above == start:
            return (*walk, start)
        if above in walk:
            return ()
        walk.append(above)
        above = tree[above].parent
    return ()


def below(departments: Mapping[str, Department], top: str) -> frozenset[str]:
    """``top`` and every department under it."""
    found = {top}
    while True:
        more = {d.id for d in departments.values() if d.parent in found} - found
        if not more:
            return frozenset(found)
        found |= more
