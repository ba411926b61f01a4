"""The organisation in a company's files, with the directory's own rules applied to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

from monthline.company.organisation import (
    ABSENCES,
    DELEGATIONS,
    DEPARTMENTS,
    PEOPLE,
    absence,
    delegation,
    department,
    person,
)
from monthline.company.problems import DUPLICATE, UNKNOWN, Path, Problem, Source
from monthline.company.sheets import Sheet, check_unique, read_required_sheet, read_sheet
from services.directory.domain import delegations as delegation_rules
from services.directory.domain import organisation as rules
from services.directory.domain.problems import Problem as Broken
from shared.contracts.organisation import Absence, Delegation, Department, Person
from shared.contracts.values import Text
from shared.locale.catalogue import sentence
from shared.org.organisation import Organisation


@dataclass(frozen=True)
class Structure:
    """Departments, people, delegations and absences as their files have them."""

    departments: Sheet[Department] = field(default_factory=Sheet)
    people: Sheet[Person] = field(default_factory=Sheet)
    delegations: Sheet[Delegation] = field(default_factory=Sheet)
    absences: Sheet[Absence] = field(default_factory=Sheet)

    @cached_property
    def organisation(self) -> Organisation:
        """The same, ready to be asked who leads whom; on which day is for whoever asks to say."""
        return Organisation(
            self.people.values,
            self.departments.values,
            self.delegations.values,
            self.absences.values,
            today=None,
        )


def read_structure(files: Mapping[str, bytes], zone: str, found: list[Problem]) -> Structure:
    """The organisation; everything that is wrong with it is added to ``found``."""
    read = Structure(
        read_required_sheet("departments.csv", files, DEPARTMENTS, department, found),
        read_required_sheet("people.csv", files, PEOPLE, partial(person, zone=zone), found),
        read_sheet("delegations.csv", files, DELEGATIONS, partial(delegation, zone=zone), found),
        read_sheet("absences.csv", files, ABSENCES, absence, found),
    )
    for rows in (read.departments.rows, read.people.rows, read.delegations.rows, read.absences.rows):
        check_unique(rows, "id", found=found)
    if read.departments.readable and read.people.readable:
        found += _organisation_problems(read)
        found += _delegation_problems(read)
        found += _absence_problems(read)
    return read


def _organisation_problems(read: Structure) -> Iterator[Problem]:
    departments, people = read.departments, read.people
    wanted = rules.Wanted(
        departments=[value or rules.Unread(row.cells.get("id")) for row, value in departments.lines],
        people=[value or rules.Unread(row.cells.get("id")) for row, value in people.lines],
    )
    rows = {"departments": departments.rows, "people": people.rows}
    for broken in rules.problems(rules.Register(), wanted):
        kind, index, *path = broken.path
        if broken.code != DUPLICATE:
            yield _told(broken, rows[str(kind)][int(index)], tuple(path))


def _delegation_problems(read: Structure) -> Iterator[Problem]:
    register, given = _register(read), list[Delegation]()
    for row, wanted in read.delegations.entries:
        for broken in delegation_rules.problems(register, given, wanted):
            yield _told(broken, row, broken.path)
        given.append(wanted)


def _absence_problems(read: Structure) -> Iterator[Problem]:
    register = _register(read)
    for row, entry in read.absences.entries:
        for broken in delegation_rules.absence_problems(register, entry):
            yield _told(broken, row, broken.path)


def _register(read: Structure) -> rules.Register:
    """Everybody by id; a row that is wrong elsewhere still counts, so that it is told of once."""
    unsaid = Text(zh="?", en="?")
    departments = {name: Department.model_construct(id=name, name=unsaid) for name in read.departments.named}
    people = {
        name: Person.model_construct(id=name, name=unsaid, email="", department="")
        for name in read.people.named
    }
    return rules.Register(
        departments | {each.id: each for each in read.departments.values},
        people | {each.id: each for each in read.people.values},
    )


def _told(broken: Broken, source: Source, path: Path) -> Problem:
    said = source.text(path) if broken.code == UNKNOWN else ""
    if said:
        named = sentence(f"company.unknown.{broken.what}", name=said)
        return Problem(source.place(path), broken.code, named)
    return Problem(source.place(path), broken.code, sentence(broken.text, **broken.parameters))
