"""The time-skipping engine: the one place that knows its experimental interface."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from temporalio.client import Interceptor, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import SearchAttributeKey
from temporalio.converter import DataConverter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from monthline.embedded.binaries import find_program
from shared.base.keys import Keyring
from shared.base.settings import ProcessSettings
from shared.contracts.calendar import TimeScale
from shared.contracts.directory import DIRECTORY_QUEUE, DirectoryActivities
from shared.contracts.entity import COMMAND_UPDATE, STATE_QUERY
from shared.contracts.ids import LIFECYCLE_QUEUE
from shared.contracts.lifecycle import (
    PLAN_LIFECYCLE,
    SEARCH_ATTRIBUTES,
    Command,
    LifecycleInput,
    LifecycleState,
    Moved,
)
from shared.contracts.plans import PLANS_QUEUE, PlansActivities
from shared.contracts.refusals import Refusal
from shared.contracts.review import REVIEW_QUEUE, ReviewActivities
from shared.contracts.rungs import FireRung
from shared.contracts.scoring import SCORING_QUEUE, ScoringActivities
from shared.engine.codec import data_converter
from shared.engine.search_attributes import at_start
from shared.engine.temporal import BUILD, activities_of, as_refusal
from tests.support.garbage import workflows_run_here
from tests.support.owners import (
    DirectoryInMemory,
    PlansInMemory,
    ReviewInMemory,
    Rungs,
    ScoringInMemory,
)
from workflows.__main__ import lifecycle_worker

SERVER = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    # A timer fires at its instant; the server's default lets it be a second late.
    'history.timerProcessorMaxTimeShift="10ms"',
)
CONVERTER = data_converter(Keyring(), 0)
PATIENCE = timedelta(seconds=20)
KEYS = {
    "Keyword": SearchAttributeKey.for_keyword,
    "Datetime": SearchAttributeKey.for_datetime,
    "Int": SearchAttributeKey.for_int,
}


@asynccontextmanager
async def engine(
    converter: DataConverter = CONVERTER, interceptors: Sequence[Interceptor] = ()
) -> AsyncIterator[WorkflowEnvironment]:
    """A real Temporal server on which single workflows can be moved through time."""
    environment = await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=converter,
        interceptors=interceptors,
        dev_server_existing_path=str(find_program("temporal")),
        dev_server_log_level="never",
        identity="tests",
        dev_server_extra_args=[
            argument for setting in SERVER for argument in ("--dynamic-config-value", setting)
        ],
        search_attributes=[KEYS[kind](name) for name, kind in SEARCH_ATTRIBUTES.items()],
    )
    async with environment:
        yield environment


class Owners:
    """The owners in memory, each with its part of what happened."""

    def __init__(self, planners: int = 1) -> None:
        self.rungs = Rungs()
        self.plans = PlansInMemory(self.rungs)
        self.review = ReviewInMemory(self.rungs)
        self.scoring = ScoringInMemory(self.rungs)
        self.directory = DirectoryInMemory(planners)

    def on_queues(self) -> list[tuple[str, type, object]]:
        """Each owner's queue and contract."""
        return [
            (PLANS_QUEUE, PlansActivities, self.plans),
            (REVIEW_QUEUE, ReviewActivities, self.review),
            (SCORING_QUEUE, ScoringActivities, self.scoring),
            (DIRECTORY_QUEUE, DirectoryActivities, self.directory),
        ]


@asynccontextmanager
async def workers(environment: WorkflowEnvironment, owners: Owners) -> AsyncIterator[None]:
    """The lifecycle worker and the owners' activity workers."""
    client = environment.client
    async with AsyncExitStack() as stack:
        stack.enter_context(workflows_run_here())
        await stack.enter_async_context(lifecycle_worker(client, ProcessSettings()))
        for queue, contract, activities in owners.on_queues():
            bound = activities_of(contract, activities)
            await stack.enter_async_context(
                Worker(client, task_queue=queue, activities=bound, build_id=BUILD)
            )
        yield


