"""Takes commands over HTTP: records them, sends them to the workflow, and answers repeats from the record."""

import asyncio
import hashlib
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.base import log
from shared.contracts.ids import command_id, idempotency_key
from shared.contracts.lifecycle import Command, Moved
from shared.contracts.refusals import (
    EngineDown,
    KeyReused,
    NotFound,
    Refusal,
    StoreDown,
    WrongStage,
    refusal,
)
from shared.contracts.words import Move, Stage
from shared.engine.entity_client import NoLifecycle, Unknown
from shared.engine.lifecycle_client import LifecycleClient
from shared.store.commands import Commands, Entry, Status
from shared.store.db import Database
from shared.telemetry import metrics

logger = log.get(__name__)
AT_ONCE = 10
"""Plans whose pending commands are sent again at the same time."""
StageOf = Callable[[str], Awaitable[Stage | None]]


@dataclass(frozen=True)
class Pending:
    """The command was taken and its end is not known yet; ask again for ``key``."""

    key: str


Outcome = Moved | Pending


def digest(command: Command) -> str:
    """What makes two requests with one key the same: everything but its id.

    Defaults are left out, so that processes of two versions, of which one knows a field more, agree.
    """
    request = command.model_dump(mode="json", exclude={"command_id"}, exclude_defaults=True)
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()


