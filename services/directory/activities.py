"""What the directory does for the workflows: who plans in a month, and the working days of a span."""

from services.directory.calendars import OfficialCalendar
from services.directory.domain.calendar import cut, span_problems, years_of
from services.directory.domain.planners import page
from services.directory.store import register
from services.directory.store.calendar import Calendars
from shared.contracts.calendar import WorkingDays
from shared.contracts.directory import CutWorkingDays, DirectoryActivities, ListPlanners, Planners
from shared.contracts.refusals import Invalid, field_error
from shared.store.db import Database


class DirectoryActivitiesImpl(DirectoryActivities):
    """Keeps the promises of the directory to the workflows, in the database it was given."""

    def __init__(self, database: Database, calendars: Calendars, official: OfficialCalendar) -> None:
        self._database = database
        self._calendars = calendars
        self._official = official

    async def list_planners(self, request: ListPlanners) -> Planners:
        """One page of those who write a plan for a month."""
        async with self._database.transaction() as connection:
            everybody = await register.everybody(connection)
        return page(everybody, request)

    async def working_days(self, request: CutWorkingDays) -> WorkingDays:
        """The company's working days of a span, in its zone and newest version.

        Raises:
            Invalid: the calendar does not answer for this span.
        """
        if found := span_problems(request.first, request.last):
            raise Invalid(errors=[field_error(str(p.path[0]), p.code, p.text, **p.parameters) for p in found])
        async with self._database.transaction() as connection:
            calendar = await self._calendars.current(connection)
        official = self._official.years(years_of(request.first, request.last))
        return cut(calendar, official, request.first, request.last)
