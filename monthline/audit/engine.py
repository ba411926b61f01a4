"""What an audit asks Temporal: which lifecycles run, what each believes, and what it is stuck on."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from monthline.audit.facts import Lifecycle, Plan
from shared.contracts.calendar import TimeScale
from shared.contracts.ids import WORKFLOW_PREFIX, parse_workflow_id
from shared.contracts.lifecycle import PLAN_LIFECYCLE, STATE_QUERY, LifecycleInput, LifecycleState

AT_ONCE = 12
ASK = timedelta(seconds=5)


async def lifecycles(client: Client, company: str, plans: Sequence[Plan]) -> tuple[Lifecycle, ...]:
    """The running lifecycles: those of the open plans, and those the engine lists beside them."""
    open_plans = {plan.id for plan in plans if not plan.stage.ended}
    listed = {plan_id async for plan_id in _listed(client, company)}
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(plan_id: str) -> Lifecycle | None:
        async with gate:
            return await _look(client, plan_id)

    found = await asyncio.gather(*(one(plan_id) for plan_id in sorted(open_plans | listed)))
    return tuple(lifecycle for lifecycle in found if lifecycle is not None)


async def _listed(client: Client, company: str) -> AsyncIterator[str]:
    query = f"WorkflowType = '{PLAN_LIFECYCLE}' and ExecutionStatus = 'Running'"
    async for execution in client.list_workflows(query):
        try:
            ref = parse_workflow_id(execution.id)
        except ValueError:
            continue
        if ref.company == company:
            yield ref.plan_id


async def _look(client: Client, plan_id: str) -> Lifecycle | None:
    """None when no lifecycle of the plan runs."""
    handle = client.get_workflow_handle(WORKFLOW_PREFIX + plan_id)
    try:
        described = await handle.describe(rpc_timeout=ASK)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    if described.status is not WorkflowExecutionStatus.RUNNING:
        return None
    state = await _state(handle)
    raw = described.raw_description
    return Lifecycle(
        plan_id=plan_id,
        stage=state.stage if state else None,
        version=state.version if state else None,
        task_attempt=raw.pending_workflow_task.attempt,
        activity_attempts=max((one.attempt for one in raw.pending_activities), default=0),
    )


async def _state(handle: WorkflowHandle[object, object]) -> LifecycleState | None:
    """What it believes; None when no worker answers for it."""
    try:
        state: LifecycleState = await handle.query(STATE_QUERY, result_type=LifecycleState, rpc_timeout=ASK)
    except Exception:
        # Whatever the reason, the audit goes on and says that this one does not answer.
        return None
    return state


async def scales(client: Client, plans: Iterable[Plan], now: datetime) -> Mapping[str, TimeScale]:
    """The scales of the open plans whose deadline has passed by the clock, from their lifecycles' input."""
    passed = [
        plan.id
        for plan in plans
        if not plan.stage.ended and plan.deadline is not None and plan.deadline.instant < now
    ]
    found = {}
    for plan_id in passed:
        scale = await _scale(client, plan_id)
        if scale is not None:
            found[plan_id] = scale
    return found


async def _scale(client: Client, plan_id: str) -> TimeScale | None:
    handle = client.get_workflow_handle(WORKFLOW_PREFIX + plan_id)
    try:
        async for event in handle.fetch_history_events(page_size=1, rpc_timeout=ASK):
            payloads = event.workflow_execution_started_event_attributes.input.payloads
            [given] = await client.data_converter.decode(payloads, [LifecycleInput])
            scale: TimeScale = given.scale
            return scale
    except RPCError:
        return None
    return None
