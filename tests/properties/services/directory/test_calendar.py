"""The working-day calendar: the facts of domain section 3, company days, and provisional years."""

from collections.abc import Iterable
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from services.directory.calendars import OfficialCalendar
from services.directory.domain.calendar import (
    CompanyCalendar,
    CompanyDay,
    cut,
    years_of,
)
from shared.contracts.calendar import WorkingDays

ZONE = "Asia/Shanghai"
FIRST, LAST = date(2025, 12, 1), date(2027, 12, 31)
days_of_the_span = st.dates(FIRST, LAST)


def company(
    days: Iterable[CompanyDay] = (), released: Iterable[int] = (), version: int = 1
) -> CompanyCalendar:
    return CompanyCalendar(version=version, zone=ZONE, days=tuple(days), released=frozenset(released))


def china(first: date = FIRST, last: date = LAST, calendar: CompanyCalendar | None = None) -> WorkingDays:
    return cut(calendar or company(), OfficialCalendar("CN").years(years_of(first, last)), first, last)


WHOLE = china()


@settings(max_examples=40)
@given(days_of_the_span, days_of_the_span)
def test_a_slice_says_of_each_day_what_any_other_slice_says(one: date, other: date) -> None:
    first, last = sorted((one, other))
    offset = (first - FIRST).days
    length = (last - first).days + 1
    assert china(first, last).days == WHOLE.days[offset : offset + length]


@settings(max_examples=40)
@given(st.dictionaries(days_of_the_span, st.booleans(), max_size=8))
def test_company_days_win_and_all_other_days_stay_official(own: dict[date, bool]) -> None:
    calendar = company(CompanyDay(day=day, working=working) for day, working in own.items())
    expected = list(WHOLE.days)
    for day, working in own.items():
        expected[(day - FIRST).days] = "1" if working else "0"
    assert china(calendar=calendar).days == "".join(expected)
