"""Without what makes a command take effect once: ids, keys, versions, and looks at what was done before."""

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
    original = load("shared.commands:Commands").receive

    async def receive(self: object, *given: object) -> None:
        await original(self, *given)

    replace("shared.commands:Commands", "receive", receive)


@removal("move-before")
def _move_before(module: str) -> None:
    """An activity does not look whether it has done the same before."""
    if module == "services.plans":
        replace("services.plans.activities.steps", "moved_before", none)


@removal("version")
def _version(module: str) -> None:
    """Nobody compares versions: neither the lifecycle nor review nor the row's own transaction."""
    if module == "workflows":
        replace("workflows.stages", "_check_version", nothing)
    if module == "services.review":
        replace("services.review.activities", "check_waiting", nothing)
        replace("services.review.api.deciding", "check_waiting", nothing)
    if module == "services.plans":
        replace("services.plans.activities.steps", "require_version", nothing)
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
