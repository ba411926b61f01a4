"""Counting the SQL statements of the services, from PostgreSQL's own log."""

import asyncio
import re
from collections import Counter
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

STATEMENT = re.compile(r"LOG:  (?:statement|execute [^:]*): (.*)")
BACKGROUND = re.compile(r"skip locked|\.inbox|published_at|org_copy \(|dead_letter", re.IGNORECASE)
FRAME = re.compile(r"^\s*(begin|commit|rollback)", re.IGNORECASE)


class StatementLog:
    """Switches PostgreSQL's statement log on for a while and reads what was written meanwhile."""

    def __init__(self, owner_url: str, log: Path) -> None:
        self._engine = create_engine(
            make_url(owner_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        self._log = log
        self._from = 0

    def start(self) -> None:
        """Log every statement from now on."""
        self._set("all")
        self._from = self._log.stat().st_size

    async def stop(self) -> Counter[str]:
        """Statements since the start: on the way of a command, in the background, BEGIN and COMMIT."""
        await asyncio.sleep(0.5)
        self._set("none")
        with self._log.open("rb") as log:
            log.seek(self._from)
            lines = log.read().decode("utf-8", "replace").splitlines()
        found: Counter[str] = Counter()
        for line in lines:
            match = STATEMENT.search(line)
            if match:
                found[_kind(line)] += 1
        return found

    def _set(self, value: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(f"alter system set log_statement = '{value}'"))
            connection.execute(text("select pg_reload_conf()"))


def _kind(line: str) -> str:
    statement = STATEMENT.search(line)
    assert statement is not None
    if FRAME.match(statement[1]):
        return "frame"
    return "background" if BACKGROUND.search(statement[1]) else "command"
