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
        en = f"a month can be opened at most {MONTHS_AHEAD} months ahead"
        return [field_error("month", "too_far", zh=f"最多提前 {MONTHS_AHEAD} 个月开启", en=en)]
    if ahead < 0:
        en = "this month has ended; open the current one or a later one"
        return [field_error("month", "past", zh="该月已结束；请开启本月或以后的月份", en=en)]
    return []


def people_problems(organisation: Organisation, month: Month, people: Sequence[str]) -> list[Problem]:
    """Who of the people named writes no plan in ``month``; those whom nobody knows are left out."""
    known = [(index, organisation.person(person)) for index, person in enumerate(people)]
    zh = "该月不写计划：不是部门经理，或该月不在职"
    en = "writes no plan in this month: not a manager, or not working here in it"
    return [
        field_error(f"people[{index}]", "no_planner", zh=zh, en=en)
        for index, person in known
        if person is not None and not person.plans_in(month)
    ]
