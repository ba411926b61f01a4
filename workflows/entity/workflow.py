"""A workflow that follows one subject: it waits for commands, dates and news of the row, one at a time."""

from abc import ABC, abstractmethod
from contextlib import suppress
from enum import StrEnum
from typing import Generic

from temporalio import workflow

from shared.contracts.calendar import WorkingDays
from shared.contracts.entity import LOOK_AGAIN_SIGNAL
from shared.contracts.refusals import Refusal
from shared.contracts.words import RungOutcome
from shared.engine.temporal import as_failure
from shared.ladder.dates import Alarm
from workflows.entity.command_queue import CommandQueue, CommandT
from workflows.entity.ladder import Ladder
from workflows.entity.row_state import AnswerT, RowState, StageT
from workflows.entity.timers import CalendarTimer


class EntityWorkflow(ABC, Generic[StageT, CommandT, AnswerT]):
    """What every workflow of this kind does; a subclass says what its own subject does.

    A subclass declares its update, its validator and its query, for Temporal reads the types of their
    arguments there; they hand on to ``queue`` and ``row``.
    """

    def __init__(self, timer: CalendarTimer, days: WorkingDays) -> None:
        self.timer = timer
        self.row: RowState[StageT, AnswerT] = RowState()
        self.queue: CommandQueue[CommandT, AnswerT] = CommandQueue(self.row)
        self.ladder = Ladder(timer, days)

    @abstractmethod
    async def read(self) -> None:
        """Read the row from its owner, and have ``row`` and ``ladder`` take it over."""

    @abstractmethod
    async def carry_out(self, command: CommandT) -> AnswerT:
        """Have the owners carry a command out, inside ``row.changing()``; raises a Refusal."""

    @abstractmethod
    async def remind(self, alarm: Alarm) -> RungOutcome:
        """Have the owner of a deadline tell an alarm's reminder."""

    @abstractmethod
    def by_time(self, alarm: Alarm, move: StrEnum) -> CommandT:
        """The command of an alarm by whose instant nobody has acted: to make its move."""

    def show(self) -> None:
        """Show operators where the subject stands."""

    @workflow.signal(name=LOOK_AGAIN_SIGNAL)
    def look_again(self) -> None:
        """Have the row read again: it is ahead of what is known of it."""
        self.row.look_again = True

    async def open(self) -> None:
        """Read the row; a refusal ends the workflow."""
        self.row.look_again = False
        try:
            with self.row.changing():
                await self.read()
        except Refusal as refused:
            raise as_failure(refused) from refused

    async def until_moved(self) -> None:
        """Act on whatever comes first, again and again, until the subject has moved."""
        here = self.row.here
        while self.row.here is here:
            alarm = await self.ladder.wait(self._woken)
            if alarm is not None:
                await self._ring(alarm)
            elif self.row.look_again:
                await self.open()
            else:
                await self.queue.carry_out(self.carry_out)

    def _woken(self) -> bool:
        return self.row.look_again or self.queue.waiting

    async def _ring(self, alarm: Alarm) -> None:
        """Tell the alarm's reminder and make its move, unless a person has given a command meanwhile."""
        if alarm.rung is not None and await self._told(alarm) is RungOutcome.POSTPONED:
            return
        if alarm.move is None:
            return
        if self.queue.waiting:
            self.ladder.add(alarm)
            return
        with suppress(Refusal):
            await self.carry_out(self.by_time(alarm, alarm.move))

    async def _told(self, alarm: Alarm) -> RungOutcome:
        before = self.ladder.escalation_level
        outcome = await self.remind(alarm)
        self.ladder.note(alarm, outcome)
        if self.ladder.escalation_level != before:
            self.show()
        return outcome
