"""Whether the servers that a process found are those it was made for; it begins no work before they are."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeScheduleRequest,
    GetWorkflowExecutionHistoryRequest,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client
from temporalio.converter import PayloadCodec
from temporalio.service import RPCError, RPCStatusCode

from shared.base import log
from shared.base.diagnosis import Unfit, said_by
from shared.base.tasks import obey
from shared.contracts.ids import schedule_id
from shared.contracts.lifecycle import PLAN_LIFECYCLE
from shared.engine.codec import unreadable
from shared.telemetry import metrics

FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
SAMPLE = 3
OLD = timedelta(days=21)
PATIENCE = timedelta(seconds=5)
logger = log.get(__name__)


Check = Callable[[], Awaitable[None]]


class Preflight:
    """The checks of one process, each repeated until it holds; a server that is away is waited for."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._fit = {name: asyncio.Event() for name in checks}
        self._troubles: dict[str, str] = {}
        self._waiting: dict[str, str] = {}

    @property
    def troubles(self) -> Mapping[str, str]:
        """What was found to be wrong, and what to do, by the check's name."""
        return self._troubles

    @property
    def waiting(self) -> Mapping[str, str]:
        """Why a check could not be carried out yet, by its name: its server is away."""
        return self._waiting

    def holds(self, name: str) -> bool:
        """Whether a check has held, or there is none of that name."""
        return name not in self._fit or self._fit[name].is_set()

    async def wait(self, *names: str) -> None:
        """Return when these checks have held."""
        for name in names:
            if name in self._fit:
                await self._fit[name].wait()

    async def look(self) -> None:
        """Carry out every check until it holds; raises Unfit when one never can."""
        async with asyncio.TaskGroup() as group:
            for name, check in self._checks.items():
                group.create_task(self._until_it_holds(name, check))

    async def _until_it_holds(self, name: str, check: Check) -> None:
        wait = FIRST_WAIT
        while not await self._holds_now(name, check):
            obey()
            await asyncio.sleep(wait)
            wait = min(wait * 1.5, LONGEST_WAIT)
        self._troubles.pop(name, None)
        self._waiting.pop(name, None)
        metrics.UNFIT.labels(name).set(0)
        self._fit[name].set()

    async def _holds_now(self, name: str, check: Check) -> bool:
        try:
            await check()
        except Unfit as unfit:
            trouble = f"{unfit}; {unfit.fix}"
            if self._troubles.get(name) != trouble:
                logger.error("process.unfit", check=name, found=str(unfit), fix=unfit.fix)
            self._troubles[name] = trouble
            self._waiting.pop(name, None)
            metrics.UNFIT.labels(name).set(1)
            if unfit.final:
                raise
            return False
        except Exception as error:
            said = said_by(error)
            if self._waiting.get(name) != said:
                logger.warning("process.not_looked_at", check=name, reason=said)
            self._waiting[name] = said
            return False
        return True


def check_schema(schema: str, have: str | None, want: str) -> None:
    """Judge a schema's version; raises Unfit when it is behind what this program needs.

    One that is ahead is taken: while a new version is rolled out, the schema moves first.
    """
    if have is None or have < want:
        found = f"schema {schema} is at {have or 'no version'} and this program needs {want}"
        raise Unfit(found, "run: monthline migrate")
    if have > want:
        logger.warning("process.newer_schema", schema=schema, have=have, known=want)


async def namespace_is_fit(client: Client) -> None:
    """Judge the engine's namespace; raises Unfit when there is none."""
    try:
        await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=client.namespace), timeout=PATIENCE
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise Unfit(
            f"Temporal has no namespace {client.namespace}",
            f"run: temporal operator namespace create -n {client.namespace}; or correct TEMPORAL_NAMESPACE",
        ) from error


async def check_engine(client: Client, codec: PayloadCodec, company: str | None) -> None:
    """Judge the engine: its namespace is there, and its payloads can be read with our keys.

    Raises:
        Unfit: one of them does not hold; for a key it is final.
    """
    await namespace_is_fit(client)
    problem = await unreadable(codec, await sampled_payloads(client, company))
    if problem is not None:
        fix = (
            f"put the key {problem.key_id!r} into PAYLOAD_KEYS again, behind the newest"
            if problem.key_id
            else "leave PAYLOAD_STRICT off until what was written without keys has gone; or see who wrote it"
        )
        raise Unfit(f"a payload of a running plan cannot be read: {problem}", fix, final=True)


async def sampled_payloads(client: Client, company: str | None) -> list[Payload]:
    """As Temporal keeps them: the schedule's input, and those of a few young and old running plans."""
    found = await _scheduled(client, company) if company else []
    running = f"WorkflowType = '{PLAN_LIFECYCLE}' and ExecutionStatus = 'Running'"
    before = (datetime.now(UTC) - OLD).strftime("%Y-%m-%dT%H:%M:%SZ")
    for query in (running, f"{running} and StartTime < '{before}'"):
        listed = await client.workflow_service.list_workflow_executions(
            ListWorkflowExecutionsRequest(namespace=client.namespace, page_size=SAMPLE, query=query),
            timeout=PATIENCE,
        )
        for execution in listed.executions:
            found += await _input(client, execution.execution)
    return found


async def _scheduled(client: Client, company: str) -> list[Payload]:
    try:
        described = await client.workflow_service.describe_schedule(
            DescribeScheduleRequest(namespace=client.namespace, schedule_id=schedule_id(company)),
            timeout=PATIENCE,
        )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return []
        raise
    given: Payloads = described.schedule.action.start_workflow.input
    return list(given.payloads)


async def _input(client: Client, execution: WorkflowExecution) -> list[Payload]:
    try:
        answer = await client.workflow_service.get_workflow_execution_history(
            GetWorkflowExecutionHistoryRequest(
                namespace=client.namespace, execution=execution, maximum_page_size=1
            ),
            timeout=PATIENCE,
        )
    except RPCError as error:
        # It may have ended and been forgotten since it was listed.
        if error.status is RPCStatusCode.NOT_FOUND:
            return []
        raise
    events = answer.history.events[:1]
    return [
        payload
        for event in events
        for payload in event.workflow_execution_started_event_attributes.input.payloads
    ]
