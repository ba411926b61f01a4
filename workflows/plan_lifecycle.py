"""The story of one plan's month, told as Temporal runs it: handlers decide, ``run`` acts."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from shared.contracts.calendar import Deadline
    from shared.contracts.ids import deadline_command_id
    from shared.contracts.lifecycle import (
        COMMAND_UPDATE,
        LOOK_AGAIN_SIGNAL,
        PLAN_LIFECYCLE,
        STATE_QUERY,
        Command,
        LifecycleInput,
        LifecycleState,
        Moved,
    )
    from shared.contracts.plan import Position
    from shared.contracts.plans import PlansActivities
    from shared.contracts.refusals import Refusal, StaleVersion
    from shared.contracts.review import ReviewActivities
    from shared.contracts.rungs import FiredRung, FireRung
    from shared.contracts.scoring import ScoringActivities
    from shared.contracts.words import SYSTEM, Milestone, Move, Party, Rung, RungOutcome, Stage
    from shared.engine.temporal import as_failure
    from workflows import search
    from workflows.acts import Act, Acts
    from workflows.deadlines import Alarm, Month
    from workflows.decisions import Decision
    from workflows.owners import ask
    from workflows.stages import REVIEW_STAGES, Standing, admit
    from workflows.timers import CalendarTimer

LEVELS = {Rung.SUPERIOR: 1, Rung.LEADERSHIP: 2}
RUNG_OWNERS: dict[Milestone, Callable[[Any, FireRung], Awaitable[FiredRung]]] = {
    Milestone.HR_REVIEW_DUE: ReviewActivities.fire_rung,
    Milestone.LEADER_REVIEW_DUE: ReviewActivities.fire_rung,
    Milestone.CONFIRMATION_DUE: ScoringActivities.fire_rung,
    Milestone.DISPUTE_ANSWER_DUE: ScoringActivities.fire_rung,
}


@workflow.defn(name=PLAN_LIFECYCLE)
class PlanLifecycle:
    """One plan from drafting to its end; its one update is a command, its answer the move."""

    @workflow.init
    def __init__(self, plan: LifecycleInput) -> None:
        self._input = plan
        self._month = Month(plan.plan.month, plan.zone, plan.policy, plan.working_days)
        self._timer = CalendarTimer(plan.scale, plan.plan.plan_id, plan.policy.jitter_seconds)
        self._acts = Acts(plan, self._month, self._timer)
        self._standing: Standing | None = None
        self._deadline: Deadline | None = None
        self._alarms: list[Alarm] = []
        self._level = 0
        self._noted: Decision | None = None
        self._made_before: dict[str, Moved] = {}
        self._look_again = False
        self._behind = False

    @workflow.run
    async def run(self, plan: LifecycleInput) -> LifecycleState:
        """Open the plan, wait in each of its stages for people and dates, and end with it."""
        await self._open()
        while not self._here.stage.ended:
            await self._stay()
        await self._dismiss()
        return LifecycleState(stage=self._here.stage, version=self._here.version)

    @workflow.update(name=COMMAND_UPDATE)
    async def command(self, command: Command) -> Moved:
        """Note a command and answer when it has been carried out."""
        # Several may have waited for the plan to open; each looks again, for only one may be noted.
        while self._standing is None or self._noted is not None:
            await workflow.wait_condition(lambda: self._standing is not None and self._noted is None)
        earlier = self._made_before.get(command.command_id)
        if earlier is not None:
            return earlier
        decision = Decision(command)
        self._noted = decision
        await workflow.wait_condition(lambda: decision.settled)
        return decision.answer()

    @command.validator
    def _validate(self, command: Command) -> None:
        """Refuse at the door what the table of moves does not allow; a refusal leaves no history.

        Who comes while another command is being carried out is let in and waits: that one may yet be
        refused by its owner. So is who has seen more of the plan than the lifecycle has heard of yet.
        """
        standing = self._standing
        if standing is None or command.command_id in self._made_before:
            return
        if (self._behind or self._look_again) and command.expected_version > standing.version:
            return
        try:
            admit(standing, command, self._month.at(self._timer.now()))
        except Refusal as refused:
            raise as_failure(refused) from refused

    @workflow.query(name=STATE_QUERY)
    def state(self) -> LifecycleState:
        """Where the lifecycle believes the plan stands; version 0 before it has been opened."""
        standing = self._standing or Standing(Stage.DRAFTING, 0)
        return LifecycleState(stage=standing.stage, version=standing.version)

    @workflow.signal(name=LOOK_AGAIN_SIGNAL)
    def look_again(self) -> None:
        """The row is ahead of what the lifecycle believes: read it."""
        self._look_again = True

    @property
    def _here(self) -> Standing:
        assert self._standing is not None
        return self._standing

    async def _open(self) -> None:
        try:
            self._take_up(await self._acts.open())
        except Refusal as refused:
            raise as_failure(refused) from refused

    def _take_up(self, position: Position) -> None:
        """Believe the row: it may be ahead when this lifecycle was started again."""
        if self._standing is not None and position.version == self._standing.version:
            return
        self._made_before = {moved.command_id: moved for moved in position.moves}
        self._standing = Standing(position.stage, position.version, next(reversed(position.moves), None))
        self._begin(position.deadline, self._input.scale.calendar(position.entered_at))
        self._show()

    async def _stay(self) -> None:
        """Wait in this stage, ladder by ladder, until something moves the plan."""
        await self._acts.enter(self._here.stage, self._here.version, self._deadline)
        here = self._here
        while self._here is here:
            alarm = self._alarms[0] if self._alarms else None
            woken = await self._timer.sleep_until(
                alarm.instant if alarm else None, self._woken, alarm.name if alarm else ""
            )
            if self._look_again:
                await self._look()
            elif woken:
                await self._carry_out_noted()
            elif alarm is not None:
                self._alarms.remove(alarm)
                await self._ring(alarm)

    async def _dismiss(self) -> None:
        """Answer who came too late: a plan that has ended refuses every command."""
        while not workflow.all_handlers_finished():
            await workflow.wait_condition(lambda: self._has_noted() or workflow.all_handlers_finished())
            if self._has_noted():
                await self._carry_out_noted()

    def _woken(self) -> bool:
        return self._look_again or self._has_noted()

    async def _look(self) -> None:
        self._look_again = False
        self._behind = True
        try:
            self._take_up(await self._acts.open())
        finally:
            self._behind = False

    def _has_noted(self) -> bool:
        return self._noted is not None

    def _begin(self, deadline: Deadline | None, since: datetime) -> None:
        """What time will do from now on; a rung of the past is left out, a move that is due never."""
        self._deadline = deadline
        self._level = 0
        alarms = [] if self._here.stage.ended else self._ladder(since)
        self._alarms = []
        self._set(*(alarm for alarm in alarms if alarm.move or alarm.instant > since))

    def _set(self, *alarms: Alarm) -> None:
        self._alarms = sorted([*self._alarms, *alarms], key=lambda alarm: alarm.order)

    def _ladder(self, since: datetime) -> list[Alarm]:
        month = self._month
        match self._here.stage:
            case Stage.DRAFTING:
                return month.drafting_alarms(self._due(), since)
            case Stage.HR_REVIEW | Stage.LEADER_REVIEW:
                return month.review_alarms(self._due(), since)
            case Stage.TRACKING:
                return month.tracking_alarms()
            case Stage.CLOSING:
                return month.closing_alarms(since)
            case _ if self._due().milestone is Milestone.DISPUTE_ANSWER_DUE:
                return month.disputed_alarms(self._due(), since)
            case _:
                return month.scored_alarms(self._due(), since)

    def _due(self) -> Deadline:
        assert self._deadline is not None
        return self._deadline

    async def _ring(self, alarm: Alarm) -> None:
        """Tell the alarm's rung and make its move, unless somebody has moved the plan meanwhile."""
        if alarm.rung is not None:
            fired = await self._fire(alarm, alarm.rung)
            self._note_rung(alarm, fired.outcome)
            if fired.outcome is RungOutcome.POSTPONED:
                return
        if alarm.move is None:
            return
        if self._has_noted():
            self._set(alarm)
            return
        await self._carry_out(Decision(self._by_time(alarm, alarm.move)))

    def _note_rung(self, alarm: Alarm, outcome: RungOutcome) -> None:
        """A rung that found everybody away comes later, with its move; one that climbed is shown."""
        if outcome is RungOutcome.POSTPONED:
            again = self._month.postponed(alarm)
            self._set(*([again] if again else []))
        if outcome is RungOutcome.SENT and alarm.rung in LEVELS:
            self._level = LEVELS[alarm.rung]
            self._show()

    async def _fire(self, alarm: Alarm, rung: Rung) -> FiredRung:
        due = alarm.deadline
        request = FireRung(
            command_id=self._alarm_id(alarm),
            plan=self._input.plan,
            department=self._input.department,
            stage=self._here.stage,
            plan_version=self._here.version,
            deadline=due,
            rung=rung,
            due=self._input.scale.clock(alarm.instant),
            local_date=alarm.instant.astimezone(ZoneInfo(due.zone)).date(),
            fires_at=self._timer.due(alarm.instant),
        )
        return await ask(RUNG_OWNERS.get(due.milestone, PlansActivities.fire_rung), request)

    def _alarm_id(self, alarm: Alarm) -> str:
        due = f"{alarm.deadline.milestone}.{alarm.deadline.local:%Y-%m-%d}.{self._here.version}"
        return deadline_command_id(self._input.plan.plan_id, due, alarm.rung or "end")

    def _by_time(self, alarm: Alarm, move: Move) -> Command:
        return Command(
            command_id=self._alarm_id(alarm),
            move=move,
            plan=self._input.plan,
            actor=SYSTEM,
            party=Party.SYSTEM,
            expected_version=self._here.version,
            note=alarm.deadline.milestone if move is Move.RETURN else "",
        )

    async def _carry_out_noted(self) -> None:
        noted = self._noted
        assert noted is not None
        try:
            await self._carry_out(noted)
        finally:
            self._noted = None

    async def _carry_out(self, decision: Decision) -> None:
        """Act on a decision; the owner's answer is believed, its refusal goes back to the sender."""
        command = decision.command
        try:
            target = admit(self._here, command, self._month.at(self._timer.now()))
        except Refusal as refused:
            decision.refuse(refused)
            return
        self._behind = True
        try:
            act = await self._acts.carry_out(command, self._here.stage, target, self._deadline)
        except Refusal as refused:
            decision.refuse(refused)
            if isinstance(refused, StaleVersion):
                await self._open()
            return
        finally:
            self._behind = False
        self._arrive(act)
        decision.done(act.moved)

    def _arrive(self, act: Act) -> None:
        entered = act.moved.stage is not self._here.stage
        self._standing = Standing(act.moved.stage, act.moved.version, act.moved)
        if entered or act.deadline is not None:
            self._begin(act.deadline, self._timer.now())
        self._show()

    def _show(self) -> None:
        """Let operators find the plan by its stage and by what it waits for."""
        stage, due = self._here.stage, self._deadline
        workflow.set_current_details(f"**{stage}**, version {self._here.version}")
        waiting = stage in REVIEW_STAGES and due is not None
        search.show(stage, self._input.scale.clock(due.instant) if waiting and due else None, self._level)
