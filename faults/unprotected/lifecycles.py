"""Without what keeps lifecycles whole: retries, the reconciler, the table of moves, one id, replay."""

import os
from dataclasses import replace as changed
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from temporalio import workflow
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from faults.points import NAME, load
from faults.unprotected.registry import removal, replace


@removal("retry")
def _retry(module: str) -> None:
    """An activity is tried once."""
    if module == "workflows":
        policy = load("temporalio.common:RetryPolicy")
        replace("workflows.owners", "RETRY", policy(maximum_attempts=1))


@removal("reconciler")
def _reconciler(module: str) -> None:
    """Nobody looks after lifecycles."""
    if module == "services.plans":

        async def mend(*_: object) -> bool:
            return False

        replace("services.plans.reconcile:Lifecycles", "_mend", mend)


@removal("table")
def _table(module: str) -> None:
    """A move may be made from any stage: the lifecycle's table does not refuse, nor does the row's own."""
    if module == "workflows":
        _replace_admit()
    if module == "services.plans":
        steps = load("services.plans.activities.transaction_steps")
        original, drafting = steps.submission_of, load("shared.contracts.words").Stage.DRAFTING

        async def submission_of(connection: object, plan: Any, command: object) -> object:
            return await original(connection, changed(plan, stage=drafting), command)

        steps.submission_of = submission_of


def _replace_admit() -> None:
    table, refusals = load("workflows.moves"), load("shared.contracts.refusals")
    stages = load("shared.contracts.words").Stage
    original = table.admit

    def admit(standing: object, command: Any, *phase: object) -> object:
        try:
            return original(standing, command, *phase)
        except refusals.WrongStage:
            rule = table.TABLE[command.move]
            return next(to for stage in stages for to in rule.targets(stage))

    replace("workflows.plan_lifecycle", "admit", admit)


@removal("ladder")
def _ladder(module: str) -> None:
    """A lifecycle keeps the rungs of a stage that its plan has left."""
    if module == "workflows":
        ladder = load("workflows.entity.ladder:Ladder")
        original = ladder.begin

        def begin(self: Any, *given: object) -> None:
            kept = [alarm for alarm in self._alarms if alarm.rung and not alarm.move]
            original(self, *given)
            self.add(*kept)

        ladder.begin = begin


@removal("judged-by-row")
def _judged_by_row(module: str) -> None:
    """Who is late is judged by the events that have gone out, not by the row."""
    if module == "services.plans":
        replace("services.plans.activities.transaction_steps", "has_acted", _heard_of)


HEARD_OF = text(
    "select exists (select from plans.outbox where published_at is not null"
    " and subject = 'monthline.plans.plan_submitted.v1'"
    " and body -> 'data' -> 'submission' -> 'plan' ->> 'person' = :person"
    " and body -> 'data' -> 'submission' -> 'plan' ->> 'month' = :month)"
)


async def _heard_of(connection: Any, plan: Any, _request: object) -> bool:
    """Whether others have heard that a plan was submitted."""
    named = {"person": plan.ref.person, "month": plan.ref.month}
    heard: bool = (await connection.execute(HEARD_OF, named)).scalar_one()
    return heard


@removal("one-lifecycle")
def _one_lifecycle(module: str) -> None:
    """The engine starts a second lifecycle of a plan that has one, under another id."""
    if module == "services.plans":
        _another_by_client()
    if module == "workflows":
        _another_by_opening()


def _another(workflow_id: str, chance: object) -> str:
    return f"another:{chance}:{workflow_id}"


def _another_by_client() -> None:
    client, lifecycle = load("temporalio.client:Client"), load("shared.contracts.lifecycle").PLAN_LIFECYCLE
    original = client.start_workflow

    async def start_workflow(self: object, name: object, *given: object, **named: Any) -> object:
        if name != lifecycle:
            return await original(self, name, *given, **named)
        named["id_conflict_policy"] = WorkflowIDConflictPolicy.FAIL
        try:
            return await original(self, name, *given, **named)
        except WorkflowAlreadyStartedError:
            return await original(self, name, *given, **(named | {"id": _another(named["id"], uuid4())}))

    client.start_workflow = start_workflow


def _another_by_opening() -> None:
    original = workflow.start_child_workflow

    async def start_child_workflow(run: Any, given: object, **named: Any) -> object:
        try:
            return await original(run, given, **named)
        except WorkflowAlreadyStartedError:
            other = _another(named["id"], workflow.uuid4())
            return await original(run, given, **(named | {"id": other}))

    replace("temporalio.workflow", "start_child_workflow", start_child_workflow)


@removal("replay")
def _replay(module: str) -> None:
    """A lifecycle does something else when it is replayed."""
    if module == "workflows":
        _once_only()


@removal("same-build")
def _same_build(module: str) -> None:
    """The second workflow worker is of a build that does what the first one's lifecycles do not."""
    if module == "workflows" and os.environ.get(NAME) == "workflows-2":
        _once_only()


def _once_only() -> None:
    """A timer before each stay, which no replay knows of."""
    lifecycle = load("workflows.plan_lifecycle:PlanLifecycle")
    original = lifecycle.until_moved

    async def until_moved(self: object) -> None:
        if not workflow.unsafe.is_replaying():
            await workflow.sleep(timedelta(milliseconds=1))
        await original(self)

    lifecycle.until_moved = until_moved
