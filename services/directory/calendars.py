"""The official working days of a country's years, as the holidays library publishes them."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from functools import cache, cached_property

import holidays

from services.directory.domain.calendar import FIRST_YEAR, LAST_YEAR, OfficialYear

DECREED = frozenset({"CN"})
"""Countries whose make-up working days are decreed year by year, near the end of the year before."""

NEXT_DECREE = (12, 25)
"""Worked weekends from this day on come with the decree of the year after, and prove nothing."""


def supported_countries() -> Collection[str]:
    """The codes (ISO 3166) of the countries whose official years are known."""
    return holidays.list_supported_countries(include_aliases=False)


class OfficialCalendar:
    """The official years of one country (ISO 3166 code)."""

    def __init__(self, country: str) -> None:
        self._country = country

    def years(self, wanted: Iterable[int]) -> dict[int, OfficialYear]:
        """The wanted years; raises NotImplementedError for a country that is not known."""
        return {year: official_year(self._country, year) for year in wanted}

    @cached_property
    def edition(self) -> str:
        """Names what the calendar says of all its years: another name, other days."""
        said = hashlib.sha256(self._country.encode())
        for year in self.years(range(FIRST_YEAR, LAST_YEAR + 1)).values():
            said.update(year.model_dump_json().encode())
        return said.hexdigest()


@cache
def official_year(country: str, year: int) -> OfficialYear:
    """One year of a country; raises NotImplementedError when the country is not known."""
    known = holidays.country_holidays(country, years=year, expand=False)
    first = date(year, 1, 1)
    length = (date(year + 1, 1, 1) - first).days
    days = (known.is_working_day(first + timedelta(days=n)) for n in range(length))
    return OfficialYear(
        year=year,
        days="".join("1" if working else "0" for working in days),
        published=country not in DECREED or decreed(known.weekend_workdays, year),
    )


def decreed(make_up_days: Iterable[date], year: int) -> bool:
    """Whether some of the make-up days show that those of ``year`` have been decreed.

    The library knows the holidays of every year and says nothing when the make-up days are missing; it
    lists make-up days of other years too.
    """
    return any(day.year == year and (day.month, day.day) < NEXT_DECREE for day in make_up_days)
