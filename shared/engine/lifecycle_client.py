"""The workflow engine as the APIs see it: a command goes in, its answer or uncertainty comes out."""

import asyncio
from datetime import timedelta

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import QueryRejectCondition, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from shared.base import log
from shared.contracts.entity import COMMAND_UPDATE, LOOK_AGAIN_SIGNAL, STATE_QUERY
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
from shared.contracts.refusals import EngineDown, Refused
from shared.engine.codec import Unreadable
from shared.engine.search_attributes import PLAN_STAGE, at_start, summary
from shared.engine.temporal import TASK_TIMEOUT, as_refusal

DEADLINE = 12.0
logger = log.get(__name__)
CUT_OFF = "AcceptedUpdateCompletedWorkflow"
"""The engine's word for an update whose workflow was ended from outside before it had answered."""


class Unknown(Exception):
    """The engine has not said what became of the command; it may yet be carried out."""


class NoLifecycle(Exception):
    """No running lifecycle has this id."""


class Stuck(Exception):
    """A lifecycle runs and cannot say where it stands: no worker has it, or none can replay it."""


class LifecycleClient:
    """Sends commands to lifecycles; once it has failed it asks for a sign of life before the next."""

    def __init__(self, client: Client, *, deadline: float = DEADLINE) -> None:
        self._client = client
        self._deadline = deadline
        self._suspect = True

    async def check(self) -> None:
        """Ask the engine for a sign of life; raises EngineDown."""
        try:
            alive = await self._client.service_client.check_health(timeout=timedelta(seconds=2))
        except (RPCError, RuntimeError, OSError) as error:
            self._suspect = True
            raise EngineDown(retry_after=5) from error
        if not alive:
            raise EngineDown(retry_after=5)
        self._suspect = False

    async def command(self, command: Command, *, deadline: float | None = None) -> Moved:
        """Send the command and wait for its answer.

        Raises:
            EngineDown: nothing was sent.
            Unknown: sent, and no answer within the deadline, or none that can be read here.
            NoLifecycle: nothing was sent, no lifecycle of that plan is running.
            Refusal: what the lifecycle answered.
        """
        if self._suspect:
            await self.check()
        handle = self._client.get_workflow_handle(command.plan.workflow_id)
        try:
            async with asyncio.timeout(deadline or self._deadline):
                moved: Moved = await handle.execute_update(
                    COMMAND_UPDATE, command, id=command.command_id, result_type=Moved
                )
                return moved
        except WorkflowUpdateFailedError as error:
            if _cut_off(error):
                raise Unknown from error
            raise as_refusal(error.cause) or Refused(move=command.move) from error
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            self._suspect = True
            raise Unknown from error
        except Unreadable as error:
            raise _not_read(command, error) from error
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return await self._earlier(command)
            self._suspect = True
            raise Unknown from error

    async def _earlier(self, command: Command) -> Moved:
        """The answer this command got from a lifecycle that has ended since.

        Raises:
            NoLifecycle: it never reached one, or the one it reached was ended before it had answered.
            Unknown: it got one that cannot be read here.
        """
        handle = self._client.get_workflow_handle(command.plan.workflow_id)
        earlier = handle.get_update_handle(command.command_id, result_type=Moved)
        try:
            moved: Moved = await earlier.result(rpc_timeout=timedelta(seconds=2))
        except WorkflowUpdateFailedError as error:
            if _cut_off(error):
                raise NoLifecycle from error
            raise as_refusal(error.cause) or Refused(move=command.move) from error
        except Unreadable as error:
            raise _not_read(command, error) from error
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            raise NoLifecycle from error
        return moved

    async def state(self, workflow_id: str) -> LifecycleState | None:
        """What a running lifecycle believes; None when it is not there, or has ended.

        Raises:
            Stuck: it runs and does not answer, or with what cannot be read here.
            EngineDown: the engine does not.
        """
        handle = self._client.get_workflow_handle(workflow_id)
        try:
            state: LifecycleState = await handle.query(
                STATE_QUERY,
                result_type=LifecycleState,
                reject_condition=QueryRejectCondition.NOT_OPEN,
                rpc_timeout=timedelta(seconds=5),
            )
        except WorkflowQueryRejectedError:
            return None
        except Unreadable as error:
            raise Stuck(str(error)) from error
        except WorkflowQueryFailedError as error:
            raise Stuck(str(error.cause or error)[:200]) from error
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            if error.status is RPCStatusCode.UNAVAILABLE:
                raise EngineDown(retry_after=5) from error
            raise Stuck(error.message[:200]) from error
        return state

    async def shown_stage(self, workflow_id: str) -> str | None:
        """The stage that a running lifecycle shows operators; None when it is not there, or has ended.

        No worker is asked: it costs the engine a look and says less than :meth:`state`. It is empty
        where nothing is shown. Raises EngineDown.
        """
        try:
            found = await self._client.get_workflow_handle(workflow_id).describe(
                rpc_timeout=timedelta(seconds=5)
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise EngineDown(retry_after=5) from error
        if found.status is not WorkflowExecutionStatus.RUNNING:
            return None
        return found.typed_search_attributes.get(PLAN_STAGE, "")

    async def look_again(self, workflow_id: str) -> None:
        """Have a lifecycle read its plan's row; nothing happens when it is not there."""
        handle = self._client.get_workflow_handle(workflow_id)
        try:
            await handle.signal(LOOK_AGAIN_SIGNAL, rpc_timeout=timedelta(seconds=5))
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise EngineDown(retry_after=5) from error

    async def start(self, given: LifecycleInput) -> None:
        """Start a plan's lifecycle from what it was started with; nothing happens when one runs."""
        try:
            await self._client.start_workflow(
                PLAN_LIFECYCLE,
                given,
                id=given.plan.workflow_id,
                task_queue=LIFECYCLE_QUEUE,
                result_type=LifecycleState,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=TASK_TIMEOUT,
                search_attributes=at_start(given.plan, given.department),
                static_summary=summary(given.plan, given.department),
                rpc_timeout=timedelta(seconds=5),
            )
        except RPCError as error:
            raise EngineDown(retry_after=5) from error

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


def _not_read(command: Command, error: Unreadable) -> Unknown:
    """There is an answer, under a key that this process was not given: another one can read it."""
    logger.error("engine.unreadable", command=command.command_id, reason=str(error), key=error.key_id)
    return Unknown()


def _cut_off(error: WorkflowUpdateFailedError) -> bool:
    """Whether nobody decided anything: the command may or may not have been carried out."""
    return isinstance(error.cause, ApplicationError) and error.cause.type == CUT_OFF
