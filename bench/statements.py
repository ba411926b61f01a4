"""Counting the SQL statements of the services, from PostgreSQL's own log, by service and by occasion.

A transaction is judged as a whole: the one in which a consumer notes its inbox row, or a relay takes
letters, is in the background with everything in it.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

PREFIX = "pid=%p user=%u "
LINE = re.compile(r"pid=(\d+) user=(\S*) LOG:  (?:statement|execute [^:]*): (.*)", re.DOTALL)
BACKGROUND = re.compile(
    r"skip locked|\.inbox|published_at|dead_letter|\bdue as|notify\.delivery", re.IGNORECASE
)
"""The work of relays, consumers, and of the queue of mails."""
BY_THE_CLOCK = re.compile(r"org_copy|^\s*select 1\s*$|alembic_version|pg_is_in_recovery", re.IGNORECASE)
"""What caches and probes read by themselves; on the way of a command only inside its transaction."""
RECONCILER = re.compile(
    r"^\s*select (count\(\*\)|[^()]*, count\(\*\))|stage not in \('final'|^delete from \w+\.(outbox|inbox)",
    re.IGNORECASE,
)
"""Readings for the metrics, and what is put right every minute."""
BEGIN = re.compile(r"^\s*(begin|start transaction)\b", re.IGNORECASE)
END = re.compile(r"^\s*(commit|rollback)(?!\s+to)\b", re.IGNORECASE)


class Occasion(StrEnum):
    """What a statement was for."""

    COMMAND = "command"
    BACKGROUND = "background"
    FRAME = "frame"


@dataclass(frozen=True)
class Logged:
    """One statement: of which connection, of which role, and its text."""

    pid: int
    role: str
    text: str

    @property
    def service(self) -> str:
        """The service whose role it is."""
        return self.role.removeprefix("monthline_")


def entries(written: str) -> Iterator[Logged]:
    """The statements of a log; their further lines begin with a tab."""
    entry: list[str] = []
    for line in [*written.splitlines(), "pid="]:
        if line.startswith("\t"):
            entry.append(line)
            continue
        found = LINE.search("\n".join(entry))
        if found:
            yield Logged(int(found[1]), found[2], found[3])
        entry = [line]


def classified(statements: Iterable[Logged]) -> Iterator[tuple[Logged, Occasion]]:
    """Every statement with what it was for."""
    transactions: dict[int, list[Logged]] = {}
    for one in statements:
        if BEGIN.match(one.text):
            transactions[one.pid] = []
            yield one, Occasion.FRAME
        elif END.match(one.text):
            yield from _together(transactions.pop(one.pid, []))
            yield one, Occasion.FRAME
        elif one.pid in transactions:
            transactions[one.pid].append(one)
        else:
            yield one, _alone(one.text)
    for unfinished in transactions.values():
        yield from _together(unfinished)


def _together(transaction: list[Logged]) -> Iterator[tuple[Logged, Occasion]]:
    behind = any(BACKGROUND.search(one.text) and not _tells(one.text) for one in transaction)
    behind = behind or (bool(transaction) and all(_by_itself(one.text) for one in transaction))
    for one in transaction:
        yield one, Occasion.BACKGROUND if behind else Occasion.COMMAND


def _alone(statement: str) -> Occasion:
    behind = BACKGROUND.search(statement) and not _tells(statement)
    return Occasion.BACKGROUND if behind or _by_itself(statement) else Occasion.COMMAND


def _tells(statement: str) -> bool:
    """Whether it writes a letter into an outbox, which names columns of the background's work."""
    return re.search(r"insert into \w+\.outbox", statement, re.IGNORECASE) is not None


def _by_itself(statement: str) -> bool:
    return bool(BY_THE_CLOCK.search(statement) or RECONCILER.search(statement))


@dataclass(frozen=True)
class Counted:
    """How many statements of which occasion, by service."""

    by_occasion: Counter[Occasion]
    by_service: Counter[str]
    """Those on the way of a command."""
    texts: Counter[str]
    """The same, by the beginning of their text."""


def count(statements: Iterable[Logged]) -> Counted:
    """Count the services' statements; the owner's are the measurement's own."""
    found = Counted(Counter(), Counter(), Counter())
    for one, occasion in classified(one for one in statements if one.role != "postgres"):
        found.by_occasion[occasion] += 1
        if occasion is Occasion.COMMAND:
            found.by_service[one.service] += 1
            found.texts[f"{one.service}: {' '.join(one.text.split())[:120]}"] += 1
    return found


class StatementLog:
    """Switches PostgreSQL's statement log on for a while and reads what was written meanwhile."""

    def __init__(self, owner_url: str, log: Path) -> None:
        self._engine = create_engine(
            make_url(owner_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        self._log = log
        self._from = 0

    async def start(self) -> None:
        """Log every statement from now on."""
        self._set("all", PREFIX)
        await asyncio.sleep(0.5)
        self._from = self._log.stat().st_size

    async def stop(self) -> Counted:
        """What was counted since the start."""
        await asyncio.sleep(0.5)
        self._set("none", PREFIX)
        with self._log.open("rb") as log:
            log.seek(self._from)
            return count(entries(log.read().decode("utf-8", "replace")))

    def _set(self, value: str, prefix: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(f"alter system set log_statement = '{value}'"))
            connection.execute(text(f"alter system set log_line_prefix = '{prefix}'"))
            connection.execute(text("select pg_reload_conf()"))
