"""The story of a loan: out until it is brought back or written off. All that a new workflow writes itself."""

from enum import StrEnum

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from shared.contracts.calendar import Deadline
    from shared.contracts.entity import COMMAND_UPDATE, STATE_QUERY
    from shared.contracts.refusals import WrongStage
    from shared.contracts.words import SYSTEM, Milestone, RungOutcome
    from shared.ladder.dates import Alarm, deadline_after, ladder
    from tests.lifecycle.loans import contract
    from tests.lifecycle.loans.contract import LoanActivities, LoanCommand, LoanMove, LoanMoved, LoanStage
    from workflows.entity.row_state import Row
    from workflows.entity.timers import CalendarTimer
    from workflows.entity.workflow import EntityWorkflow
    from workflows.owners import ask

TARGETS = {
    LoanMove.EXTEND: LoanStage.OUT,
    LoanMove.BRING_BACK: LoanStage.RETURNED,
    LoanMove.WRITE_OFF: LoanStage.WRITTEN_OFF,
}


@workflow.defn(name="Loan")
class Loan(EntityWorkflow[LoanStage, LoanCommand, LoanMoved]):
    """One laptop from its hand-out to its end."""

    @workflow.init
    def __init__(self, given: contract.LoanInput) -> None:
        super().__init__(CalendarTimer(given.scale, given.loan, jitter=0), given.days)
        self.given = given

    @workflow.run
    async def run(self, given: contract.LoanInput) -> LoanStage:
        """Hand the laptop out, wait until it is back or written off, and answer who comes too late."""
        await self.open()
        while self.row.here.stage is LoanStage.OUT:
            await self.until_moved()
        await self.queue.drain(self.carry_out)
        return self.row.here.stage

    @workflow.update(name=COMMAND_UPDATE)
    async def command(self, command: LoanCommand) -> LoanMoved:
        """Note a command and answer when it has been carried out."""
        return await self.queue.answer(command)

    @command.validator
    def _validate(self, command: LoanCommand) -> None:
        self.queue.admit(command, self._target)

    @workflow.query(name=STATE_QUERY)
    def state(self) -> contract.LoanState:
        """The version that the workflow knows."""
        return contract.LoanState(version=self.row.known.version if self.row.known else 0)

    def _target(self, command: LoanCommand) -> LoanStage:
        self.row.here.check_version(command.expected_version)
        if self.row.here.stage is not LoanStage.OUT:
            raise WrongStage(stage=self.row.here.stage, move=command.move)
        return TARGETS[command.move]

    async def read(self) -> None:
        """Hand the laptop out, or learn where it is."""
        row = await ask(LoanActivities.open, contract.OpenLoan(loan=self.given.loan, due=self._due()))
        if self.row.adopt(Row(row.stage, row.version), row.answers):
            self._begin(row.due)

    async def carry_out(self, command: LoanCommand) -> LoanMoved:
        """Move the loan; another deadline runs from then on."""
        due, target = self._due(), self._target(command)
        with self.row.changing():
            moved = await ask(LoanActivities.move, contract.MoveLoan(command=command, stage=target, due=due))
        self.row.moved(moved.stage, moved.version, moved)
        self._begin(due)
        return moved

    async def remind(self, alarm: Alarm) -> RungOutcome:
        """Tell a reminder of the day on which the laptop is due."""
        assert alarm.rung is not None
        reminder = contract.RemindOfLoan(command_id=alarm.key, loan=self.given.loan, rung=alarm.rung)
        return (await ask(LoanActivities.remind, reminder)).outcome

    def by_time(self, alarm: Alarm, move: StrEnum) -> LoanCommand:
        """Write the laptop off when nobody has brought it back."""
        return LoanCommand(
            command_id=alarm.key,
            move=LoanMove(move),
            loan=self.given.loan,
            actor=SYSTEM,
            expected_version=self.row.here.version,
        )

    def _due(self) -> Deadline:
        given = self.given
        return deadline_after(Milestone.DRAFT_DUE, self.timer.now(), given.step, given.days.zone, given.days)

    def _begin(self, due: Deadline) -> None:
        since = self.timer.now()
        alarms = ladder(due, since, self.given.step, self.given.days, LoanMove.WRITE_OFF)
        self.ladder.begin(due, alarms, since)
