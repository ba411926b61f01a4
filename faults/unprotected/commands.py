"""Without what makes a command take effect once: ids, keys, versions, and looks at what was done before."""

from collections.abc import Callable
from dataclasses import replace as changed
from typing import Any
from uuid import uuid4

from faults.points import load
from faults.unprotected.registry import conflicts_ignored, none, nothing, removal, replace


@removal("update-id")
def _update_id(module: str) -> None:
    """Every sending of a command is an update of its own."""
    original = load("temporalio.client:WorkflowHandle").execute_update

    async def execute_update(self: object, update: object, *given: object, **named: Any) -> object:
        return await original(self, update, *given, **(named | {"id": uuid4().hex}))

    replace("temporalio.client:WorkflowHandle", "execute_update", execute_update)


@removal("command-row")
def _command_row(module: str) -> None:
    """The API does not remember what it was sent."""
    original = load("shared.store.commands:Commands").receive

    async def receive(self: object, *given: object) -> None:
        await original(self, *given)

    replace("shared.store.commands:Commands", "receive", receive)


@removal("move-before")
def _move_before(module: str) -> None:
    """An activity does not look whether it has done the same before."""
    if module == "services.plans":
        replace("services.plans.activities.transaction_steps", "moved_before", none)
        _seen_as("services.plans.store.plans", lambda plan: changed(plan, frozen_version=None))
    if module == "services.review":
        _seen_as("services.review.store.rounds", lambda found: found and (_of_another(found[0]), found[1]))
    if module == "services.scoring":
        _seen_as("services.scoring.store.scores", lambda row: row and changed(row, plan_version=0))


def _seen_as(store: str, look: Callable[[Any], Any]) -> None:
    """What an activity locks in a store looks as it did before."""
    original = load(store).lock

    async def lock(*given: object, **named: object) -> object:
        return look(await original(*given, **named))

    replace(store, "lock", lock)


def _of_another(round_: Any) -> object:
    """A round as if another command had decided it."""
    decision = round_.decision
    return changed(round_, decision=changed(decision, command_id="")) if decision else round_


@removal("version")
def _version(module: str) -> None:
    """Nobody compares versions: neither the lifecycle nor review nor the row's own transaction."""
    if module == "workflows":
        replace("workflows.entity.row_state:Row", "check_version", nothing)
    if module == "services.review":
        replace("services.review.activities", "check_waiting", nothing)
        replace("services.review.api.deciding", "check_waiting", nothing)
    if module == "services.plans":
        replace("services.plans.activities.transaction_steps", "require_version", nothing)
        replace("services.plans.activities", "require_version", nothing)


@removal("authority")
def _authority(module: str) -> None:
    """Review does not ask again who may decide when a decision is recorded."""
    if module == "services.review":
        replace("services.review.activities", "authority", nothing)


@removal("line-key")
def _line_key(module: str) -> None:
    """The ledger takes two lines of one command."""
    if module == "services.plans":
        conflicts_ignored("ledger")


@removal("progress-key")
def _progress_key(module: str) -> None:
    """Every report of progress is taken for a new one."""
    if module == "services.plans":
        report = load("services.plans.store.progress:Report")

        def fresh(plan_id: str, author: str, key: str, digest: str) -> object:
            return report(plan_id, author, f"{key}.{uuid4().hex[:8]}", digest)

        replace("services.plans.api.reporting", "Report", fresh)
