"""What stands around scoring in its tests: a told company, a lifecycle in memory, tokens that are names."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, event, func, select

from services.scoring.activities import ScoringActivitiesImpl
from services.scoring.reactions import keep_stage
from services.scoring.store.tables import ORG, OUTBOX
from shared.bus.envelope import Meta
from shared.contracts.events import (
    AbsenceChanged,
    DelegationChanged,
    DepartmentChanged,
    Event,
    PersonChanged,
    StageEntered,
)
from shared.contracts.lifecycle import Command, Moved
from shared.contracts.refusals import NotSignedIn, StaleVersion
from shared.contracts.scoring import AnswerScore
from shared.contracts.words import Move, Stage
from shared.engine.lifecycle_client import LifecycleClient
from shared.org.organisation import Organisation
from shared.store.db import Database
from shared.web.tokens import TokenReader
from tests.unit.services.scoring.build import PLAN

Told = list[dict[str, Any]]
FAR = datetime.now(UTC) + timedelta(days=1)
"""An end of the dispute window that no test reaches."""


class Names(TokenReader):
    """Reads a token as the name of its sender."""

    def __init__(self) -> None:
        super().__init__(issuer="", audience="", jwks_url="", algorithms=())

    async def subject(self, authorization: str | None) -> str:
        """The name."""
        if authorization is None:
            raise NotSignedIn(reason="no_token")
        return authorization.removeprefix("Bearer ")


class LifecycleInMemory(LifecycleClient):
    """The scored plan, moved as its lifecycle does: the answer is recorded, then the version counts up."""

    def __init__(self, scores: ScoringActivitiesImpl) -> None:
        self._scores = scores
        self._lock = asyncio.Lock()
        self._answers: dict[str, Moved] = {}
        self.sent: list[Command] = []
        self.version = 9
        self.stage = Stage.SCORED
        self.until = FAR
        self.trouble: Exception | None = None

    async def command(self, command: Command, *, deadline: float | None = None) -> Moved:
        """Carry the command out, once."""
        if self.trouble is not None:
            raise self.trouble
        self.sent.append(command)
        async with self._lock:
            return self._answers.get(command.command_id) or await self._carry_out(command)

    async def _carry_out(self, command: Command) -> Moved:
        if command.expected_version != self.version:
            raise StaleVersion(expected=command.expected_version, current=self.version, stage=self.stage)
        request = AnswerScore(command=command, plan_version=self.version, window_until=self.until)
        await self._scores.record_answer(request)
        self.version += 1
        moved = Moved(
            command_id=command.command_id,
            plan_id=PLAN.plan_id,
            move=command.move,
            actor=command.actor,
            stage=self.stage,
            version=self.version,
            at=datetime.now(UTC),
        )
        self._answers[command.command_id] = moved
        return moved


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


async def tell(database: Database, organisation: Organisation) -> None:
    """Let scoring know the organisation, as its reaction would."""
    facts: list[Event] = [
        *(PersonChanged(person=each) for each in organisation.people.values()),
        *(DepartmentChanged(department=each) for each in organisation.departments.values()),
        *(DelegationChanged(delegation=each) for each in organisation.delegations),
        *(AbsenceChanged(absence=each) for each in organisation.absences),
    ]
    async with database.transaction() as connection:
        for fact in facts:
            await ORG.keep(connection, fact)


async def stand(database: Database, stage: Stage, version: int) -> None:
    """Let scoring know where the plan stands, as its reaction would."""
    entered = StageEntered(
        plan=PLAN,
        move=Move.CLOSE,
        actor=PLAN.person,
        stage=stage,
        version=version,
        at=datetime.now(UTC),
    )
    async with database.transaction() as connection:
        await keep_stage(connection, entered, Meta("e1", 1))


async def told(database: Database, kind: type[Event]) -> Told:
    """The data of every event of a kind in scoring's outbox, oldest first."""
    letters = OUTBOX.letters
    query = select(letters.c.body).where(letters.c.subject == kind.subject()).order_by(letters.c.sequence)
    async with database.transaction() as connection:
        return [row.body["data"] for row in await connection.execute(query)]


async def count(database: Database, table: Table) -> int:
    """How many rows a table has."""
    async with database.transaction() as connection:
        number: int = (await connection.execute(select(func.count()).select_from(table))).scalar_one()
    return number


def noticed(events: Told) -> list[tuple[str, str]]:
    """Whom the events ask to be told, with which text."""
    return [(notice["recipient"], notice["name"]) for event in events for notice in event["notices"]]
