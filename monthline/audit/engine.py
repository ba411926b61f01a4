"""What an audit asks Temporal: which lifecycles run, what each believes, and what it is stuck on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from monthline.audit.facts import Lifecycle, Plan
from shared.contracts.entity import STATE_QUERY
from shared.contracts.ids import WORKFLOW_PREFIX, parse_workflow_id
from shared.contracts.lifecycle import PLAN_LIFECYCLE, LifecycleState

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
        shown=await _shown(described),
    )


async def _shown(described: WorkflowExecutionDescription) -> tuple[str, ...]:
    """Search attributes, memo and summary: what the codec does not hide, and what operators read."""
    attributes = [str(pair.value) for pair in described.typed_search_attributes]
    memo = [f"{name} {value}" for name, value in (await described.memo()).items()]
    summary = [await described.static_summary(), await described.static_details()]
    return tuple(text for text in (*attributes, *memo, *summary) if text)


async def _state(handle: WorkflowHandle[object, object]) -> LifecycleState | None:
    """What it believes; None when no worker answers for it."""
    try:
        state: LifecycleState = await handle.query(STATE_QUERY, result_type=LifecycleState, rpc_timeout=ASK)
    except Exception:
        # Whatever the reason, the audit goes on and says that this one does not answer.
        return None
    return state
