"""Questions about people and departments, answered from one consistent set of facts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from shared.contracts.organisation import Absence, Delegation, Department, Person
from shared.contracts.words import Milestone, Role

LONGEST_CHAIN = 2


@dataclass(frozen=True)
class Deputy:
    """Somebody who may act for ``on_behalf_of`` by delegation."""

    person: str
    on_behalf_of: str


class Organisation:
    """An immutable picture of the organisation; unknown people hold no role and lead nothing.

    ``today`` tells who has left; whoever has a last day is taken as gone when it is None.
    """

    def __init__(
        self,
        people: Iterable[Person] = (),
        departments: Iterable[Department] = (),
        delegations: Iterable[Delegation] = (),
        absences: Iterable[Absence] = (),
        *,
        today: date | None,
    ) -> None:
        self.today = today
        self.people = {person.id: person for person in people}
        self.departments = {department.id: department for department in departments}
        self.delegations = tuple(entry for entry in delegations if not entry.revoked)
        self.absences = tuple(entry for entry in absences if not entry.revoked)

    def on(self, today: date) -> "Organisation":
        """The same organisation, asked on another day."""
        return Organisation(
            self.people.values(), self.departments.values(), self.delegations, self.absences, today=today
        )

    def person(self, person_id: str) -> Person | None:
        """The person with this id."""
        return self.people.get(person_id)

    def department(self, department_id: str) -> Department | None:
        """The department with this id."""
        return self.departments.get(department_id)

    def chain(self, department_id: str | None) -> Iterator[Department]:
        """The department and those above it, up to the root."""
        seen: set[str] = set()
        while department_id is not None and department_id not in seen:
            seen.add(department_id)
            department = self.departments.get(department_id)
            if department is None:
                return
            yield department
            department_id = department.parent

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = {}
        for department in self.departments.values():
            if department.parent is not None:
                children.setdefault(department.parent, []).append(department.id)
        return children

    def below(self, department_id: str) -> frozenset[str]:
        """The department and all that lie below it."""
        found: set[str] = set()
        waiting = [department_id]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting.extend(self._children.get(current, ()))
        return frozenset(found)

    def active(self, person_id: str, day: date | None = None) -> bool:
        """Whether the person is known and has not left by ``day`` (by today, when none is given)."""
        person = self.people.get(person_id)
        if person is None:
            return False
        reference = day or self.today
        return person.left is None or (reference is not None and reference <= person.left)

    def has_role(self, person_id: str, role: Role, department_id: str | None = None) -> bool:
        """Whether the person holds ``role``, for ``department_id`` when one is named."""
        person = self.people.get(person_id)
        if person is None:
            return False
        above = {department.id for department in self.chain(department_id)} | {department_id}
        return any(
            grant.role is role
            and (department_id is None or not grant.departments or above & set(grant.departments))
            for grant in person.roles
        )

    def holders(self, role: Role, department_id: str, without: str = "") -> tuple[str, ...]:
        """Who holds ``role`` for the department, except ``without``, in the order of their ids."""
        return tuple(
            person_id
            for person_id in sorted(self.people)
            if person_id != without
            and self.active(person_id)
            and self.has_role(person_id, role, department_id)
        )

    def hr_for(self, department_id: str, exclude: str = "") -> tuple[str, ...]:
        """The HR reviewers in whose scope the department lies."""
        return self.holders(Role.HR, department_id, exclude)

    def executives(self, department_id: str, exclude: str = "") -> tuple[str, ...]:
        """The executives above the department."""
        return self.holders(Role.EXECUTIVE, department_id, exclude)

    def leader_above(self, person_id: str, department_id: str) -> str | None:
        """Who answers for the person's plan: the department's leader, never the person themself.

        When that is the person, the step goes to the leader of the next department up, at last to an
        executive; None when nobody is left.
        """
        for department in self.chain(department_id):
            if department.leader and department.leader != person_id and self.active(department.leader):
                return department.leader
        executives = self.executives(department_id, exclude=person_id)
        return executives[0] if executives else None

    def superior(self, person_id: str) -> str | None:
        """Who stands above a person: their department's manager or leader, whoever is next up."""
        person = self.people.get(person_id)
        if person is None:
            return None
        for department in self.chain(person.department):
            if person_id == department.leader:
                continue
            manager = department.manager if department.id == person.department else None
            if manager and manager != person_id and self.active(manager):
                return manager
            if department.leader and self.active(department.leader):
                return department.leader
        executives = self.executives(person.department, exclude=person_id)
        return executives[0] if executives else None

    def deputies(
        self, giver: str, at: datetime, step: Milestone, department_id: str, without: str = ""
    ) -> tuple[Deputy, ...]:
        """Who may act for ``giver`` at this instant in this step, through at most two delegations.

        ``without`` is left out, and with them all that only they could pass on: the author of a plan. So
        is whoever may not stand in.
        """
        found: dict[str, Deputy] = {}
        front = [giver]
        for _ in range(LONGEST_CHAIN):
            front = [
                taker
                for current in front
                for taker in self._takers(current, at, step, department_id)
                if taker not in (giver, without) and taker not in found
            ]
            found.update((taker, Deputy(taker, giver)) for taker in front)
        return tuple(found.values())

    def _takers(self, giver: str, at: datetime, step: Milestone, department_id: str) -> Iterator[str]:
        above = {department.id for department in self.chain(department_id)}
        for entry in self.delegations:
            taker = self.people.get(entry.taker)
            if (
                entry.giver == giver
                and taker is not None
                and taker.may_stand_in
                and entry.start <= at < entry.end
                and (not entry.steps or step in entry.steps)
                and (not entry.departments or above & set(entry.departments))
                and self.active(entry.taker)
            ):
                yield entry.taker

    def absent(self, person_id: str, day: date) -> bool:
        """Whether the person is away on ``day``."""
        return any(entry.person == person_id and entry.first <= day <= entry.last for entry in self.absences)
