"""The company calendar in the database: its version, the company's days and the released years."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.directory.domain.calendar import FIRST_YEAR, LAST_YEAR, CompanyCalendar, CompanyDay
from services.directory.store.rows import write
from services.directory.store.tables import OUTBOX, calendar, company_days, released_years
from shared.contracts.events import CalendarChanged
from shared.store.db import Connection


class Calendars:
    """The one calendar of the company. ``edition`` names the official years it starts from.

    Its version grows with every change, also when an upgrade brings official years that differ.
    """

    def __init__(self, zone: str, edition: str) -> None:
        self._zone = zone
        self._edition = edition

    async def current(self, connection: Connection) -> CompanyCalendar:
        """The calendar as it is now, on the official years of this edition."""
        found = await self._read(connection)
        if found is None or found.edition != self._edition:
            first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
            await self._grow(connection, first, last, calendar.c.edition != self._edition)
            found = await self._read(connection)
        return self._value(found)

    async def set_day(self, connection: Connection, wanted: CompanyDay) -> CompanyCalendar:
        """Let the company work or rest on a day; a day that is so already changes nothing."""
        before = await self._to_change(connection)
        if wanted in before.days:
            return before
        await write(connection, company_days, [wanted])
        await self._grow(connection, wanted.day, wanted.day)
        return self._value(await self._read(connection))

    async def release(self, connection: Connection, year: int) -> CompanyCalendar:
        """Take a year's days for official; a year that is released already changes nothing."""
        before = await self._to_change(connection)
        if year in before.released:
            return before
        await connection.execute(insert(released_years).values(year=year))
        await self._grow(connection, date(year, 1, 1), date(year, 12, 31))
        return self._value(await self._read(connection))

    async def _to_change(self, connection: Connection) -> CompanyCalendar:
        # Written and not only locked: the very first change finds no row to lock.
        held = upsert(calendar).values(version=0, edition="")
        held = held.on_conflict_do_update(
            index_elements=[calendar.c.single], set_={"version": calendar.c.version}
        )
        await connection.execute(held)
        return self._value(await self._read(connection))

    async def _grow(
        self, connection: Connection, first: date, last: date, only_if: ColumnElement[bool] | None = None
    ) -> None:
        """Make the next version and tell it; nothing unless ``only_if`` still holds of the row."""
        grown = upsert(calendar).values(version=1, edition=self._edition)
        grown = grown.on_conflict_do_update(
            index_elements=[calendar.c.single],
            set_={"version": calendar.c.version + 1, "edition": grown.excluded.edition},
            where=only_if,
        )
        version = (await connection.execute(grown.returning(calendar.c.version))).scalar_one_or_none()
        if version is not None:
            await OUTBOX.tell(connection, CalendarChanged(version=version, first=first, last=last))

    async def _read(self, connection: Connection) -> Any:
        # One statement, so that version and days belong together.
        own = company_days.alias("own_day")
        days = select(func.jsonb_agg(func.to_jsonb(own.table_valued()))).scalar_subquery()
        years = select(func.array_agg(released_years.c.year)).scalar_subquery()
        chosen = select(calendar.c.version, calendar.c.edition, days.label("days"), years.label("released"))
        return (await connection.execute(chosen)).one_or_none()

    def _value(self, row: Any) -> CompanyCalendar:
        days = [CompanyDay.deserialize(day) for day in row.days or ()]
        return CompanyCalendar(
            version=row.version,
            zone=self._zone,
            days=tuple(sorted(days, key=lambda day: day.day)),
            released=frozenset(row.released or ()),
        )
