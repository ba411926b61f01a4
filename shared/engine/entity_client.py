"""The workflow engine as the APIs see it: a command goes in, its answer or uncertainty comes out."""

import asyncio
from datetime import timedelta
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    QueryRejectCondition,
    SearchAttributeKey,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from shared.base import log
from shared.contracts.entity import COMMAND_UPDATE, LOOK_AGAIN_SIGNAL, STATE_QUERY
from shared.contracts.ids import LIFECYCLE_QUEUE
from shared.contracts.refusals import EngineDown, Refused
from shared.engine.codec import Unreadable
from shared.engine.temporal import TASK_TIMEOUT, as_refusal

DEADLINE = 12.0
logger = log.get(__name__)
CUT_OFF = "AcceptedUpdateCompletedWorkflow"
"""The engine's word for an update whose workflow was ended from outside before it had answered."""


class Sent(Protocol):
    """A command: its id, and the move it asks for."""

    @property
    def command_id(self) -> str:
        """The same for every sending of the same command."""

    @property
    def move(self) -> StrEnum:
        """The move it asks for."""


CommandT = TypeVar("CommandT", bound=Sent)
AnswerT = TypeVar("AnswerT")
StateT = TypeVar("StateT")


class Unknown(Exception):
    """The engine has not said what became of the command; it may yet be carried out."""


class NoLifecycle(Exception):
    """No running lifecycle has this id."""


class Stuck(Exception):
    """A lifecycle runs and cannot say where it stands: no worker has it, or none can replay it."""


class EntityClient(Generic[CommandT, AnswerT, StateT]):
    """Sends commands to the workflows of one kind, whose answers and states are of these types.

    Once the engine has failed it is asked for a sign of life before the next command.
    """

    def __init__(
        self,
        client: Client,
        answer: type[AnswerT],
        state: type[StateT],
        stage: SearchAttributeKey[str],
        *,
        deadline: float = DEADLINE,
    ) -> None:
        self._client = client
        self._answer = answer
        self._state = state
        self._stage = stage
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

    async def update(self, workflow_id: str, command: CommandT, *, deadline: float | None = None) -> AnswerT:
        """Send the command and wait for its answer.

        Raises:
            EngineDown: nothing was sent.
            Unknown: sent, and no answer within the deadline, or none that can be read here.
            NoLifecycle: nothing was sent, no workflow of that id is running.
            Refusal: what the lifecycle answered.
        """
        if self._suspect:
            await self.check()
        handle = self._client.get_workflow_handle(workflow_id)
        try:
            async with asyncio.timeout(deadline or self._deadline):
                answer: AnswerT = await handle.execute_update(
                    COMMAND_UPDATE, command, id=command.command_id, result_type=self._answer
                )
                return answer
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
                return await self._earlier(workflow_id, command)
            self._suspect = True
            raise Unknown from error

    async def _earlier(self, workflow_id: str, command: CommandT) -> AnswerT:
        """The answer this command got from a lifecycle that has ended since.

        Raises:
            NoLifecycle: it never reached one, or the one it reached was ended before it had answered.
            Unknown: it got one that cannot be read here.
        """
        handle = self._client.get_workflow_handle(workflow_id)
        earlier = handle.get_update_handle(command.command_id, result_type=self._answer)
        try:
            answer: AnswerT = await earlier.result(rpc_timeout=timedelta(seconds=2))
        except WorkflowUpdateFailedError as error:
            if _cut_off(error):
                raise NoLifecycle from error
            raise as_refusal(error.cause) or Refused(move=command.move) from error
        except Unreadable as error:
            raise _not_read(command, error) from error
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            raise NoLifecycle from error
        return answer

    async def state(self, workflow_id: str) -> StateT | None:
        """Where a running lifecycle knows its subject to be; None when it is not there, or has ended.

        Raises:
            Stuck: it runs and does not answer, or with what cannot be read here.
            EngineDown: the engine does not.
        """
        handle = self._client.get_workflow_handle(workflow_id)
        try:
            state: StateT = await handle.query(
                STATE_QUERY,
                result_type=self._state,
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
        return found.typed_search_attributes.get(self._stage, "")

    async def look_again(self, workflow_id: str) -> None:
        """Have a lifecycle read its subject's row; nothing happens when it is not there."""
        handle = self._client.get_workflow_handle(workflow_id)
        try:
            await handle.signal(LOOK_AGAIN_SIGNAL, rpc_timeout=timedelta(seconds=5))
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise EngineDown(retry_after=5) from error

    async def start_from(
        self, workflow: str, given: Any, workflow_id: str, attributes: TypedSearchAttributes, summary: str
    ) -> None:
        """Start a workflow from what it was started with; nothing happens when one runs."""
        try:
            await self._client.start_workflow(
                workflow,
                given,
                id=workflow_id,
                task_queue=LIFECYCLE_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=TASK_TIMEOUT,
                search_attributes=attributes,
                static_summary=summary,
                rpc_timeout=timedelta(seconds=5),
            )
        except RPCError as error:
            raise EngineDown(retry_after=5) from error


def _not_read(command: Sent, error: Unreadable) -> Unknown:
    """There is an answer, under a key that this process was not given: another one can read it."""
    logger.error("engine.unreadable", command=command.command_id, reason=str(error), key=error.key_id)
    return Unknown()


def _cut_off(error: WorkflowUpdateFailedError) -> bool:
    """Whether nobody decided anything: the command may or may not have been carried out."""
    return isinstance(error.cause, ApplicationError) and error.cause.type == CUT_OFF
