"""The company's working-day calendar: the official years, the company's own days, and slices of both."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from services.directory.domain.problems import (
    Path,
    Problem,
    reversed_period,
    span_too_long,
    year_out_of_reach,
)
from shared.contracts.calendar import WorkingDays
from shared.contracts.organisation import Zone
from shared.contracts.values import STORABLE, Value

FIRST_YEAR = 2010
LAST_YEAR = 2059
LONGEST_SPAN = 1500

Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
"""A year the calendar can answer for."""

Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=STORABLE)]


class OfficialYear(Value):
    """One year as the state has it: one character per day from 1 January, ``1`` worked, ``0`` not.

    ``published`` says whether the make-up working days (调休) of the year are known.
    """

    year: Year
    days: Annotated[str, StringConstraints(pattern=r"^[01]{365,366}$")]
    published: bool

    def is_working(self, day: date) -> bool:
        """Whether the state has ``day``, a day of this year, as a working day."""
        return self.days[day.timetuple().tm_yday - 1] == "1"


class CompanyDayFacts(Value):
    """What the company says of a day, and why."""

    working: bool
    label: Label = ""


class CompanyDay(CompanyDayFacts):
    """A day on which the company differs from the state, or insists on it."""

    day: date


class CompanyCalendar(Value):
    """What the company has decided: its own days and the years it has released.

    A company releases a year when it has entered the make-up days itself and stands by them.
    """

    version: int
    zone: Zone
    days: tuple[CompanyDay, ...] = ()
    released: frozenset[int] = frozenset()


def span_problems(first: date, last: date) -> tuple[Problem, ...]:
    """What keeps the calendar from answering for ``first`` to ``last``."""
    if last < first:
        return (reversed_period(("last",)),)
    if (last - first).days >= LONGEST_SPAN:
        return (span_too_long(("last",), LONGEST_SPAN),)
    return (*day_problems(("first",), first), *day_problems(("last",), last))


def day_problems(path: Path, day: date) -> tuple[Problem, ...]:
    """What keeps the calendar from knowing a day."""
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return ()
    return (year_out_of_reach(path, FIRST_YEAR, LAST_YEAR),)


def years_of(first: date, last: date) -> range:
    """The years that a span touches."""
    return range(first.year, last.year + 1)


def cut(
    calendar: CompanyCalendar, official: Mapping[int, OfficialYear], first: date, last: date
) -> WorkingDays:
    """The working days from ``first`` to ``last``, both included; ``official`` has every year of the span."""
    own = {special.day: special.working for special in calendar.days}
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    worked = (own.get(day, official[day.year].is_working(day)) for day in span)
    return WorkingDays(
        version=calendar.version,
        zone=calendar.zone,
        first=first,
        days="".join("1" if working else "0" for working in worked),
        provisional_from=_provisional_from(calendar, official, first, last),
    )


def _provisional_from(
    calendar: CompanyCalendar, official: Mapping[int, OfficialYear], first: date, last: date
) -> date | None:
    for year in years_of(first, last):
        if not (official[year].published or year in calendar.released):
            return max(first, date(year, 1, 1))
    return None