class CommandGateway:
    """Takes the commands of one service's API.

    ``stage_of`` tells where a plan stands as far as this service knows; it names the stage when a
    plan that has ended is asked to move.
    """

    def __init__(
        self, database: Database, commands: Commands, engine: LifecycleClient, stage_of: StageOf
    ) -> None:
        self._database = database
        self._commands = commands
        self._engine = engine
        self._stage_of = stage_of
        for move in Move:
            for outcome in ("applied", "unknown", "not_sent", "failed"):
                # From zero on, so that the first one is seen as an increase.
                metrics.COMMANDS.labels(move.value, outcome, "")

    def id_of(self, actor: str, key: str) -> str:
        """The id of the command that somebody sends here under a key."""
        return command_id(self._commands.service, actor, key)

    async def take(self, command: Command) -> Outcome:
        """Carry out a command, or answer as before when its key was used for the same request.

        Raises:
            Refusal: the command is refused; the refusal is kept as its answer.
            KeyReused: the key stands for another request.
            EngineDown: nothing was sent, by anybody, and nothing is kept.
        """
        with log.about(command), metrics.command(command.move.value) as noted:
            try:
                outcome = await self._take(command)
            except EngineDown:
                noted.outcome = "not_sent"
                raise
            except Refusal as refused:
                noted.outcome, noted.code = "refused", refused.code
                raise
            noted.outcome = "unknown" if isinstance(outcome, Pending) else "applied"
            return outcome

    async def _take(self, command: Command) -> Outcome:
        request_hash = digest(command)
        async with self._database.autocommit() as connection:
            earlier = await self._commands.receive(connection, command, request_hash)
        if earlier is None:
            return await self._send_first(command)
        if earlier.request_hash != request_hash:
            raise KeyReused()
        return self._answer(earlier) or await self._send_once_more(command)

    async def find(self, actor: str, key: str) -> Outcome:
        """What became of the caller's command; asks the engine once more when it is still open.

        Raises:
            NotFound: the caller has sent no command with this key.
            Refusal: the command was refused.
        """
        async with self._database.autocommit() as connection:
            entry = await self._commands.find(connection, self.id_of(actor, key))
        if entry is None or entry.request is None:
            raise NotFound(what="command")
        return self._answer(entry) or await self._send_again(entry)

    async def resend_overdue(self, *, age: timedelta, limit: int = 100) -> int:
        """Send pending commands again that have no answer after ``age``; how many got one.

        They are taken ``limit`` at a time, for as long as all of them get their answers.
        """
        answered = 0
        while True:
            async with self._database.autocommit() as connection:
                entries = await self._commands.overdue(connection, age, limit)
            now = await self._resend(entries)
            answered += now
            if now < limit:
                return answered

    async def _resend(self, entries: Sequence[Entry]) -> int:
        """Send commands again, those of one plan one after the other; how many got an answer.

        One that cannot be sent keeps none of those behind it from being sent; a server that is away does.
        """
        plans: dict[str | None, list[Entry]] = defaultdict(list)
        for entry in entries:
            plans[entry.plan_id].append(entry)
        gate = asyncio.Semaphore(AT_ONCE)
        away = asyncio.Event()

        async def one_plan(theirs: Sequence[Entry]) -> int:
            async with gate:
                return sum([await self._answered(entry, away) for entry in theirs])

        return sum(await asyncio.gather(*(one_plan(theirs) for theirs in plans.values())))

    async def _answered(self, entry: Entry, away: asyncio.Event) -> bool:
        """Whether a pending command has its answer now; none is asked for when a server is ``away``."""
        if away.is_set():
            return False
        try:
            return isinstance(await self._send(Command.deserialize(entry.request), deadline=2), Moved)
        except (EngineDown, StoreDown):
            away.set()
        except Refusal:
            return True
        except Exception as error:
            logger.warning("command.not_sent_again", command=entry.id, exc_info=error)
        return False

    def _answer(self, entry: Entry) -> Moved | None:
        answer = entry.answer or {}
        if entry.status == "applied":
            return Moved.deserialize(answer)
        if entry.status == "refused":
            raise refusal(answer["code"], answer["details"])
        return None

    async def _send_again(self, entry: Entry) -> Outcome:
        async with self._database.autocommit() as connection:
            kept = await self._commands.attempted(connection, entry.id)
        if not kept:
            raise NotFound(what="command")
        return await self._send_once_more(Command.deserialize(entry.request))

    async def _send_first(self, command: Command) -> Outcome:
        """Send a command that was noted just now.

        Raises:
            EngineDown: it is forgotten again, for nobody else has come with it meanwhile.
            StoreDown: it may be forgotten or not; its sender comes again with the same key.
        """
        try:
            return await self._send(command)
        except EngineDown:
            async with self._database.autocommit() as connection:
                withdrawn = await self._commands.withdraw(connection, command.command_id)
            if withdrawn:
                raise
            return Pending(idempotency_key(command.command_id))

    async def _send_once_more(self, command: Command) -> Outcome:
        """Send a command that somebody has sent before, or is sending: it may have arrived, and stays."""
        try:
            return await self._send(command, deadline=2)
        except EngineDown:
            return Pending(idempotency_key(command.command_id))

    async def _send(self, command: Command, *, deadline: float | None = None) -> Outcome:
        key = idempotency_key(command.command_id)
        try:
            moved = await self._engine.command(command, deadline=deadline)
        except EngineDown:
            raise
        except Unknown:
            return Pending(key)
        except NoLifecycle:
            return await self._without_lifecycle(command, key)
        except Refusal as refused:
            await self._settle_refused(command, refused)
            raise
        if (moved.move, moved.actor) != (command.move, command.actor):
            raise KeyReused()
        await self._settle(command, "applied", moved.model_dump(mode="json"))
        return moved

    async def _without_lifecycle(self, command: Command, key: str) -> Outcome:
        """A plan that has ended refuses; one whose lifecycle is missing waits for the reconciler."""
        stage = await self._stage_of(command.plan.plan_id)
        if stage is None or not stage.ended:
            return Pending(key)
        refused = WrongStage(stage=stage, move=command.move)
        await self._settle_refused(command, refused)
        raise refused

    async def _settle_refused(self, command: Command, refused: Refusal) -> None:
        answer = {"code": refused.code, "details": refused.details}
        await self._settle(command, "refused", answer)

    async def _settle(self, command: Command, status: Status, answer: dict[str, Any]) -> None:
        """Note the answer. It is given even when it cannot be noted: the reconciler asks for it again."""
        try:
            async with self._database.autocommit() as connection:
                await self._commands.settle(connection, command.command_id, status, answer)
        except StoreDown:
            logger.warning("command.not_settled", command=command.command_id)
