"""Counts the SQL statements that a database is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from shared.store.db import Database


class Count:
    """The statements since the last look."""

    def __init__(self) -> None:
        self.sent = 0

    def take(self) -> int:
        """How many there were, starting again from none."""
        taken, self.sent = self.sent, 0
        return taken


@contextmanager
def statements(database: Database) -> Iterator[Count]:
    """Count what ``database`` sends."""
    counted = Count()

    def one_more(*_: Any) -> None:
        counted.sent += 1

    engine = database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", one_more)
    try:
        yield counted
    finally:
        event.remove(engine, "before_cursor_execute", one_more)
