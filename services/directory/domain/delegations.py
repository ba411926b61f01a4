"""The rules of delegation (委托) and absence: who is named, for how long, and how far it is passed on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.directory.domain.organisation import Register, below
from services.directory.domain.problems import (
    Problem,
    delegation_chain,
    delegation_cycle,
    delegation_step,
    delegation_taker,
    delegation_to_self,
    reversed_period,
    unknown_department,
    unknown_person,
)
from shared.contracts.organisation import Absence, Delegation
from shared.contracts.words import Milestone

LONGEST_CHAIN = 2
"""How many delegations may follow one another (domain section 2; fixed)."""

DECIDED = frozenset(
    {
        Milestone.HR_REVIEW_DUE,
        Milestone.LEADER_REVIEW_DUE,
        Milestone.CONFIRMATION_DUE,
        Milestone.DISPUTE_ANSWER_DUE,
    }
)
"""The steps in which somebody decides about somebody else's plan: only these can be delegated."""


def problems(register: Register, given: Sequence[Delegation], wanted: Delegation) -> tuple[Problem, ...]:
    """Everything that is wrong with ``wanted``, beside the delegations already ``given``."""
    found = [*_own_problems(register, wanted)]
    return tuple(found or _passed_on(register, given, wanted))


def absence_problems(register: Register, absence: Absence) -> tuple[Problem, ...]:
    """Everything that is wrong with an absence."""
    found = []
    if absence.person not in register.people:
        found.append(unknown_person(("person",)))
    if absence.last < absence.first:
        found.append(reversed_period(("last",)))
    return tuple(found)


def _own_problems(register: Register, wanted: Delegation) -> Iterator[Problem]:
    if wanted.giver not in register.people:
        yield unknown_person(("giver",))
    if wanted.taker not in register.people:
        yield unknown_person(("taker",))
    elif not register.people[wanted.taker].may_stand_in:
        yield delegation_taker(("taker",))
    if wanted.giver == wanted.taker:
        yield delegation_to_self(("taker",))
    if wanted.end <= wanted.start:
        yield reversed_period(("end",))
    yield from _scope_problems(register, wanted)


def _scope_problems(register: Register, wanted: Delegation) -> Iterator[Problem]:
    for index, step in enumerate(wanted.steps):
        if step not in DECIDED:
            yield delegation_step(("steps", index))
    for index, department in enumerate(wanted.departments):
        if department not in register.departments:
            yield unknown_department(("departments", index))


@dataclass(frozen=True)
class _Reach:
    """When, in which steps and for which departments a delegation holds."""

    start: datetime
    end: datetime
    steps: frozenset[Milestone]
    departments: frozenset[str]

    def meet(self, other: "_Reach") -> "_Reach | None":
        """What both hold for; None when there is no such moment, step or department."""
        met = _Reach(
            max(self.start, other.start),
            min(self.end, other.end),
            self.steps & other.steps,
            self.departments & other.departments,
        )
        return met if met.start < met.end and met.steps and met.departments else None


@dataclass(frozen=True)
class _Chain:
    """Delegations that follow one another, as the people they pass, and what all of them hold for."""

    people: tuple[str, ...]
    reach: _Reach

    @property
    def closed(self) -> bool:
        """Whether it comes back to where it starts."""
        return self.people[0] == self.people[-1]

    def join(self, other: "_Chain") -> "_Chain | None":
        """Both, one after the other; None when they do not meet or pass somebody twice on the way."""
        met = self.reach.meet(other.reach)
        if met is None or self.closed or self.people[-1] != other.people[0]:
            return None
        people = (*self.people, *other.people[1:])
        once = len(set(people[1:])) == len(set(people[:-1])) == len(people) - 1
        return _Chain(people, met) if once else None


def _link(register: Register, entry: Delegation) -> _Chain:
    named = entry.departments or tuple(register.departments)
    departments = frozenset[str]().union(*(below(register.departments, name) for name in named))
    reach = _Reach(entry.start, entry.end, frozenset(entry.steps) or DECIDED, departments)
    return _Chain((entry.giver, entry.taker), reach)


def _passed_on(register: Register, given: Sequence[Delegation], wanted: Delegation) -> Iterator[Problem]:
    others = [_link(register, entry) for entry in given if not entry.revoked]
    chains = list(_chains_through(_link(register, wanted), others))
    closed = [chain.people for chain in chains if chain.closed]
    too_long = [chain.people for chain in chains if len(chain.people) - 1 > LONGEST_CHAIN]
    if closed:
        yield delegation_cycle(("taker",), min(closed, key=lambda walk: (walk[0] != wanted.giver, len(walk))))
    elif too_long:
        yield delegation_chain(("taker",), min(too_long, key=len), LONGEST_CHAIN)


def _chains_through(new: _Chain, others: Sequence[_Chain]) -> Iterator[_Chain]:
    for forwards in _grown(new, others, lambda chain, link: chain.join(link)):
        yield from _grown(forwards, others, lambda chain, link: link.join(chain))


def _grown(
    chain: _Chain, links: Sequence[_Chain], grow: Callable[[_Chain, _Chain], _Chain | None]
) -> Iterator[_Chain]:
    yield chain
    for link in links:
        if longer := grow(chain, link):
            yield from _grown(longer, links, grow)
