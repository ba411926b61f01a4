"""The owner of loans, in memory."""

from shared.contracts.refusals import StaleVersion
from shared.contracts.words import RungOutcome
from tests.lifecycle.loans.contract import (
    LoanActivities,
    LoanMoved,
    LoanRow,
    LoanStage,
    MoveLoan,
    OpenLoan,
    Reminded,
    RemindOfLoan,
)
from tests.support.owners import Gate


class LoanOffice(LoanActivities):
    """One row a loan; ``outcomes`` says what becomes of the next reminders."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.rows: dict[str, LoanRow] = {}
        self.moves: list[LoanMoved] = []
        self.reminders: list[str] = []
        self.outcomes: list[RungOutcome] = []

    async def open(self, request: OpenLoan) -> LoanRow:
        """The row, made when it is absent."""
        fresh = LoanRow(stage=LoanStage.OUT, version=1, due=request.due, answers={})
        return self.rows.setdefault(request.loan, fresh)

    async def move(self, request: MoveLoan) -> LoanMoved:
        """Move the row."""
        await self.gate.through()
        command, row = request.command, self.rows[request.command.loan]
        if row.version != command.expected_version:
            raise StaleVersion(expected=command.expected_version, current=row.version, stage=row.stage)
        moved = LoanMoved(
            move=command.move, actor=command.actor, stage=request.stage, version=row.version + 1
        )
        answers = row.answers | {command.command_id: moved}
        self.rows[command.loan] = LoanRow(
            stage=moved.stage, version=moved.version, due=request.due, answers=answers
        )
        self.moves.append(moved)
        return moved

    async def remind(self, request: RemindOfLoan) -> Reminded:
        """Note the reminder."""
        self.reminders.append(request.rung)
        return Reminded(outcome=self.outcomes.pop(0) if self.outcomes else RungOutcome.SENT)
