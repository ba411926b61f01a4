"""Who writes a plan for a month."""

from collections.abc import Iterable

from shared.contracts.directory import ListPlanners, Planner, Planners
from shared.contracts.organisation import Person


def page(people: Iterable[Person], request: ListPlanners) -> Planners:
    """The page of planners that ``request`` asks for, by person id."""
    named = frozenset(request.people)
    every = sorted(
        (p for p in people if p.plans_in(request.month) and (not named or p.id in named)),
        key=lambda p: p.id,
    )
    wanted = [p for p in every if p.id > request.after][: request.limit]
    return Planners(
        planners=tuple(Planner(person=p.id, department=p.department, zone=p.zone) for p in wanted),
        total=len(every),
    )
