"""When each milestone of a month is due, and when the rungs of its ladder fire (domain section 3).

Everything here is calendar time; :class:`shared.contracts.calendar.TimeScale` maps it to the clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.contracts.calendar import CyclePolicy, Deadline, StepPolicy, WorkingDays
from shared.contracts.words import EndState, Milestone, Move, Rung
from workflows.stages import Phase

END_MOVES = {
    EndState.MARK_MISSING: Move.MARK_MISSING,
    EndState.RETURN_TO_AUTHOR: Move.RETURN,
    EndState.APPROVE_BY_POLICY: Move.APPROVE,
}
RUNGS = tuple(Rung)
FRIDAY = 4


@dataclass(frozen=True)
class Alarm:
    """Something to do at a calendar instant: tell a rung, make a move, or one after the other."""

    instant: datetime
    deadline: Deadline
    rung: Rung | None = None
    move: Move | None = None

    @property
    def name(self) -> str:
        """How operators read it on a timer."""
        return f"{self.deadline.milestone} {self.rung or self.move}"

    @property
    def order(self) -> tuple[datetime, int]:
        """When it comes; of several at one instant the lower rung first, a bare move last."""
        return self.instant, RUNGS.index(self.rung) if self.rung else len(RUNGS)


def month_days(month: str) -> tuple[date, date]:
    """The first and the last day of ``YYYY-MM``."""
    year, number = int(month[:4]), int(month[5:])
    first = date(year, number, 1)
    following = date(year + number // 12, number % 12 + 1, 1)
    return first, following - timedelta(days=1)


def next_month(month: str) -> str:
    """The month after ``YYYY-MM``."""
    return (month_days(month)[1] + timedelta(days=1)).strftime("%Y-%m")


def deadline(milestone: Milestone, day: date, at: time, zone: str, days: WorkingDays) -> Deadline:
    """The deadline at a local date and time; a time that the clocks skip is taken after the change."""
    local = datetime.combine(day, at)
    return Deadline(
        milestone=milestone,
        local=local,
        zone=zone,
        instant=local.replace(tzinfo=ZoneInfo(zone)),
        calendar_version=days.version,
        provisional=days.provisional(day),
    )


@dataclass(frozen=True)
class Month:
    """The dates of one plan's month: the author's in the author's zone, the others in the company's."""

    month: str
    zone: str
    policy: CyclePolicy
    days: WorkingDays

    def drafting_opens(self) -> date:
        """The day on which drafting opens: so many working days before the month."""
        return self.days.add(month_days(self.month)[0], -self.policy.drafting_opens_before)

    def at(self, instant: datetime) -> Phase:
        """Before the first day of the month in the author's zone, in it, or after its close has opened."""
        if instant >= self.close_opens().instant:
            return Phase.CLOSED
        today = instant.astimezone(ZoneInfo(self.zone)).date()
        return Phase.BEFORE if today < month_days(self.month)[0] else Phase.RUNNING

    def draft_due(self, since: datetime) -> Deadline:
        """The last working day before the month, and never less than the time a new draft gets.

        Somebody who joins late, and an author whose plan came back, has ``redraft_days`` from ``since``.
        """
        policy = self.policy
        regular = self.days.add(month_days(self.month)[0], -policy.draft.days)
        again = self.days.add(since.astimezone(ZoneInfo(self.zone)).date(), policy.redraft_days)
        return self._ahead(Milestone.DRAFT_DUE, max(regular, again), policy.draft.at, self.zone, since)

    def review_due(self, milestone: Milestone, since: datetime) -> Deadline:
        """So many working days after the review began."""
        step = self.policy.hr_review if milestone is Milestone.HR_REVIEW_DUE else self.policy.leader_review
        return self._after(milestone, since, step, self.days.zone)

    def progress_due(self) -> tuple[Deadline, ...]:
        """Every Friday of the month that is worked, else the working day before it."""
        first, last = month_days(self.month)
        fridays = (first + timedelta(days=n) for n in range((last - first).days + 1))
        days = sorted({self.days.on_or_before(day) for day in fridays if day.weekday() == FRIDAY})
        at = self.policy.progress.at
        return tuple(
            deadline(Milestone.PROGRESS_DUE, day, at, self.zone, self.days) for day in days if day >= first
        )

    def close_opens(self) -> Deadline:
        """The last calendar day of the month."""
        day = month_days(self.month)[1]
        return deadline(Milestone.CLOSE_OPENS, day, self.policy.close_at, self.days.zone, self.days)

    def actuals_due(self) -> Deadline:
        """So many working days after the month has ended."""
        day = self.days.add(month_days(self.month)[1], self.policy.actuals.days)
        return deadline(Milestone.ACTUALS_DUE, day, self.policy.actuals.at, self.zone, self.days)

    def confirmation_due(self, scored: datetime) -> Deadline:
        """So many working days after scoring."""
        return self._after(Milestone.CONFIRMATION_DUE, scored, self.policy.confirmation, self.days.zone)

    def dispute_until(self, confirmation: Deadline) -> Deadline:
        """The end of the dispute window, counted from the day the confirmation is due."""
        day = self.days.add(confirmation.local.date(), self.policy.dispute_window)
        return deadline(Milestone.DISPUTE_UNTIL, day, self.policy.confirmation.at, self.zone, self.days)

    def dispute_answer_due(self, disputed: datetime) -> Deadline:
        """So many working days after the dispute."""
        return self._after(Milestone.DISPUTE_ANSWER_DUE, disputed, self.policy.dispute_answer, self.days.zone)

    def _after(self, milestone: Milestone, since: datetime, step: StepPolicy, zone: str) -> Deadline:
        day = self.days.add(since.astimezone(ZoneInfo(zone)).date(), step.days)
        return self._ahead(milestone, day, step.at, zone, since)

    def _ahead(self, milestone: Milestone, day: date, at: time, zone: str, since: datetime) -> Deadline:
        """The deadline on that working day or the next one; what begins at ``since`` is not late at once."""
        day = self.days.on_or_after(day)
        due = deadline(milestone, day, at, zone, self.days)
        if due.instant > since:
            return due
        return deadline(milestone, self.days.add(day, 1), at, zone, self.days)

    def ladder(self, due: Deadline, since: datetime, step: StepPolicy) -> Iterator[Alarm]:
        """The rungs of a deadline that began to run at ``since``, and the move of its end state."""
        half = self._half_time(due, since) if step.half_time else None
        if half is not None:
            yield half
        yield Alarm(due.instant, due, Rung.DUE)
        if step.superior_after is not None:
            yield Alarm(self._rung_after(due, step.superior_after), due, Rung.SUPERIOR)
        if step.leadership_after is not None:
            yield Alarm(self._rung_after(due, step.leadership_after), due, Rung.LEADERSHIP)
        move = END_MOVES.get(step.end_state)
        if step.end_after is not None and move is not None:
            yield Alarm(self._rung_after(due, step.end_after), due, Rung.END_STATE, move)

    def _half_time(self, due: Deadline, since: datetime) -> Alarm | None:
        """The reminder in the middle, on a working day; None when that would come after the deadline."""
        middle = self._on_working_day(since + max(due.instant - since, timedelta()) / 2, due.zone)
        return Alarm(middle, due, Rung.HALF_TIME) if since <= middle < due.instant else None

    def _rung_after(self, due: Deadline, count: int) -> datetime:
        day = self.days.add(due.local.date(), count)
        return datetime.combine(day, due.local.time(), ZoneInfo(due.zone))

    def _on_working_day(self, instant: datetime, zone: str) -> datetime:
        local = instant.astimezone(ZoneInfo(zone))
        day = self.days.on_or_after(local.date())
        if day == local.date():
            return instant
        return datetime.combine(day, local.time(), ZoneInfo(zone))

    def postponed(self, alarm: Alarm) -> Alarm | None:
        """The same alarm on the next working day; None for a half-time that would come after its deadline."""
        zone = ZoneInfo(alarm.deadline.zone)
        local = alarm.instant.astimezone(zone)
        again = datetime.combine(self.days.add(local.date(), 1), local.time(), zone)
        if alarm.rung is Rung.HALF_TIME and again >= alarm.deadline.instant:
            return None
        return Alarm(again, alarm.deadline, alarm.rung, alarm.move)

    def drafting_alarms(self, due: Deadline, since: datetime) -> list[Alarm]:
        """The author's ladder until the draft is submitted."""
        return list(self.ladder(due, since, self.policy.draft))

    def review_alarms(self, due: Deadline, since: datetime) -> list[Alarm]:
        """The reviewers' ladder until they have decided."""
        step = (
            self.policy.hr_review if due.milestone is Milestone.HR_REVIEW_DUE else self.policy.leader_review
        )
        return list(self.ladder(due, since, step))

    def tracking_alarms(self) -> list[Alarm]:
        """The weekly reminders, and the close when the month ends."""
        closes = self.close_opens()
        weekly = [Alarm(due.instant, due, Rung.DUE) for due in self.progress_due()]
        return [*weekly, Alarm(closes.instant, closes, move=Move.CLOSE)]

    def closing_alarms(self, opened: datetime) -> list[Alarm]:
        """A half-time reminder of the actuals, and the end of the close when they are due."""
        due = self.actuals_due()
        half = self._half_time(due, opened) if self.policy.actuals.half_time else None
        return [*([half] if half else []), Alarm(due.instant, due, move=Move.CLOSE)]

    def scored_alarms(self, confirmation: Deadline, scored: datetime) -> list[Alarm]:
        """The leader's ladder, and the end when the dispute window is over."""
        ends = self.dispute_until(confirmation)
        rungs = self.ladder(confirmation, scored, self.policy.confirmation)
        return [*rungs, Alarm(ends.instant, ends, move=Move.FINALISE)]

    def disputed_alarms(self, due: Deadline, disputed: datetime) -> list[Alarm]:
        """The leader's ladder until a dispute is answered; time alone does not end it."""
        return list(self.ladder(due, disputed, self.policy.dispute_answer))
