"""Which months can be opened, for whom, and under which id."""

from datetime import date

import pytest

from services.plans.domain.opening import month_problems, people_problems
from shared.contracts.ids import open_month_workflow_id
from shared.contracts.organisation import Person, RoleGrant
from shared.contracts.values import Text
from shared.contracts.words import Role
from shared.org.organisation import Organisation

TODAY = date(2026, 3, 15)


def manager(id: str, **facts: object) -> Person:
    """A manager."""
    given = {"name": Text(zh=id, en=id), "email": f"{id}@example.com", "department": "sales"}
    return Person.model_validate({**given, "id": id, "roles": (RoleGrant(role=Role.MANAGER),), **facts})


@pytest.mark.parametrize(
    ("month", "code"),
    [
        ("2022-03", "past"),
        ("2026-02", "past"),
        ("2026-03", None),
        ("2027-03", None),
        ("2027-04", "too_far"),
    ],
)
def test_a_month_is_opened_from_the_current_one_to_a_year_ahead(month: str, code: str | None) -> None:
    assert [found["code"] for found in month_problems(month, TODAY)] == ([code] if code else [])


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({}, False),
        ({"roles": (RoleGrant(role=Role.HR),)}, True),
        ({"left": date(2026, 2, 28)}, True),
        ({"left": date(2026, 3, 1)}, False),
        ({"joined": date(2026, 4, 1)}, True),
    ],
)
def test_who_writes_no_plan_in_the_month_cannot_join_it_late(facts: dict[str, object], refused: bool) -> None:
    organisation = Organisation([manager("p001", **facts)], [], today=None)
    found = people_problems(organisation, "2026-03", ["p001"])
    assert [one["path"] for one in found] == (["people[0]"] if refused else [])


def test_two_sets_of_late_joiners_never_share_an_opening() -> None:
    people = tuple(f"p{number:03}" for number in range(20))
    everybody = open_month_workflow_id("acme", "2026-03")
    ids = {open_month_workflow_id("acme", "2026-03", people[:count]) for count in range(1, 21)}
    assert len(ids | {everybody}) == 21
    assert open_month_workflow_id("acme", "2026-03", people[::-1]) in ids
