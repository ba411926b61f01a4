"""Working days by value, deadlines and the scale of time; the calendar itself belongs to the directory."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    NaiveDatetime,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from shared.contracts.values import Value, unfit
from shared.contracts.words import EndState, Milestone

SATURDAY = 5
HOURS = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"


def _without_zone(value: time) -> time:
    if value.tzinfo is not None:
        raise unfit("local_time_with_zone")
    return value


# The schema's formats "time" and "date-time" would promise a zone.
LocalTime = Annotated[
    time, AfterValidator(_without_zone), WithJsonSchema({"type": "string", "pattern": f"^{HOURS}$"})
]
"""A time of day in the zone that goes with it."""
LocalDateTime = Annotated[
    NaiveDatetime,
    WithJsonSchema({"type": "string", "pattern": f"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{HOURS}$"}),
]
"""A date and time in the zone that goes with it."""


class CalendarRange(ValueError):
    """A date before the first day that a :class:`WorkingDays` holds was asked for."""


class WorkingDays(Value):
    """The working days of a span, cut from a company's calendar.

    ``days`` has one character per day from ``first``: ``1`` a working day, ``0`` not.
    ``provisional_from`` is the first day whose official make-up days are not published yet. After the
    span Monday to Friday count as worked, provisionally, so that no late plan runs out of calendar.
    """

    version: int
    zone: str
    first: date
    days: Annotated[str, StringConstraints(pattern=r"^[01]+$")]
    provisional_from: date | None = None

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is worked; raises CalendarRange before the span."""
        index = (day - self.first).days
        if index < 0:
            raise CalendarRange(f"{day} is before the first known working day, {self.first}")
        if index >= len(self.days):
            return day.weekday() < SATURDAY
        return self.days[index] == "1"

    def add(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day`` (before it, when negative); 0 is ``day`` itself."""
        step = timedelta(days=1 if count > 0 else -1)
        left = abs(count)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def on_or_after(self, day: date) -> date:
        """The first working day that is not before ``day``."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def on_or_before(self, day: date) -> date:
        """The last working day that is not after ``day``."""
        while not self.is_working(day):
            day -= timedelta(days=1)
        return day

    def count(self, first: date, last: date) -> int:
        """How many days from ``first`` to ``last``, both included, are worked."""
        span = (last - first).days + 1
        return sum(self.is_working(first + timedelta(days=n)) for n in range(max(span, 0)))

    def provisional(self, day: date) -> bool:
        """Whether ``day`` may still move because its year's make-up days are unpublished."""
        beyond = (day - self.first).days >= len(self.days)
        return beyond or (self.provisional_from is not None and day >= self.provisional_from)


class TimeScale(Value):
    """How the calendar's instants lie on the clock of the machines.

    With ``speed`` 1 they are the same. A trial run plays a month in a minute: its calendar starts at
    ``calendar_start`` when the machines' clock shows ``clock_start`` and runs ``speed`` times as fast.
    """

    clock_start: AwareDatetime
    calendar_start: AwareDatetime
    speed: Annotated[float, Field(gt=0)] = 1.0

    def clock(self, calendar: datetime) -> datetime:
        """When the machines' clock reaches ``calendar``."""
        return self.clock_start + (calendar - self.calendar_start) / self.speed

    def calendar(self, clock: datetime) -> datetime:
        """What the calendar shows when the machines' clock shows ``clock``."""
        return self.calendar_start + (clock - self.clock_start) * self.speed


class StepPolicy(Value):
    """How long one step may take, and its ladder; durations in working days."""

    days: Annotated[int, Field(ge=0, le=60)]
    at: LocalTime = time(18, 0)
    half_time: bool = True
    superior_after: Annotated[int, Field(ge=1, le=30)] | None = 1
    leadership_after: Annotated[int, Field(ge=1, le=30)] | None = 2
    end_after: Annotated[int, Field(ge=1, le=60)] | None = 4
    end_state: EndState = EndState.KEEP_WAITING

    @model_validator(mode="after")
    def _climbs(self) -> Self:
        rungs = [n for n in (self.superior_after, self.leadership_after, self.end_after) if n is not None]
        if any(lower >= upper for lower, upper in pairwise(rungs)):
            raise unfit("rungs_out_of_order")
        return self


class ReminderPolicy(Value):
    """A deadline that time itself ends: how many working days it leaves, and whether its half is told."""

    days: Annotated[int, Field(ge=0, le=60)]
    at: LocalTime = time(18, 0)
    half_time: bool = True


class WeeklyPolicy(Value):
    """A deadline of every Friday that is worked, else of the working day before."""

    at: LocalTime = time(18, 0)


END_STATES: Mapping[str, frozenset[EndState]] = {
    "draft": frozenset({EndState.KEEP_WAITING, EndState.MARK_MISSING}),
    "hr_review": frozenset(EndState) - {EndState.MARK_MISSING},
    "leader_review": frozenset(EndState) - {EndState.MARK_MISSING},
    "confirmation": frozenset({EndState.KEEP_WAITING}),
    "dispute_answer": frozenset({EndState.KEEP_WAITING}),
}
"""The end states that a step can have: only those whose move its stage knows."""


class CyclePolicy(Value):
    """The dates and ladders of a month: data, versioned (domain section 3, the defaults)."""

    version: int = 1
    drafting_opens_before: Annotated[int, Field(ge=0, le=40)] = 5
    draft: StepPolicy = StepPolicy(days=1, end_state=EndState.MARK_MISSING)
    redraft_days: Annotated[int, Field(ge=0, le=30)] = 2
    hr_review: StepPolicy = StepPolicy(days=2)
    leader_review: StepPolicy = StepPolicy(days=2)
    progress: WeeklyPolicy = WeeklyPolicy()
    close_at: LocalTime = time(18, 0)
    actuals: ReminderPolicy = ReminderPolicy(days=3)
    confirmation: StepPolicy = StepPolicy(days=2, end_after=None)
    dispute_window: Annotated[int, Field(ge=0, le=30)] = 3
    dispute_answer: StepPolicy = StepPolicy(days=2, end_after=None)
    jitter_seconds: Annotated[int, Field(ge=0, le=3600)] = 30

    @field_validator(*END_STATES)
    @classmethod
    def _ends_as_it_can(cls, step: StepPolicy, info: ValidationInfo) -> StepPolicy:
        if step.end_state not in END_STATES[str(info.field_name)]:
            raise unfit("end_state_impossible")
        return step


class Deadline(Value):
    """One due date: local, with its zone and instant, and the calendar that produced it."""

    milestone: Milestone
    local: LocalDateTime
    zone: str
    instant: AwareDatetime
    calendar_version: int
    provisional: bool = False
