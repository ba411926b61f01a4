"""The time-skipping engine: the one place that knows its experimental interface."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from temporalio.client import WorkflowHandle
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from monthline.embedded.binaries import find_program
from monthline.embedded.temporal import SEARCH_ATTRIBUTES
from shared.contracts.directory import DIRECTORY_QUEUE, DirectoryActivities
from shared.contracts.ids import LIFECYCLE_QUEUE
from shared.contracts.lifecycle import (
    COMMAND_UPDATE,
    PLAN_LIFECYCLE,
    STATE_QUERY,
    Command,
    LifecycleInput,
    LifecycleState,
    Moved,
)
from shared.contracts.plans import PLANS_QUEUE, PlansActivities
from shared.contracts.review import REVIEW_QUEUE, ReviewActivities
from shared.contracts.scoring import SCORING_QUEUE, ScoringActivities
from shared.settings import ProcessSettings
from shared.temporal import activities_of
from tests.support.owners import (
    DirectoryInMemory,
    PlansInMemory,
    ReviewInMemory,
    Rungs,
    ScoringInMemory,
)
from workflows.__main__ import lifecycle_worker

KEYS = {
    "Keyword": SearchAttributeKey.for_keyword,
    "Datetime": SearchAttributeKey.for_datetime,
    "Int": SearchAttributeKey.for_int,
}


@asynccontextmanager
async def engine() -> AsyncIterator[WorkflowEnvironment]:
    """A real Temporal server on which single workflows can be moved through time."""
    environment = await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=str(find_program("temporal")),
        dev_server_log_level="never",
        dev_server_extra_args=["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"],
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
        await stack.enter_async_context(lifecycle_worker(client, ProcessSettings()))
        for queue, contract, keeper in owners.on_queues():
            activities = activities_of(contract, keeper)
            await stack.enter_async_context(Worker(client, task_queue=queue, activities=activities))
        yield


class Plan:
    """A running lifecycle and the commands one gives it."""

    def __init__(self, environment: WorkflowEnvironment, handle: WorkflowHandle[Any, Any]) -> None:
        self._environment = environment
        self.handle = handle

    async def give(self, command: Command) -> Moved:
        """Send a command and wait for its answer; raises WorkflowUpdateFailedError."""
        moved: Moved = await self.handle.execute_update(
            COMMAND_UPDATE, command, id=command.command_id, result_type=Moved
        )
        return moved

    async def skip(self, **span: float) -> None:
        """Let the plan's own clock run ahead by ``timedelta(**span)``."""
        await self._environment.fast_forward(self.handle, timedelta(**span))

    async def state(self) -> LifecycleState:
        """What the lifecycle believes."""
        state: LifecycleState = await self.handle.query(STATE_QUERY, result_type=LifecycleState)
        return state


async def start(environment: WorkflowEnvironment, plan: LifecycleInput) -> Plan:
    """Start a lifecycle whose time stands still until it is skipped."""
    with environment.with_time_skipping_disabled():
        handle = await environment.client.start_workflow(
            PLAN_LIFECYCLE,
            plan,
            id=f"{plan.plan.workflow_id}:{uuid4().hex[:8]}",
            task_queue=LIFECYCLE_QUEUE,
            result_type=LifecycleState,
        )
    return Plan(environment, handle)