class Plan:
    """A running lifecycle, the commands one gives it, and what its history tells."""

    def __init__(
        self, environment: WorkflowEnvironment, handle: WorkflowHandle[Any, Any], scale: TimeScale
    ) -> None:
        self._environment = environment
        self._scale = scale
        self.handle = handle

    async def give(self, command: Command) -> Moved:
        """Send a command and wait for its answer; raises WorkflowUpdateFailedError."""
        moved: Moved = await self.handle.execute_update(
            COMMAND_UPDATE, command, id=command.command_id, result_type=Moved, rpc_timeout=PATIENCE
        )
        return moved

    async def answer(self, command: Command) -> Moved | Refusal:
        """What becomes of a command."""
        try:
            return await self.give(command)
        except WorkflowUpdateFailedError as failed:
            found = as_refusal(failed.cause)
            assert found is not None
            return found

    async def refused(self, command: Command) -> Refusal:
        """Send a command that is to be refused; its refusal."""
        found = await self.answer(command)
        assert isinstance(found, Refusal), f"not refused: {found}"
        return found

    async def skip(self, **span: float) -> None:
        """Let the plan's own clock run ahead by ``timedelta(**span)``."""
        await self._environment.fast_forward(self.handle, timedelta(**span))

    async def skip_past(self, instant: datetime) -> None:
        """Let the plan's own clock run until a minute after the calendar instant."""
        await self._skip_to(self._scale.clock(instant) + timedelta(minutes=1))

    async def reach(self, instant: datetime) -> None:
        """Let the plan's own clock run until the calendar instant, unless that has passed."""
        moment = self._scale.clock(instant)
        if moment > await self._environment.get_current_time(self.handle):
            await self._skip_to(moment)

    async def skip_close_to(self, instant: datetime, seconds: float = 2) -> None:
        """Let the plan's own clock run until so many seconds, which then pass, before the instant."""
        await self._skip_to(self._scale.clock(instant) - timedelta(seconds=seconds))

    async def _skip_to(self, moment: datetime) -> None:
        left = moment - await self._environment.get_current_time(self.handle)
        assert left > timedelta(), "that moment has passed"
        await self._environment.fast_forward(self.handle, left)

    async def state(self) -> LifecycleState:
        """What the lifecycle believes."""
        state: LifecycleState = await self.handle.query(STATE_QUERY, result_type=LifecycleState)
        return state

    async def settled(self) -> int:
        """Wait until nothing is under way; how many events the history then has."""
        while True:
            described = (await self.handle.describe()).raw_description
            busy = described.pending_activities or described.HasField("pending_workflow_task")
            if not busy:
                return described.workflow_execution_info.history_length
            await asyncio.sleep(0.01)

    async def kinds(self) -> list[str]:
        """What kinds of events the history has, such as ``timer_started``."""
        return [
            str(event.WhichOneof("attributes")).removesuffix("_event_attributes")
            async for event in self.handle.fetch_history_events()
        ]

    async def accepted(self, count: int) -> None:
        """Wait until so many commands have been accepted."""
        await self._until("workflow_execution_update_accepted", count)

    async def fired(self, count: int) -> None:
        """Wait until so many timers have fired."""
        await self._until("timer_fired", count)

    async def _until(self, kind: str, count: int) -> None:
        async with asyncio.timeout(60):
            while True:
                if (await self.kinds()).count(kind) >= count:
                    return
                await asyncio.sleep(0.02)

    async def told(self) -> list[str]:
        """The rungs that were asked for, each with the calendar's local time at which it was."""
        found = []
        async for event in self.handle.fetch_history_events():
            asked = event.activity_task_scheduled_event_attributes
            if asked.activity_type.name.endswith("fire_rung"):
                rung = FireRung.model_validate_json(asked.input.payloads[0].data)
                at = self._scale.calendar(event.event_time.ToDatetime(UTC))
                local = at.astimezone(ZoneInfo(rung.deadline.zone))
                found.append(f"{local:%m-%d %H:%M} {rung.deadline.milestone} {rung.rung}")
        return found


async def start(environment: WorkflowEnvironment, plan: LifecycleInput, workflow_id: str = "") -> Plan:
    """Start a lifecycle whose time stands still until it is skipped."""
    with environment.with_time_skipping_disabled():
        handle = await environment.client.start_workflow(
            PLAN_LIFECYCLE,
            plan,
            id=workflow_id or f"{plan.plan.workflow_id}:{uuid4().hex[:8]}",
            task_queue=LIFECYCLE_QUEUE,
            result_type=LifecycleState,
            search_attributes=at_start(plan.plan),
        )
    return Plan(environment, handle, plan.scale)
