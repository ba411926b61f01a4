"""The working-day calendar over HTTP: slices of it, the company's own days, the release of a year."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.directory.api import rights
from services.directory.api.answers import NEEDS_COMPANY, allow, refuse
from services.directory.api.values import CalendarView, CompanyDayView, ReleasedYear
from services.directory.calendars import OfficialCalendar
from services.directory.domain.calendar import (
    CompanyDay,
    CompanyDayFacts,
    Year,
    cut,
    day_problems,
    span_problems,
    years_of,
)
from services.directory.store.calendar import Calendars
from shared.contracts.refusals import Forbidden
from shared.store.db import Database
from shared.web.documented_refusals import refuses
from shared.web.http import Caller, CallerLanguage


class CalendarApi:
    """The routes of the calendar."""

    def __init__(self, database: Database, calendars: Calendars, official: OfficialCalendar) -> None:
        self._database = database
        self._calendars = calendars
        self._official = official

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(tags=["calendar"])
        routes.add_api_route("/calendar", self.working_days, methods=["GET"])
        routes.add_api_route(
            "/calendar/days/{day}", self.put_day, methods=["PUT"], openapi_extra=refuses(Forbidden)
        )
        routes.add_api_route(
            "/calendar/years/{year}/release",
            self.release,
            methods=["POST"],
            openapi_extra=refuses(Forbidden),
        )
        return routes

    async def working_days(
        self,
        caller: Caller,
        language: CallerLanguage,
        first: Annotated[date, Query()],
        last: Annotated[date, Query()],
    ) -> CalendarView:
        """List the working days from ``first`` to ``last``, both included.

        The answer also gives the day from which on the calendar is provisional.
        """
        refuse(span_problems(first, last), language)
        async with self._database.transaction() as connection:
            calendar = await self._calendars.current(connection)
        years = years_of(first, last)
        slice_ = cut(calendar, self._official.years(years), first, last)
        return CalendarView(
            **dict(slice_),
            company_days=tuple(own for own in calendar.days if first <= own.day <= last),
            released_years=tuple(sorted(calendar.released & set(years))),
        )

    async def put_day(
        self,
        day: Annotated[date, Path()],
        body: CompanyDayFacts,
        caller: Caller,
        language: CallerLanguage,
    ) -> CompanyDayView:
        """Set a day as a working day or a day off of the company, whatever the official calendar says."""
        allow(rights.may_run_company(caller), NEEDS_COMPANY)
        refuse(day_problems(("day",), day), language)
        wanted = CompanyDay(day=day, **dict(body))
        async with self._database.transaction() as connection:
            calendar = await self._calendars.set_day(connection, wanted)
        return CompanyDayView(**dict(wanted), version=calendar.version)

    async def release(self, year: Annotated[Year, Path()], caller: Caller) -> ReleasedYear:
        """Release the calendar of a year. Its dates are no longer provisional."""
        allow(rights.may_run_company(caller), NEEDS_COMPANY)
        async with self._database.transaction() as connection:
            calendar = await self._calendars.release(connection, year)
        return ReleasedYear(year=year, version=calendar.version)
