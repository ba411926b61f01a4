"""The story of one plan's month, told as Temporal runs it: handlers decide, ``run`` acts."""

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from shared.contracts.calendar import Deadline
    from shared.contracts.ids import deadline_command_id
    from shared.contracts.lifecycle import (
        COMMAND_UPDATE,
        PLAN_LIFECYCLE,
        STATE_QUERY,
        Command,
        LifecycleInput,
        LifecycleState,
        Moved,
    )
    from shared.contracts.plan import Position
    from shared.contracts.plans import PlansActivities
    from shared.contracts.refusals import AlreadyDecided, Refusal, StaleVersion
    from shared.contracts.review import ReviewActivities
    from shared.contracts.rungs import FiredRung, FireRung
    from shared.contracts.scoring import ScoringActivities
    from shared.contracts.words import SYSTEM, Milestone, Move, Party, Rung, RungOutcome, Stage
    from shared.temporal import as_failure
    from workflows.acts import Acts
    from workflows.deadlines import Alarm, Month
    from workflows.decisions import Decision
    from workflows.owners import ask
    from workflows.stages import Standing, admit
    from workflows.timers import CalendarTimer

PLAN_STAGE = SearchAttributeKey.for_keyword("PlanStage")
REVIEW_DUE_AT = SearchAttributeKey.for_datetime("ReviewDueAt")
ESCALATION_LEVEL = SearchAttributeKey.for_int("EscalationLevel")
LEVELS = {Rung.SUPERIOR: 1, Rung.LEADERSHIP: 2, Rung.END_STATE: 3}
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
        self._since = self._heard = self._timer.now()
        self._deadline: Deadline | None = None
        self._noted: Decision | None = None

    @workflow.run
    async def run(self, plan: LifecycleInput) -> LifecycleState:
        """Open the plan, wait in each of its stages for people and dates, and end with it."""
        await self._open()
        while not self._here.stage.ended:
            await self._stay()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return LifecycleState(stage=self._here.stage, version=self._here.version)

    @workflow.update(name=COMMAND_UPDATE)
    async def command(self, command: Command) -> Moved:
        """Note a command and answer when it has been carried out."""
        if self._standing is None or self._noted is not None:
            await workflow.wait_condition(lambda: self._standing is not None and self._noted is None)
        decision = Decision(command)
        self._noted = decision
        await workflow.wait_condition(lambda: decision.settled)
        return decision.answer()

    @command.validator
    def _validate(self, command: Command) -> None:
        """Refuse at the door what the table of moves does not allow; a refusal leaves no history."""
        try:
            if self._noted is not None:
                first = self._noted.command
                raise AlreadyDecided(move=first.move, actor=first.actor, stage=self._here.stage)
            if self._standing is not None:
                admit(self._standing, command)
        except Refusal as refused:
            raise as_failure(refused) from refused

    @workflow.query(name=STATE_QUERY)
    def state(self) -> LifecycleState:
        """Where the lifecycle believes the plan stands; version 0 before it has been opened."""
        standing = self._standing or Standing(Stage.DRAFTING, 0)
        return LifecycleState(stage=standing.stage, version=standing.version)

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
        self._standing = Standing(position.stage, position.version)
        self._since = self._heard = self._input.scale.calendar(position.entered_at)
        self._deadline = position.deadline
        self._show()

    async def _stay(self) -> None:
        """Wait in this stage, ladder by ladder, until something moves the plan."""
        await self._acts.enter(self._here.stage, self._here.version, self._deadline)
        alarms = self._alarms()
        here = self._here
        while self._here is here:
            alarm = alarms[0] if alarms else None
            woken = await self._timer.sleep_until(
                alarm.instant if alarm else None, lambda: self._noted is not None
            )
            if woken:
                await self._carry_out_noted()
            elif alarm is not None:
                alarms.pop(0)
                self._heard = alarm.instant
                again = await self._ring(alarm)
                if again is not None:
                    alarms = sorted([again, *alarms], key=lambda waiting: waiting.instant)

    def _alarms(self) -> list[Alarm]:
        """What time will still do in this stage, in order; a move that is due is never left out."""
        month, since = self._month, self._since
        match self._here.stage:
            case Stage.DRAFTING:
                alarms = month.drafting_alarms(self._due(), since)
            case Stage.HR_REVIEW | Stage.LEADER_REVIEW:
                alarms = month.review_alarms(self._due(), since)
            case Stage.TRACKING:
                alarms = month.tracking_alarms()
            case Stage.CLOSING:
                alarms = month.closing_alarms(since)
            case _ if self._due().milestone is Milestone.DISPUTE_ANSWER_DUE:
                alarms = month.disputed_alarms(self._due(), since)
            case _:
                alarms = month.scored_alarms(self._due(), since)
        left = [alarm for alarm in alarms if alarm.move or alarm.instant > self._heard]
        return sorted(left, key=lambda alarm: alarm.instant)

    def _due(self) -> Deadline:
        assert self._deadline is not None
        return self._deadline

    async def _ring(self, alarm: Alarm) -> Alarm | None:
        """Tell the alarm's rung and make its move; the alarm that takes its place when it is put off."""
        if alarm.rung is not None:
            fired = await self._fire(alarm, alarm.rung)
            if fired.outcome is RungOutcome.POSTPONED and alarm.move is None:
                return self._month.postponed(alarm)
            if fired.outcome is RungOutcome.SENT and alarm.rung in LEVELS:
                workflow.upsert_search_attributes([ESCALATION_LEVEL.value_set(LEVELS[alarm.rung])])
        if alarm.move is None:
            return None
        if self._noted is not None:
            return alarm
        await self._carry_out(Decision(self._by_time(alarm, alarm.move)))
        return None

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
            local_date=alarm.instant.astimezone(due.instant.tzinfo).date(),
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
            target = admit(self._here, command)
            act = await self._acts.carry_out(command, self._here.stage, target, self._deadline)
        except StaleVersion as refused:
            decision.refuse(refused)
            self._take_up(await self._acts.open())
            return
        except Refusal as refused:
            decision.refuse(refused)
            return
        entered = act.moved.stage is not self._here.stage
        self._standing = Standing(act.moved.stage, act.moved.version, act.moved)
        if entered or act.deadline is not None:
            self._since = self._heard = self._timer.now()
            self._deadline = act.deadline
        self._show()
        decision.done(act.moved)

    def _show(self) -> None:
        """Let operators find the plan by its stage; nothing personal is shown."""
        stage = self._here.stage
        updates = [PLAN_STAGE.value_set(stage)]
        workflow.set_current_details(f"**{stage}**, version {self._here.version}")
        if stage in (Stage.HR_REVIEW, Stage.LEADER_REVIEW) and self._deadline is not None:
            due = self._input.scale.clock(self._deadline.instant)
            workflow.upsert_search_attributes([*updates, REVIEW_DUE_AT.value_set(due)])
        else:
            workflow.upsert_search_attributes(updates)
