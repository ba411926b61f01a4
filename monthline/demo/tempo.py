"""Owns how fast the demo's calendar runs: from before drafting opens to the last end of the month."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.contracts.calendar import CyclePolicy, TimeScale, WorkingDays
from shared.contracts.organisation import first_and_last

MONTH_SECONDS = 48.0
"""How long the machines' clock takes for the whole month, where they are fast enough."""

FULL_PACE = 120.0
"""Requests per second that the services must answer for the month to be played in MONTH_SECONDS."""

SLOWEST = 4.0
"""By how much the month is stretched at most."""

_BEFORE_OPENING = timedelta(hours=12)
_AFTER_THE_END = timedelta(hours=12)


@dataclass(frozen=True)
class Span:
    """The calendar's instants between which a month is played."""

    start: datetime
    end: datetime

    def scale(self, clock_start: datetime, seconds: float) -> TimeScale:
        """The scale on which the span takes ``seconds`` of the machines' clock, from ``clock_start``."""
        speed = (self.end - self.start).total_seconds() / seconds
        return TimeScale(clock_start=clock_start, calendar_start=self.start, speed=speed)


def seconds_for(pace: float) -> float:
    """How long the month takes on machines that answer ``pace`` requests per second.

    People who act in time on a fast machine would be too late on one that is busy with something else.
    """
    return MONTH_SECONDS * min(max(FULL_PACE / pace, 1.0), SLOWEST)


def calendar_needed(month: str) -> tuple[date, date]:
    """The days a month's dates can fall on, with room for every policy and long holidays."""
    first, last = first_and_last(month)
    return first - timedelta(days=90), last + timedelta(days=120)


def span_of(month: str, policy: CyclePolicy, days: WorkingDays) -> Span:
    """From shortly before drafting opens until the last dispute must have been answered."""
    first, last = first_and_last(month)
    opens = days.add(first, -policy.drafting_opens_before)
    scored = days.add(last, policy.actuals.days)
    window = days.add(scored, policy.confirmation.days + policy.dispute_window)
    answered = days.add(window, policy.dispute_answer.days)
    zone = ZoneInfo(days.zone)
    return Span(
        start=datetime.combine(opens, time(0), zone) - _BEFORE_OPENING,
        end=datetime.combine(answered, policy.dispute_answer.at, zone) + _AFTER_THE_END,
    )
