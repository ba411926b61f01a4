"""The story of one plan's month, told as Temporal runs it: handlers decide, ``run`` acts."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from shared.contracts.calendar import Deadline
    from shared.contracts.entity import COMMAND_UPDATE, STATE_QUERY
    from shared.contracts.ids import deadline_command_id
    from shared.contracts.lifecycle import (
        PLAN_LIFECYCLE,
        Command,
        LifecycleInput,
        LifecycleState,
        Moved,
    )
    from shared.contracts.moves import REVIEW_STAGES
    from shared.contracts.plans import OpenPlan, PlansActivities
    from shared.contracts.rungs import FireRung
    from shared.contracts.words import SYSTEM, Move, Party, RungOutcome, Stage
    from shared.ladder.dates import Alarm
    from workflows import search
    from workflows.entity.workflow import EntityWorkflow
    from workflows.moves import Standing, admit
    from workflows.owners import ask
    from workflows.stages import STAGES
    from workflows.stages.plan_stage import PlanContext, PlanStage, Step


@workflow.defn(name=PLAN_LIFECYCLE)
class PlanLifecycle(EntityWorkflow[Stage, Command, Moved]):
    """One plan from drafting to its end; its one update is a command, its answer the move."""

    @workflow.init
    def __init__(self, given: LifecycleInput) -> None:
        self.plan = PlanContext(given, STAGES)
        super().__init__(self.plan.timer, given.working_days)

    @workflow.run
    async def run(self, given: LifecycleInput) -> LifecycleState:
        """Open the plan, wait in one stage after the other for people and dates, and end with it.

        The usual month is drafted, reviewed level by level, tracked, closed and scored until it is final;
        ``workflows.stages`` tells of each stage what it waits for and what its moves make the owners do.
        """
        await self.open()
        while not self.row.here.stage.ended:
            await self._stage.enter(self.plan, self.row.here, self.ladder.deadline)
            await self.until_moved()
        await self.queue.drain(self.carry_out)
        return self.state()

    @workflow.update(name=COMMAND_UPDATE)
    async def command(self, command: Command) -> Moved:
        """Note a command and answer when it has been carried out."""
        return await self.queue.answer(command)

    @command.validator
    def _validate(self, command: Command) -> None:
        """Refuse what the table of moves does not allow; a refusal leaves no history."""
        self.queue.admit(command, self._target)

    @workflow.query(name=STATE_QUERY)
    def state(self) -> LifecycleState:
        """Where the lifecycle knows the plan to be; version 0 before it has been opened."""
        row = self.row.known or Standing(Stage.DRAFTING, 0)
        return LifecycleState(stage=row.stage, version=row.version)

    @property
    def _stage(self) -> PlanStage:
        return STAGES[self.row.here.stage]

    def _target(self, command: Command) -> Stage:
        return admit(self.row.here, command, self.plan.month.at(self.timer.now()))

    async def read(self) -> None:
        """Open the plan's row, or learn where it stands; whether its round is open is then not known."""
        self.plan.round_open = False
        plan_id = self.plan.given.plan.plan_id
        position = await ask(
            PlansActivities.open,
            OpenPlan(
                command_id=deadline_command_id(plan_id, "drafting_opens", "open"),
                given=self.plan.given,
                deadline=self.plan.month.draft_due(self.timer.now()),
            ),
        )
        last = position.moves[-1] if position.moves else None
        answers = {moved.command_id: moved for moved in position.moves}
        if self.row.adopt(Standing(position.stage, position.version, last), answers):
            self._begin(position.deadline, self.plan.given.scale.calendar(position.entered_at))
            self.show()

    async def carry_out(self, command: Command) -> Moved:
        """Have the stage make a move; its owner's answer says where the plan stands then."""
        source, running = self.row.here.stage, self.ladder.deadline
        step = Step(command, source, self._target(command), running)
        with self.row.changing():
            done = await self._stage.carry_out(self.plan, step)
        self.row.moved(done.moved.stage, done.moved.version, done.moved)
        if done.moved.stage is not source or done.deadline is not None:
            self._begin(done.deadline, self.timer.now())
        self.show()
        return done.moved

    async def remind(self, alarm: Alarm) -> RungOutcome:
        """Have the owner of the running deadline tell a reminder to whom it concerns now."""
        assert alarm.rung is not None
        given, due = self.plan.given, alarm.deadline
        reminder = FireRung(
            command_id=self._id_of(alarm),
            plan=given.plan,
            stage=self.row.here.stage,
            plan_version=self.row.here.version,
            deadline=due,
            rung=alarm.rung,
            due=given.scale.clock(alarm.instant),
            local_date=alarm.instant.astimezone(ZoneInfo(due.zone)).date(),
            fires_at=self.timer.due(alarm.instant),
        )
        return (await self._stage.remind(reminder)).outcome

    def by_time(self, alarm: Alarm, move: StrEnum) -> Command:
        """The command of an alarm; a return names the deadline that has run out as its reason."""
        return Command(
            command_id=self._id_of(alarm),
            move=Move(move),
            plan=self.plan.given.plan,
            actor=SYSTEM,
            party=Party.SYSTEM,
            expected_version=self.row.here.version,
            note=alarm.deadline.milestone if move is Move.RETURN else "",
        )

    def show(self) -> None:
        """Let operators find the plan by its stage and by what it waits for."""
        here, due = self.row.here, self.ladder.deadline
        workflow.set_current_details(f"**{here.stage}**, version {here.version}")
        waiting = due is not None and here.stage in REVIEW_STAGES
        review_due = self.plan.given.scale.clock(due.instant) if waiting and due else None
        search.show(here.stage, review_due, self.ladder.escalation_level)

    def _begin(self, due: Deadline | None, since: datetime) -> None:
        """Start the ladder of a deadline that has run since a calendar instant."""
        self.ladder.begin(due, self._stage.ladder(self.plan.month, due, since), since)

    def _id_of(self, alarm: Alarm) -> str:
        key = f"{alarm.key}.{self.row.here.version}"
        return deadline_command_id(self.plan.given.plan.plan_id, key, alarm.rung or "end")
