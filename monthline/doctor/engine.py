"""Temporal as the doctor sees it: namespace, search attributes, schedule, payload keys, workers."""

from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, GetSystemInfoRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from monthline.deployment import Deployment
from monthline.doctor.verdict import Ill, first_line
from monthline.provision import connect_engine, missing_search_attributes
from monthline.registry import ACTIVE
from shared.base.diagnosis import Unfit
from shared.contracts.ids import LIFECYCLE_QUEUE, schedule_id
from shared.engine.codec import Codec, key_of
from shared.health.preflight import check_engine, sampled_payloads

PATIENCE = timedelta(seconds=5)


async def namespace(deployment: Deployment) -> str:
    """It answers, and has the namespace."""
    client = await _connected(deployment)
    try:
        await check_engine(client, Codec(deployment.keyring, 0), None)
    except Unfit as unfit:
        if not unfit.final:
            raise Ill(str(unfit), unfit.fix) from unfit
    info = await client.workflow_service.get_system_info(GetSystemInfoRequest(), timeout=PATIENCE)
    return f"Temporal {info.server_version} at {deployment.temporal_address}, namespace {client.namespace}"


async def search_attributes(deployment: Deployment) -> str:
    """The namespace knows those by which operators find plans."""
    missing = await missing_search_attributes(await _connected(deployment))
    if missing:
        raise Ill(f"search attributes missing: {', '.join(missing)}", "run: monthline migrate")
    return "search attributes are registered"


async def schedule(deployment: Deployment) -> str:
    """The schedule that opens every month is there and runs."""
    client = await _connected(deployment)
    name = schedule_id(deployment.company)
    try:
        described = await client.get_schedule_handle(name).describe(rpc_timeout=PATIENCE)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise Ill(
            f"there is no schedule {name}: months are opened by hand only",
            "run: monthline migrate; or correct COMPANY",
        ) from error
    if described.schedule.state.paused:
        raise Ill(f"schedule {name} is paused", f"temporal schedule toggle --unpause -s {name}")
    upcoming = described.info.next_action_times[:1]
    return (
        f"schedule {name} runs next at {upcoming[0].isoformat()}" if upcoming else f"schedule {name} is there"
    )


async def keys(deployment: Deployment) -> str:
    """What running plans have left in the engine can be read with PAYLOAD_KEYS."""
    client = await _connected(deployment)
    try:
        await check_engine(
            client, Codec(deployment.keyring, 0, strict=deployment.payload_strict), deployment.company
        )
    except Unfit as unfit:
        if not unfit.final:
            raise Ill("not looked at: there is no namespace", "see engine") from unfit
        raise Ill(str(unfit), unfit.fix) from unfit
    sample = await sampled_payloads(client, deployment.company)
    used = sorted({key_of(payload) or "none" for payload in sample})
    keys = deployment.keyring
    given = (", ".join(keys.ids) or "none") + (" (to read with alone)" if keys and not keys.encrypts else "")
    return f"{len(sample)} payloads read; keys given: {given}; keys in use: {', '.join(used) or 'none'}"


async def workers(deployment: Deployment) -> str:
    """Somebody polls every task queue."""
    client = await _connected(deployment)
    idle = [queue for queue in ACTIVE if not await _polled(client, queue, activity=True)]
    idle += [queue for queue in (LIFECYCLE_QUEUE,) if not await _polled(client, queue, activity=False)]
    if idle:
        raise Ill(f"nobody works on: {', '.join(idle)}", "start those processes with RUN_WORKER=true")
    return f"{len(ACTIVE) + 1} task queues have workers"


async def _polled(client: Client, queue: str, *, activity: bool) -> bool:
    kind = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY if activity else TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        ),
        timeout=PATIENCE,
    )
    return bool(described.pollers)


async def _connected(deployment: Deployment) -> Client:
    try:
        return await connect_engine(deployment)
    except Exception as error:
        raise Ill(
            f"{deployment.temporal_address} does not answer: {first_line(error)}",
            "start Temporal or correct TEMPORAL_ADDRESS, TLS and API key",
        ) from error
