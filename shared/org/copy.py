"""The tables of a service's copy of the organisation, the reaction that keeps them and their reading."""

import time
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.contracts.events import (
    AbsenceChanged,
    DelegationChanged,
    DepartmentChanged,
    Event,
    PersonChanged,
)
from shared.contracts.organisation import Absence, Delegation, Department, Person
from shared.org.organisation import Organisation
from shared.store.db import Connection, Database

KINDS: Final[dict[str, type[Person | Department | Delegation | Absence]]] = {
    "person": Person,
    "department": Department,
    "delegation": Delegation,
    "absence": Absence,
}
ORG_EVENTS: Final = (PersonChanged, DepartmentChanged, DelegationChanged, AbsenceChanged)


class OrgCopy:
    """The table ``org_copy``: the newest told version of every person, department, delegation and absence."""

    def __init__(self, metadata: MetaData) -> None:
        self._read: tuple[object, Organisation] | None = None
        self.table = Table(
            "org_copy",
            metadata,
            Column("kind", Text, nullable=False),
            Column("id", Text, nullable=False),
            Column("version", BigInteger, nullable=False),
            Column("value", JSONB, nullable=False),
            PrimaryKeyConstraint("kind", "id"),
        )

    async def keep(self, connection: Connection, event: Event) -> None:
        """Take a fact of the directory; an older version than the one kept changes nothing."""
        kind, value = _fact(event)
        row = {"kind": kind, "id": value.id, "version": value.version, "value": value.model_dump(mode="json")}
        statement = upsert(self.table).values(row)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=[self.table.c.kind, self.table.c.id],
                set_={"version": statement.excluded.version, "value": statement.excluded.value},
                where=self.table.c.version < statement.excluded.version,
            )
        )

    async def load(self, connection: Connection) -> Organisation:
        """The organisation as far as it has been told; read only when the table has changed since.

        Every write of a row gives it another ``xmin``, so that their count and sum tell any change
        at a fraction of the cost of reading everybody.
        """
        written: ColumnElement[int] = func.coalesce(func.sum(literal_column("xmin::text::bigint")), 0)
        count, total = (await connection.execute(select(func.count(), written).select_from(self.table))).one()
        stamp = (count, total, datetime.now(UTC).date())
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, await self._all(connection, stamp[2]))
        return self._read[1]

    async def _all(self, connection: Connection, today: date) -> Organisation:
        found: dict[str, list[Any]] = {kind: [] for kind in KINDS}
        for row in await connection.execute(select(self.table.c.kind, self.table.c.value)):
            found[row.kind].append(KINDS[row.kind].deserialize(row.value))
        return Organisation(
            people=found["person"],
            departments=found["department"],
            delegations=found["delegation"],
            absences=found["absence"],
            today=today,
        )


def _fact(event: Event) -> tuple[str, Person | Department | Delegation | Absence]:
    match event:
        case PersonChanged():
            return "person", event.person
        case DepartmentChanged():
            return "department", event.department
        case DelegationChanged():
            return "delegation", event.delegation
        case AbsenceChanged():
            return "absence", event.absence
    raise ValueError(f"{event.subject()} is no fact of the organisation")


class OrgCache:
    """The organisation for reading requests: at most ``age`` seconds behind the tables."""

    def __init__(self, database: Database, copy: OrgCopy, *, age: float = 1.0) -> None:
        self._database = database
        self._copy = copy
        self._age = age
        self._read_at = float("-inf")
        self._organisation = Organisation(today=None)

    async def get(self, on: Connection | None = None) -> Organisation:
        """The organisation, read again when the last reading is too old.

        Who holds a connection reads ``on`` it: to wait for a second one may be to wait for oneself.
        """
        if time.monotonic() - self._read_at > self._age:
            if on is not None:
                self._organisation = await self._copy.load(on)
            else:
                async with self._database.autocommit() as connection:
                    self._organisation = await self._copy.load(connection)
            self._read_at = time.monotonic()
        return self._organisation
