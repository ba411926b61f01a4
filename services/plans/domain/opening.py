"""Which months may be opened, and who may be named as joining late."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.contracts.refusals import field_error
from shared.contracts.values import Month
from shared.org.organisation import Organisation

MONTHS_AHEAD = 12
"""How far ahead a month can be opened: later years have no published calendar."""

Problem = dict[str, Any]
"""What is wrong, as a field error."""


def month_problems(month: Month, today: date) -> list[Problem]:
    """Why ``month`` cannot be opened on ``today``.

    A month that has ended would be late in every step and end as missing, whoever is to write in it.
    """
    ahead = (int(month[:4]) - today.year) * 12 + int(month[5:]) - today.month
    if ahead > MONTHS_AHEAD:
        return [field_error("month", "too_far", "field.opening.too_far", months=MONTHS_AHEAD)]
    if ahead < 0:
        return [field_error("month", "past", "field.opening.past")]
    return []


def people_problems(organisation: Organisation, month: Month, people: Sequence[str]) -> list[Problem]:
    """Who of the people named writes no plan in ``month``; those whom nobody knows are left out."""
    known = [(index, organisation.person(person)) for index, person in enumerate(people)]
    return [
        field_error(f"people[{index}]", "no_planner", "field.opening.no_planner")
        for index, person in known
        if person is not None and not person.plans_in(month)
    ]
