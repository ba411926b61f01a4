"""The organisation that gives callers their rights, read from the directory's own tables."""

import time
from datetime import UTC, datetime, timedelta

from services.directory.store import register, stand_ins
from shared.org.organisation import Organisation
from shared.store.db import Connection, Database


async def load(connection: Connection, at: datetime) -> Organisation:
    """People, departments, and the delegations and absences that have not ended at ``at``."""
    known = await register.load(connection)
    return Organisation(
        people=known.people.values(),
        departments=known.departments.values(),
        delegations=await stand_ins.current_delegations(connection, at),
        absences=await stand_ins.current_absences(connection, (at - timedelta(days=1)).date()),
        today=at.date(),
    )


class CurrentOrganisation:
    """The organisation for reading requests: at most ``age`` seconds old, and never before own changes."""

    def __init__(self, database: Database, *, age: float = 1.0) -> None:
        self._database = database
        self._age = age
        self._read_at = float("-inf")
        self._changes = 0
        self._organisation = Organisation(today=None)

    async def get(self) -> Organisation:
        """The organisation, read again when the last reading is too old."""
        begun, changes = time.monotonic(), self._changes
        if begun - self._read_at > self._age:
            async with self._database.transaction() as connection:
                self._organisation = await load(connection, datetime.now(UTC))
            # A reading during which something changed may have missed it, and is not kept.
            self._read_at = begun if changes == self._changes else float("-inf")
        return self._organisation

    def forget(self) -> None:
        """Read again at the next request: this process has changed something."""
        self._changes += 1
        self._read_at = float("-inf")
