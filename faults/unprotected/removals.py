"""How each protection is taken out of a process, or out of the database; the product has no such switch."""

import asyncio
import importlib
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

from faults.points import load

Remove = Callable[[str], None]
REMOVALS: dict[str, Remove] = {}
CONSTRAINTS = {
    "line-key": "alter table plans.ledger drop constraint uq_ledger_command_id",
    "message-key": "alter table notify.message drop constraint uq_message_recipient_reason",
}
"""What is taken out of the database as well, as its owner."""


def remove(name: str, module: str) -> None:
    """Take a protection out of this process, where it has it."""
    REMOVALS[name](module)


def _removal(name: str) -> Callable[[Remove], Remove]:
    def register(work: Remove) -> Remove:
        REMOVALS[name] = work
        return work

    return register


def _replace(owner: str, name: str, new: object) -> None:
    setattr(load(owner), name, new)


def _nothing(*_: object, **__: object) -> None:
    """In the place of a check."""


async def _none(*_: object, **__: object) -> None:
    """In the place of a look for what has been done before."""


@_removal("update-id")
def _update_id(module: str) -> None:
    """Every sending of a command is an update of its own."""
    original = load("temporalio.client:WorkflowHandle").execute_update

    async def execute_update(self: object, update: object, *given: object, **named: Any) -> object:
        return await original(self, update, *given, **(named | {"id": uuid4().hex}))

    _replace("temporalio.client:WorkflowHandle", "execute_update", execute_update)


@_removal("command-row")
def _command_row(module: str) -> None:
    """The API does not remember what it was sent."""
    original = load("shared.commands:Commands").receive

    async def receive(self: object, *given: object) -> None:
        await original(self, *given)

    _replace("shared.commands:Commands", "receive", receive)


@_removal("move-before")
def _move_before(module: str) -> None:
    """An activity does not look whether it has done the same before."""
    if module == "services.plans":
        _replace("services.plans.activities.steps", "moved_before", _none)


@_removal("version")
def _version(module: str) -> None:
    """Nobody compares versions: neither the lifecycle nor review nor the row's own transaction."""
    if module == "workflows":
        _replace("workflows.stages", "_check_version", _nothing)
    if module == "services.review":
        _replace("services.review.activities", "check_waiting", _nothing)
        _replace("services.review.api.deciding", "check_waiting", _nothing)
    if module == "services.plans":
        _replace("services.plans.activities.steps", "require_version", _nothing)
        _replace("services.plans.activities", "require_version", _nothing)


@_removal("authority")
def _authority(module: str) -> None:
    """Review does not ask again who may decide when a decision is recorded."""
    if module == "services.review":
        _replace("services.review.activities", "authority", _nothing)


@_removal("line-key")
def _line_key(module: str) -> None:
    """The ledger takes two lines of one command."""
    if module == "services.plans":
        _conflicts_ignored("ledger")


@_removal("inbox")
def _inbox(module: str) -> None:
    """A consumer takes whatever comes, however often."""
    original = load("shared.outbox:Outbox").taken_first

    async def taken_first(
        self: object, connection: object, consumer: str, ids: Sequence[str]
    ) -> frozenset[str]:
        await original(self, connection, consumer, ids)
        return frozenset(ids)

    _replace("shared.outbox:Outbox", "taken_first", taken_first)


@_removal("message-key")
def _message_key(module: str) -> None:
    """A message is kept as often as it is asked for."""
    if module == "services.notify":
        _conflicts_ignored("message")


@_removal("copy-version")
def _copy_version(module: str) -> None:
    """A copy takes what comes last, not what is newest."""
    insert = load("sqlalchemy.dialects.postgresql:Insert")
    original = insert.on_conflict_do_update

    def on_conflict_do_update(self: object, **given: Any) -> object:
        return original(self, **{name: value for name, value in given.items() if name != "where"})

    insert.on_conflict_do_update = on_conflict_do_update


def _conflicts_ignored(table: str) -> None:
    """Inserts into a table no longer step back before a row that is there."""
    insert = load("sqlalchemy.dialects.postgresql:Insert")
    original = insert.on_conflict_do_nothing

    def on_conflict_do_nothing(self: Any, *given: Any, **named: Any) -> object:
        return self if self.table.name == table else original(self, *given, **named)

    insert.on_conflict_do_nothing = on_conflict_do_nothing


@_removal("acknowledgement")
def _acknowledgement(module: str) -> None:
    """The relay takes every letter for published, whatever the broker says."""
    original = load("shared.bus:Bus").publish

    async def publish(self: object, letter: object) -> None:
        try:
            await original(self, letter)
        except Exception:
            return

    _replace("shared.bus:Bus", "publish", publish)


@_removal("progress-key")
def _progress_key(module: str) -> None:
    """Every report of progress is taken for a new one."""
    if module == "services.plans":
        report = load("services.plans.store.progress:Report")

        def fresh(plan_id: str, author: str, key: str, digest: str) -> object:
            return report(plan_id, author, f"{key}.{uuid4().hex[:8]}", digest)

        _replace("services.plans.api.reporting", "Report", fresh)


@_removal("retry")
def _retry(module: str) -> None:
    """An activity is tried once."""
    if module == "workflows":
        policy = load("temporalio.common:RetryPolicy")
        _replace("workflows.owners", "RETRY", policy(maximum_attempts=1))


@_removal("reconciler")
def _reconciler(module: str) -> None:
    """Nobody looks after lifecycles."""
    if module == "services.plans":

        async def mend(*_: object) -> bool:
            return False

        _replace("services.plans.reconcile:Lifecycles", "_mend", mend)


@_removal("burial")
def _burial(module: str) -> None:
    """A message that cannot be taken is tried for ever."""

    async def bury(self: object, *_: object) -> None:
        raise ConnectionError("nowhere to keep it")

    _replace("shared.consumer:Consumer", "bury", bury)


@_removal("sent-mark")
def _sent_mark(module: str) -> None:
    """The sender does not note what it has sent."""
    if module == "services.notify":
        _replace("services.notify.store.claims", "mark_sent", _none)


@_removal("orderly-stop")
def _orderly_stop(module: str) -> None:
    """A process that is asked to stop drops what it is doing."""
    process = importlib.import_module("shared.process")
    original: Callable[..., Awaitable[None]] = load("shared.process").serve

    async def serve(service: object, stop: asyncio.Event) -> None:
        async def end() -> None:
            await stop.wait()
            os._exit(0)

        ending = asyncio.create_task(end())
        await original(service, stop)
        ending.cancel()

    vars(process)["serve"] = serve
