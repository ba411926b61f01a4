"""What holds for every ladder, whatever the calendar, the policy and the zone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.calendar import END_STATES, CyclePolicy, StepPolicy, WorkingDays
from shared.contracts.words import Milestone, Rung, Stage
from shared.ladder.dates import Alarm, postponed
from workflows.deadlines import Month
from workflows.stages import STAGES

ZONES = st.sampled_from(
    ["Pacific/Kiritimati", "Pacific/Honolulu", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"]
)
WEEKS = st.lists(st.integers(1, 127).map("{:07b}".format), min_size=1, max_size=4)
"""Some weeks, each with a day of work at least, that come again and again."""

CALENDARS = st.builds(
    lambda weeks, zone: WorkingDays(
        version=1, zone=zone, first=date(2026, 1, 1), days="".join(weeks * 20)[:140]
    ),
    WEEKS,
    ZONES,
)
MOMENTS = st.integers(0, 60 * 24 * 60).map(
    lambda minutes: datetime(2026, 2, 10, tzinfo=UTC) + timedelta(minutes=minutes)
)
TIMES = st.sampled_from([time(0, 0), time(2, 30), time(9, 0), time(18, 0), time(23, 59)])


@st.composite
def steps(draw: st.DrawFn) -> StepPolicy:
    """A policy whose ladder climbs; any rung of it may be switched off."""
    climbs = draw(st.lists(st.integers(1, 9), min_size=3, max_size=3, unique=True).map(sorted))
    superior, leadership, end = (draw(st.sampled_from([after, None])) for after in climbs)
    return StepPolicy(
        days=draw(st.integers(0, 5)),
        at=draw(TIMES),
        half_time=draw(st.booleans()),
        superior_after=superior,
        leadership_after=leadership,
        end_after=end,
        end_state=draw(st.sampled_from(sorted(END_STATES["hr_review"]))),
    )


def ladder(calendar: WorkingDays, step: StepPolicy, since: datetime) -> tuple[Month, list[Alarm]]:
    """HR's ladder from ``since`` on."""
    month = Month("2026-03", "Asia/Shanghai", CyclePolicy(hr_review=step), calendar)
    due = month.review_due(Milestone.HR_REVIEW_DUE, since)
    return month, STAGES[Stage.HR_REVIEW].ladder(month, due, since)


@settings(max_examples=40, deadline=None)
@given(CALENDARS, steps(), MOMENTS)
def test_rungs_come_in_the_order_of_the_ladder(
    calendar: WorkingDays, step: StepPolicy, since: datetime
) -> None:
    _, alarms = ladder(calendar, step, since)
    assert [alarm.rung for alarm in alarms] == sorted(
        (alarm.rung for alarm in alarms if alarm.rung), key=list(Rung).index
    )
    instants = [alarm.instant for alarm in alarms]
    assert all(before < after for before, after in pairwise(instants))


@settings(max_examples=40, deadline=None)
@given(CALENDARS, steps(), MOMENTS)
def test_no_rung_comes_before_its_step_began(
    calendar: WorkingDays, step: StepPolicy, since: datetime
) -> None:
    _, alarms = ladder(calendar, step, since)
    assert all(alarm.instant > since for alarm in alarms)


@settings(max_examples=40, deadline=None)
@given(CALENDARS, steps(), MOMENTS)
def test_every_rung_falls_on_a_working_day(calendar: WorkingDays, step: StepPolicy, since: datetime) -> None:
    _, alarms = ladder(calendar, step, since)
    again = [later for alarm in alarms if (later := postponed(alarm, calendar))]
    zone = ZoneInfo(calendar.zone)
    assert all(calendar.is_working(alarm.instant.astimezone(zone).date()) for alarm in [*alarms, *again])


@settings(max_examples=40, deadline=None)
@given(CALENDARS, st.integers(1, 5), MOMENTS)
def test_a_step_lasts_its_working_days(calendar: WorkingDays, days: int, since: datetime) -> None:
    _, alarms = ladder(calendar, StepPolicy(days=days, half_time=False), since)
    zone = ZoneInfo(calendar.zone)
    first, last = (moment.astimezone(zone).date() for moment in (since, alarms[0].instant))
    assert calendar.count(first + timedelta(days=1), last) == days


@settings(max_examples=40, deadline=None)
@given(CALENDARS, ZONES, MOMENTS, st.integers(0, 5))
def test_a_draft_always_has_time_left(
    calendar: WorkingDays, zone: str, since: datetime, redraft: int
) -> None:
    month = Month("2026-03", zone, CyclePolicy(redraft_days=redraft), calendar)
    due = month.draft_due(since)
    assert due.instant > since
    assert calendar.is_working(due.local.date())
    assert due.local.date() >= calendar.add(since.astimezone(ZoneInfo(zone)).date(), redraft)


@settings(max_examples=40, deadline=None)
@given(CALENDARS, ZONES)
def test_progress_is_due_on_working_days_of_the_month_and_never_twice(
    calendar: WorkingDays, zone: str
) -> None:
    found = [due.local.date() for due in Month("2026-03", zone, CyclePolicy(), calendar).progress_due()]
    assert all(calendar.is_working(day) and day.month == 3 for day in found)
    assert found == sorted(set(found))
