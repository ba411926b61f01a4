"""Which months may be opened, and who may be named as joining late."""

from collections.abc import Sequence
from datetime import date

from shared.contracts.values import Month
from shared.org.organisation import Organisation

MONTHS_AHEAD = 12
"""How far ahead a month can be opened: later years have no published calendar."""

Problem = dict[str, str]
"""What is wrong: path, code and message."""


def month_problems(month: Month, today: date) -> list[Problem]:
    """Why ``month`` cannot be opened on ``today``.

    A month that has ended would be late in every step and end as missing, whoever is to write in it.
    """
    ahead = (int(month[:4]) - today.year) * 12 + int(month[5:]) - today.month
    if ahead > MONTHS_AHEAD:
        return [_problem("month", "too_far", f"a month can be opened at most {MONTHS_AHEAD} months ahead")]
    if ahead < 0:
        return [_problem("month", "past", "this month has ended; open the current one or a later one")]
    return []


def people_problems(organisation: Organisation, month: Month, people: Sequence[str]) -> list[Problem]:
    """Who of the people named writes no plan in ``month``; those whom nobody knows are left out."""
    known = [(index, organisation.person(person)) for index, person in enumerate(people)]
    message = "writes no plan in this month: not a manager, or not working here in it"
    return [
        _problem(f"people[{index}]", "no_planner", message)
        for index, person in known
        if person is not None and not person.plans_in(month)
    ]


def _problem(path: str, code: str, message: str) -> Problem:
    return {"path": path, "code": code, "message": message}
