"""Who writes a plan for a month."""

from datetime import date

import pytest

from services.directory.domain.planners import page
from shared.contracts.directory import ListPlanners
from shared.contracts.organisation import first_and_last
from shared.contracts.words import Role
from tests.unit.services.directory.build import person


def test_a_manager_writes_a_plan() -> None:
    assert person("p1", "sales", Role.HR, Role.MANAGER).plans_in("2026-03")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MANAGER])
def test_nobody_without_the_role_of_a_manager_writes_a_plan(role: Role) -> None:
    assert not person("p1", "sales", role).plans_in("2026-03")


@pytest.mark.parametrize(
    ("joined", "left", "plans"),
    [
        (date(2026, 3, 31), None, True),
        (date(2026, 4, 1), None, False),
        (None, date(2026, 3, 1), True),
        (None, date(2026, 2, 28), False),
        (date(2026, 3, 10), date(2026, 3, 20), True),
        (date(2020, 1, 1), date(2030, 1, 1), True),
    ],
)
def test_who_works_here_on_one_day_of_the_month_writes_a_plan(
    joined: date | None, left: date | None, plans: bool
) -> None:
    assert person("p1", "sales", Role.MANAGER, joined=joined, left=left).plans_in("2026-03") is plans


@pytest.mark.parametrize(
    ("month", "last"), [("2026-02", 28), ("2024-02", 29), ("2026-12", 31), ("2026-04", 30)]
)
def test_a_month_ends_with_its_last_calendar_day(month: str, last: int) -> None:
    first, end = first_and_last(month)
    assert (first.day, end.day, end.month) == (1, last, first.month)


def test_planners_come_with_their_home_department_and_zone() -> None:
    far = person("p1", "rd", Role.MANAGER).model_copy(update={"zone": "Europe/Berlin"})
    (planner,) = page([far], ListPlanners(month="2026-03")).planners
    assert (planner.person, planner.department, planner.zone) == ("p1", "rd", "Europe/Berlin")


def test_only_those_named_are_listed_when_some_are_named() -> None:
    people = [person(id, "sales", Role.MANAGER) for id in ("p1", "p2", "p3")] + [person("p4")]
    found = page(people, ListPlanners(month="2026-03", people=("p2", "p4", "ghost")))
    assert ([planner.person for planner in found.planners], found.total) == (["p2"], 1)
