"""The working-day calendar: the facts of domain section 3, company days, and provisional years."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from services.directory.calendars import OfficialCalendar, decreed, official_year
from services.directory.domain.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST_SPAN,
    CompanyCalendar,
    CompanyDay,
    OfficialYear,
    cut,
    span_problems,
    years_of,
)
from shared.contracts.calendar import WorkingDays

ZONE = "Asia/Shanghai"
FIRST, LAST = date(2025, 12, 1), date(2027, 12, 31)


def company(
    days: Iterable[CompanyDay] = (), released: Iterable[int] = (), version: int = 1
) -> CompanyCalendar:
    return CompanyCalendar(version=version, zone=ZONE, days=tuple(days), released=frozenset(released))


def china(first: date = FIRST, last: date = LAST, calendar: CompanyCalendar | None = None) -> WorkingDays:
    return cut(calendar or company(), OfficialCalendar("CN").years(years_of(first, last)), first, last)


@pytest.mark.parametrize("month_day", [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)])
def test_a_make_up_day_of_2026_is_a_worked_weekend_day(month_day: tuple[int, int]) -> None:
    day = date(2026, *month_day)
    assert day.weekday() >= 5
    assert china().is_working(day)


def test_no_other_weekend_day_of_2026_is_worked() -> None:
    year = china(date(2026, 1, 1), date(2026, 12, 31))
    days = (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    assert sum(day.weekday() >= 5 and year.is_working(day) for day in days) == 6


@pytest.mark.parametrize("day", range(15, 24))
def test_spring_festival_2026_is_not_worked_from_15_to_23_february(day: int) -> None:
    assert not china().is_working(date(2026, 2, day))


def test_three_working_days_after_13_february_2026_is_25_february() -> None:
    assert china().add(date(2026, 2, 13), 3) == date(2026, 2, 25)


def test_two_working_days_after_30_september_2026_is_9_october() -> None:
    assert china().add(date(2026, 9, 30), 2) == date(2026, 10, 9)


def test_february_2026_has_16_working_days_and_march_22() -> None:
    assert china().count(date(2026, 2, 1), date(2026, 2, 28)) == 16
    assert china().count(date(2026, 3, 1), date(2026, 3, 31)) == 22


def test_a_published_year_is_not_provisional() -> None:
    assert china(date(2026, 1, 1), date(2026, 12, 31)).provisional_from is None


def test_a_year_without_published_make_up_days_is_provisional_from_its_first_of_january() -> None:
    unpublished = year_after_the_last_published()
    first = date(unpublished - 1, 11, 1)
    assert china(first, date(unpublished, 2, 1)).provisional_from == date(unpublished, 1, 1)


def test_a_span_inside_an_unpublished_year_is_provisional_from_its_first_day() -> None:
    unpublished = year_after_the_last_published()
    first = date(unpublished, 3, 2)
    assert china(first, date(unpublished, 4, 1)).provisional_from == first


def test_a_released_year_is_no_longer_provisional_and_the_next_one_is() -> None:
    unpublished = year_after_the_last_published()
    calendar = company(released=[unpublished])
    assert china(date(unpublished, 1, 1), date(unpublished, 12, 31), calendar).provisional_from is None
    both = china(date(unpublished, 12, 1), date(unpublished + 1, 1, 31), calendar)
    assert both.provisional_from == date(unpublished + 1, 1, 1)


def test_a_country_without_decreed_make_up_days_is_never_provisional() -> None:
    assert official_year("DE", 2035).published


def test_a_country_that_nobody_knows_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        official_year("XX", 2026)


def test_every_chinese_year_from_2010_to_2026_is_published() -> None:
    assert all(official_year("CN", year).published for year in range(2010, 2027))


def test_a_worked_weekend_at_the_end_of_december_comes_with_the_next_year_and_proves_nothing() -> None:
    assert not decreed([date(2027, 12, 25)], 2027)
    assert decreed([date(2027, 12, 24)], 2027)


def test_make_up_days_of_other_years_prove_nothing() -> None:
    assert not decreed([date(2026, 2, 14), date(2028, 2, 12)], 2027)


def test_a_leap_year_has_366_days() -> None:
    assert len(official_year("CN", 2024).days) == 366
    assert len(official_year("CN", 2026).days) == 365


def test_the_edition_is_the_same_as_long_as_the_official_days_are() -> None:
    assert OfficialCalendar("CN").edition == OfficialCalendar("CN").edition
    assert OfficialCalendar("CN").edition != OfficialCalendar("DE").edition


def test_a_company_may_work_on_an_official_holiday() -> None:
    calendar = company([CompanyDay(day=date(2026, 2, 18), working=True, label="stocktaking")])
    assert china(calendar=calendar).is_working(date(2026, 2, 18))
    assert not china(calendar=calendar).is_working(date(2026, 2, 17))


def test_a_company_may_rest_on_an_official_working_day() -> None:
    calendar = company([CompanyDay(day=date(2026, 3, 9), working=False, label="founding day")])
    assert not china(calendar=calendar).is_working(date(2026, 3, 9))
    assert china(calendar=calendar).add(date(2026, 3, 6), 1) == date(2026, 3, 10)


def test_a_slice_carries_version_and_zone_of_the_company_calendar() -> None:
    slice_ = china(calendar=company(version=7))
    assert (slice_.version, slice_.zone, slice_.first) == (7, ZONE, FIRST)


@pytest.mark.parametrize(
    ("first", "last", "places"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), [("last", "period.reversed")]),
        (date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=LONGEST_SPAN), [("last", "calendar.span")]),
        (date(FIRST_YEAR - 1, 12, 31), date(FIRST_YEAR, 1, 2), [("first", "calendar.span")]),
        (date(LAST_YEAR, 12, 31), date(LAST_YEAR + 1, 1, 1), [("last", "calendar.span")]),
        (date(FIRST_YEAR, 1, 1), date(FIRST_YEAR, 1, 1), []),
        (date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=LONGEST_SPAN - 1), []),
    ],
)
def test_a_span_the_calendar_cannot_answer_is_refused(
    first: date, last: date, places: list[tuple[str, str]]
) -> None:
    assert [(problem.path[0], problem.code) for problem in span_problems(first, last)] == places


def test_an_official_year_knows_its_last_day() -> None:
    year = OfficialYear(year=2026, days="0" * 364 + "1", published=True)
    assert year.is_working(date(2026, 12, 31))
    assert not year.is_working(date(2026, 12, 30))


def year_after_the_last_published() -> int:
    """The first Chinese year of which the installed edition has no make-up days."""
    return next(year for year in range(2026, 2050) if not official_year("CN", year).published)
