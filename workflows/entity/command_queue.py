"""Commands that a workflow has accepted: noted one at a time, carried out by ``run``, and answered."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, Protocol, TypeVar

from temporalio import workflow

from shared.contracts.refusals import Refusal
from shared.engine.temporal import as_failure
from workflows.entity.row_state import AnswerT, RowState


class Keyed(Protocol):
    """A command: its id, and the version of the subject that its sender has seen."""

    @property
    def command_id(self) -> str:
        """The same for every sending of the same command."""

    @property
    def expected_version(self) -> int:
        """The version of the subject that the sender has seen."""


CommandT = TypeVar("CommandT", bound=Keyed)


class Noted(Generic[CommandT, AnswerT]):
    """A command that is noted, and its answer or refusal once it is settled."""

    def __init__(self, command: CommandT) -> None:
        self.command = command
        self._answer: AnswerT | None = None
        self._refused: Refusal | None = None

    @property
    def settled(self) -> bool:
        """Whether the command has been carried out or refused."""
        return self._answer is not None or self._refused is not None

    async def settle(self, carry_out: Callable[[CommandT], Awaitable[AnswerT]]) -> None:
        """Carry the command out and keep what became of it."""
        try:
            self._answer = await carry_out(self.command)
        except Refusal as refused:
            self._refused = refused

    def answer(self) -> AnswerT:
        """What became of it; raises the refusal as a failure that Temporal carries to the caller."""
        if self._refused is not None:
            raise as_failure(self._refused)
        assert self._answer is not None
        return self._answer


class CommandQueue(Generic[CommandT, AnswerT]):
    """Lets the commands of a subject through one after the other, once its row is known."""

    def __init__(self, row: RowState[Any, AnswerT]) -> None:
        self._row = row
        self._noted: Noted[CommandT, AnswerT] | None = None

    @property
    def waiting(self) -> bool:
        """Whether a command waits for being carried out."""
        return self._noted is not None

    def admit(self, command: CommandT, check: Callable[[CommandT], object]) -> None:
        """Refuse in the update's validator what ``check`` refuses; a refusal leaves no history.

        A command that was answered before is admitted, and so is one that comes before the row is read,
        or whose sender has seen a version which the row may have reached meanwhile.
        """
        early = self._row.known is None or self._row.answered(command.command_id) is not None
        if early or self._row.may_be_at(command.expected_version):
            return
        try:
            check(command)
        except Refusal as refused:
            raise as_failure(refused) from refused

    async def answer(self, command: CommandT) -> AnswerT:
        """Note a command in the update's handler and wait until it has been carried out; its answer."""
        # Several may wait for their turn; each looks again, for only one may be noted.
        while self._row.known is None or self.waiting:
            await workflow.wait_condition(lambda: self._row.known is not None and not self.waiting)
        earlier = self._row.answered(command.command_id)
        if earlier is not None:
            return earlier
        noted: Noted[CommandT, AnswerT] = Noted(command)
        self._noted = noted
        await workflow.wait_condition(lambda: noted.settled)
        return noted.answer()

    async def carry_out(self, carry_out: Callable[[CommandT], Awaitable[AnswerT]]) -> None:
        """Carry out the command that is noted, and make room for the next."""
        assert self._noted is not None
        try:
            await self._noted.settle(carry_out)
        finally:
            self._noted = None

    async def drain(self, carry_out: Callable[[CommandT], Awaitable[AnswerT]]) -> None:
        """Answer the commands that came too late, so that no handler is cut off by the workflow's end."""
        while not workflow.all_handlers_finished():
            await workflow.wait_condition(lambda: self.waiting or workflow.all_handlers_finished())
            if self.waiting:
                await self.carry_out(carry_out)
