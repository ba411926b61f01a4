"""Who writes a plan for a month."""

from collections.abc import Iterable
from datetime import date, timedelta

from shared.contracts.directory import ListPlanners, Planner, Planners
from shared.contracts.organisation import Person
from shared.contracts.words import Role


def first_and_last(month: str) -> tuple[date, date]:
    """The first and the last calendar day of ``YYYY-MM``."""
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def plans_in(person: Person, month: str) -> bool:
    """Whether ``person`` is a manager and works here on at least one day of ``month``.

    ``left`` is a person's last day.
    """
    first, last = first_and_last(month)
    if not any(grant.role is Role.MANAGER for grant in person.roles):
        return False
    arrived = person.joined is None or person.joined <= last
    return arrived and (person.left is None or person.left >= first)


def page(people: Iterable[Person], request: ListPlanners) -> Planners:
    """The page of planners that ``request`` asks for, by person id."""
    named = frozenset(request.people)
    every = sorted(
        (p for p in people if plans_in(p, request.month) and (not named or p.id in named)),
        key=lambda p: p.id,
    )
    wanted = [p for p in every if p.id > request.after][: request.limit]
    return Planners(
        planners=tuple(Planner(person=p.id, department=p.department, zone=p.zone) for p in wanted),
        total=len(every),
    )
