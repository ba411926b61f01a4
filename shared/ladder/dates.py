"""When the reminders and escalations of a deadline come (domain section 3): pure, by working days.

Everything here is calendar time; :class:`shared.contracts.calendar.TimeScale` maps it to the clock.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.contracts.calendar import Deadline, StepPolicy, WorkingDays
from shared.contracts.words import Milestone, Rung

RUNGS = tuple(Rung)


@dataclass(frozen=True)
class Alarm:
    """Something to do at a calendar instant: tell a rung, make a move, or one after the other."""

    instant: datetime
    deadline: Deadline
    rung: Rung | None = None
    move: StrEnum | None = None

    @property
    def name(self) -> str:
        """How operators read it on a timer."""
        return f"{self.deadline.milestone} {self.rung or self.move}"

    @property
    def key(self) -> str:
        """Which alarm of its subject it is, whatever is done at it: the same alarm twice has the same key."""
        return f"{self.deadline.milestone}.{self.deadline.local:%Y-%m-%d}"

    @property
    def order(self) -> tuple[datetime, int]:
        """When it comes; of several at one instant the lower rung first, a bare move last."""
        return self.instant, RUNGS.index(self.rung) if self.rung else len(RUNGS)


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


def deadline_from(
    milestone: Milestone, day: date, at: time, zone: str, days: WorkingDays, since: datetime
) -> Deadline:
    """The deadline on that working day or the next one; what begins at ``since`` is not late at once."""
    day = days.on_or_after(day)
    due = deadline(milestone, day, at, zone, days)
    if due.instant > since:
        return due
    return deadline(milestone, days.add(day, 1), at, zone, days)


def deadline_after(
    milestone: Milestone, since: datetime, step: StepPolicy, zone: str, days: WorkingDays
) -> Deadline:
    """The deadline of a step that began at ``since``: so many working days later."""
    day = days.add(since.astimezone(ZoneInfo(zone)).date(), step.days)
    return deadline_from(milestone, day, step.at, zone, days, since)


def ladder(
    due: Deadline, since: datetime, step: StepPolicy, days: WorkingDays, end: StrEnum | None = None
) -> list[Alarm]:
    """The rungs of a deadline that began to run at ``since``; ``end`` is the move of its end state."""
    later = ((Rung.SUPERIOR, step.superior_after), (Rung.LEADERSHIP, step.leadership_after))
    alarms = [Alarm(due.instant, due, Rung.DUE)]
    alarms += [Alarm(_days_after(due, count, days), due, rung) for rung, count in later if count is not None]
    if step.end_after is not None and end is not None:
        alarms.append(Alarm(_days_after(due, step.end_after, days), due, Rung.END_STATE, end))
    return [*(half_time(due, since, days) if step.half_time else []), *alarms]


def half_time(due: Deadline, since: datetime, days: WorkingDays) -> list[Alarm]:
    """The reminder in the middle, on a working day; none when that would come after the deadline."""
    middle = _on_working_day(since + max(due.instant - since, timedelta()) / 2, due.zone, days)
    return [Alarm(middle, due, Rung.HALF_TIME)] if since <= middle < due.instant else []


def postponed(alarm: Alarm, days: WorkingDays) -> Alarm | None:
    """The same alarm on the next working day; None for a half-time that would come after its deadline."""
    zone = ZoneInfo(alarm.deadline.zone)
    local = alarm.instant.astimezone(zone)
    again = datetime.combine(days.add(local.date(), 1), local.time(), zone)
    if alarm.rung is Rung.HALF_TIME and again >= alarm.deadline.instant:
        return None
    return replace(alarm, instant=again)


def _days_after(due: Deadline, count: int, days: WorkingDays) -> datetime:
    day = days.add(due.local.date(), count)
    return datetime.combine(day, due.local.time(), ZoneInfo(due.zone))


def _on_working_day(instant: datetime, zone: str, days: WorkingDays) -> datetime:
    local = instant.astimezone(ZoneInfo(zone))
    day = days.on_or_after(local.date())
    return instant if day == local.date() else datetime.combine(day, local.time(), ZoneInfo(zone))
