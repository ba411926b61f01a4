"""What a loan is, how it is commanded, and what its owner promises the workflow."""

from abc import ABC, abstractmethod
from enum import StrEnum

from temporalio import activity

from shared.contracts.calendar import Deadline, StepPolicy, TimeScale, WorkingDays
from shared.contracts.values import Value
from shared.contracts.words import Rung, RungOutcome

LOANS_QUEUE = "loans"


class LoanStage(StrEnum):
    """Where a laptop is."""

    OUT = "out"
    RETURNED = "returned"
    WRITTEN_OFF = "written_off"


class LoanMove(StrEnum):
    """What takes it there."""

    EXTEND = "extend"
    BRING_BACK = "bring_back"
    WRITE_OFF = "write_off"


class LoanInput(Value):
    """One loan, with every date-making fact by value."""

    loan: str
    step: StepPolicy
    days: WorkingDays
    scale: TimeScale


class LoanCommand(Value):
    """A wish to move a loan."""

    command_id: str
    move: LoanMove
    loan: str
    actor: str
    expected_version: int


class LoanMoved(Value):
    """What became of a command."""

    move: LoanMove
    actor: str
    stage: LoanStage
    version: int


class LoanState(Value):
    """What the workflow knows of its loan."""

    version: int


class LoanRow(Value):
    """Where a loan stands, with the answers to its commands."""

    stage: LoanStage
    version: int
    due: Deadline
    answers: dict[str, LoanMoved]


class OpenLoan(Value):
    """A loan to be handed out, due at ``due``; one that is out stays as it is."""

    loan: str
    due: Deadline


class MoveLoan(Value):
    """A decided move of a loan, with the deadline that then runs."""

    command: LoanCommand
    stage: LoanStage
    due: Deadline


class RemindOfLoan(Value):
    """A reminder whose time has come."""

    command_id: str
    loan: str
    rung: Rung


class Reminded(Value):
    """What became of a reminder."""

    outcome: RungOutcome


class LoanActivities(ABC):
    """Carried out on ``LOANS_QUEUE``."""

    @activity.defn(name="loans.open")
    @abstractmethod
    async def open(self, request: OpenLoan) -> LoanRow:
        """Hand the laptop out, or say where it is."""

    @activity.defn(name="loans.move")
    @abstractmethod
    async def move(self, request: MoveLoan) -> LoanMoved:
        """Move the loan, if its version is still the expected one."""

    @activity.defn(name="loans.remind")
    @abstractmethod
    async def remind(self, request: RemindOfLoan) -> Reminded:
        """Tell whoever has to bring the laptop back, or is to know that it is late."""
