"""The lifecycles of plans, and the opening of their months, as the APIs see them."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from shared.contracts.ids import LIFECYCLE_QUEUE, open_month_workflow_id
from shared.contracts.lifecycle import (
    OPEN_MONTH,
    PLAN_LIFECYCLE,
    Command,
    LifecycleInput,
    LifecycleState,
    Moved,
    OpenedMonth,
    OpenMonthInput,
)
from shared.contracts.refusals import EngineDown
from shared.engine.entity_client import DEADLINE, EntityClient
from shared.engine.search_attributes import PLAN_STAGE, at_start, summary


class LifecycleClient(EntityClient[Command, Moved, LifecycleState]):
    """Sends commands to the lifecycles of plans, starts them, and opens months."""

    def __init__(self, client: Client, *, deadline: float = DEADLINE) -> None:
        super().__init__(client, Moved, LifecycleState, PLAN_STAGE, deadline=deadline)

    async def command(self, command: Command, *, deadline: float | None = None) -> Moved:
        """Send the command to its plan's lifecycle and wait for the answer, as :meth:`update` does."""
        return await self.update(command.plan.workflow_id, command, deadline=deadline)

    async def start(self, given: LifecycleInput) -> None:
        """Start a plan's lifecycle from what it was started with; nothing happens when one runs."""
        shown = at_start(given.plan)
        said = summary(given.plan)
        await self.start_from(PLAN_LIFECYCLE, given, given.plan.workflow_id, shown, said)

    async def open_month(self, request: OpenMonthInput) -> str:
        """Start opening a month, or join the opening that runs; the workflow's id."""
        workflow_id = open_month_workflow_id(request.company, request.month or "next", request.people)
        if self._suspect:
            await self.check()
        try:
            await self._client.start_workflow(
                OPEN_MONTH,
                request,
                id=workflow_id,
                task_queue=LIFECYCLE_QUEUE,
                result_type=OpenedMonth,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=f"Open {request.month or 'the next month'}",
                rpc_timeout=timedelta(seconds=5),
            )
        except WorkflowAlreadyStartedError:
            return workflow_id
        except RPCError as error:
            self._suspect = True
            raise EngineDown(retry_after=5) from error
        return workflow_id
