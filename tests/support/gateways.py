"""A command gateway whose engine can be made to fail."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.contracts.lifecycle import Command, Moved
from shared.contracts.words import Move, Stage
from shared.engine.entity_client import Unknown
from shared.org.common_tables import tables
from shared.store.db import Database
from shared.web.command_gateway import CommandGateway
from tests.support.build import command

COMMANDS = tables("plans").commands


@dataclass
class Engine:
    """Answers every command with a move, unless it is told how to fail; remembers what reached it."""

    failures: list[Exception] = field(default_factory=list)
    received: list[Command] = field(default_factory=list)
    lose_answers: bool = False

    async def command(self, sent: Command, *, deadline: float | None = None) -> Moved:
        if self.failures:
            raise self.failures.pop(0)
        self.received.append(sent)
        if self.lose_answers:
            self.lose_answers = False
            raise Unknown
        return Moved(
            command_id=sent.command_id,
            plan_id=sent.plan.plan_id,
            move=sent.move,
            actor=sent.actor,
            stage=Stage.HR_REVIEW,
            version=sent.expected_version + 1,
            at=datetime(2026, 3, 1, tzinfo=UTC),
        )


def gateway(database: Database, engine: Engine, stage: Stage | None = Stage.DRAFTING) -> CommandGateway:
    async def stage_of(plan_id: str) -> Stage | None:
        return stage

    return CommandGateway(database, COMMANDS, engine, stage_of)  # type: ignore[arg-type]


SUBMIT = command(Move.SUBMIT, 1, key="key-00001")
