"""When each milestone of a month is due: the facts of domain section 3."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from shared.contracts.calendar import CalendarRange, CyclePolicy, Deadline, StepPolicy, WorkingDays
from shared.contracts.moves import Phase
from shared.contracts.words import Milestone
from shared.ladder.dates import deadline
from tests.support.build import spring
from workflows.deadlines import Month, month_days, next_month

SHANGHAI = "Asia/Shanghai"
FIRST_ZONE, LAST_ZONE = "Pacific/Kiritimati", "Pacific/Honolulu"


def month(
    name: str = "2026-03", zone: str = SHANGHAI, days: WorkingDays | None = None, **policy: object
) -> Month:
    """A month under the default policy, in the calendar of spring 2026."""
    return Month(name, zone, CyclePolicy.model_validate(policy), days or spring())


def every_day(zone: str = "Europe/Berlin", year: int = 2026) -> WorkingDays:
    """A calendar in which every day is worked."""
    return WorkingDays(version=7, zone=zone, first=date(year, 1, 1), days="1" * 365)


def at(text: str) -> datetime:
    """An instant as Shanghai writes it."""
    return datetime.fromisoformat(f"{text}+08:00")


def shown(due: Deadline) -> str:
    """Local date and time with the zone's offset at that moment."""
    assert due.instant.replace(tzinfo=None) == due.local
    return due.instant.isoformat(timespec="minutes")


def test_working_days_are_counted_over_holidays_and_worked_saturdays() -> None:
    days = spring()
    assert days.add(date(2026, 2, 13), 3) == date(2026, 2, 25)
    assert days.count(date(2026, 2, 1), date(2026, 2, 28)) == 16
    assert days.count(date(2026, 3, 1), date(2026, 3, 31)) == 22
    assert [day for day in range(1, 29) if not days.is_working(date(2026, 2, day))][-9:] == list(
        range(15, 24)
    )


@pytest.mark.parametrize(
    ("name", "first", "last", "following"),
    [
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "2027-01"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "2028-03"),
        ("2026-04", date(2026, 4, 1), date(2026, 4, 30), "2026-05"),
    ],
)
def test_a_month_has_its_days_and_its_next_one(name: str, first: date, last: date, following: str) -> None:
    assert month_days(name) == (first, last)
    assert next_month(name) == following


def test_drafting_opens_five_working_days_before_the_month() -> None:
    assert month("2026-03").drafting_opens() == date(2026, 2, 24)
    assert month("2026-04").drafting_opens() == date(2026, 3, 25)
    assert month("2026-03", drafting_opens_before=6).drafting_opens() == date(2026, 2, 14)


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("2026-03", "2026-02-28T18:00+08:00"),  # a Saturday that is worked
        ("2026-04", "2026-03-31T18:00+08:00"),
        ("2026-06", "2026-05-29T18:00+08:00"),  # the month before ends on a Sunday
    ],
)
def test_the_draft_is_due_on_the_last_working_day_before_the_month(name: str, due: str) -> None:
    found = month(name).draft_due(at("2026-02-02T09:00"))
    assert (shown(found), found.milestone) == (due, Milestone.DRAFT_DUE)


@pytest.mark.parametrize(
    ("since", "due"),
    [
        ("2026-02-26T09:00", "2026-02-28T18:00+08:00"),
        ("2026-02-27T09:00", "2026-03-02T18:00+08:00"),
        ("2026-03-10T09:00", "2026-03-12T18:00+08:00"),
        ("2026-03-13T23:59", "2026-03-17T18:00+08:00"),
    ],
)
def test_a_late_or_returned_draft_gets_two_working_days(since: str, due: str) -> None:
    assert shown(month().draft_due(at(since))) == due


def test_the_time_of_a_returned_draft_is_a_policy() -> None:
    assert shown(month(redraft_days=5).draft_due(at("2026-03-10T09:00"))) == "2026-03-17T18:00+08:00"


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        ("2026-02-13T09:00", "2026-02-24T18:00+08:00"),  # Saturday is worked, then nine days of holiday
        ("2026-02-27T23:00", "2026-03-02T18:00+08:00"),
        ("2026-03-06T09:00", "2026-03-10T18:00+08:00"),
        ("2026-03-07T09:00", "2026-03-10T18:00+08:00"),  # submitted on a free Saturday
    ],
)
@pytest.mark.parametrize("step", [Milestone.HR_REVIEW_DUE, Milestone.LEADER_REVIEW_DUE])
def test_a_review_takes_two_working_days(submitted: str, due: str, step: Milestone) -> None:
    found = month().review_due(step, at(submitted))
    assert (shown(found), found.milestone) == (due, step)


def test_each_review_has_its_own_policy() -> None:
    shorter = month(hr_review=StepPolicy(days=1), leader_review=StepPolicy(days=3))
    assert (
        shown(shorter.review_due(Milestone.HR_REVIEW_DUE, at("2026-03-02T09:00"))) == "2026-03-03T18:00+08:00"
    )
    assert (
        shown(shorter.review_due(Milestone.LEADER_REVIEW_DUE, at("2026-03-02T09:00")))
        == "2026-03-05T18:00+08:00"
    )


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("2026-03", [6, 13, 20, 27]),
        ("2026-02", [6, 13, 14, 27]),  # the 20th is a holiday; the day worked before it is Saturday 14th
        ("2026-05", [8, 15, 22, 29]),  # the 1st is a holiday, and the day before it another month's
        ("2026-04", [3, 10, 17, 24]),
    ],
)
def test_progress_is_due_every_friday_or_the_working_day_before(name: str, days: list[int]) -> None:
    found = month(name).progress_due()
    assert [due.local for due in found] == [
        datetime.combine(month_days(name)[0].replace(day=day), time(18)) for day in days
    ]
    assert {due.milestone for due in found} == {Milestone.PROGRESS_DUE}


def test_two_fridays_without_work_share_one_due_day() -> None:
    days = "".join("0" if 10 <= day <= 20 else "1" for day in range(1, 32))
    march = WorkingDays(version=1, zone=SHANGHAI, first=date(2026, 3, 1), days=days)
    assert [due.local.day for due in month(days=march).progress_due()] == [6, 9, 27]


@pytest.mark.parametrize(
    ("name", "opens"), [("2026-03", "2026-03-31T18:00+08:00"), ("2026-05", "2026-05-31T18:00+08:00")]
)
def test_close_opens_on_the_last_calendar_day_be_it_a_sunday(name: str, opens: str) -> None:
    assert shown(month(name).close_opens()) == opens


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("2026-03", "2026-04-03T18:00+08:00"),
        ("2026-02", "2026-03-04T18:00+08:00"),
        ("2026-05", "2026-06-03T18:00+08:00"),
    ],
)
def test_actuals_are_due_three_working_days_after_the_month(name: str, due: str) -> None:
    assert shown(month(name).actuals_due()) == due


def test_confirmation_takes_two_working_days_and_the_dispute_window_three_more() -> None:
    confirmation = month().confirmation_due(at("2026-04-03T18:00"))
    assert shown(confirmation) == "2026-04-08T18:00+08:00"
    until = month().dispute_until(confirmation)
    assert (shown(until), until.milestone) == ("2026-04-13T18:00+08:00", Milestone.DISPUTE_UNTIL)


def test_a_dispute_is_to_be_answered_within_two_working_days() -> None:
    answer = month().dispute_answer_due(at("2026-04-10T09:00"))
    assert (shown(answer), answer.milestone) == ("2026-04-14T18:00+08:00", Milestone.DISPUTE_ANSWER_DUE)


def test_the_author_s_dates_are_in_the_author_s_zone() -> None:
    first, last = month(zone=FIRST_ZONE), month(zone=LAST_ZONE)
    since = at("2026-02-02T09:00")
    assert shown(first.draft_due(since)) == "2026-02-28T18:00+14:00"
    assert shown(last.draft_due(since)) == "2026-02-28T18:00-10:00"
    assert last.draft_due(since).instant - first.draft_due(since).instant == timedelta(hours=24)
    assert shown(first.progress_due()[0]) == "2026-03-06T18:00+14:00"
    assert shown(last.actuals_due()) == "2026-04-03T18:00-10:00"
    assert shown(last.dispute_until(last.confirmation_due(since))).endswith("-10:00")


def test_the_close_and_the_reviewers_dates_are_in_the_company_s_zone() -> None:
    for zone in (FIRST_ZONE, LAST_ZONE):
        assert shown(month(zone=zone).close_opens()) == "2026-03-31T18:00+08:00"
        due = month(zone=zone).review_due(Milestone.HR_REVIEW_DUE, at("2026-03-02T09:00"))
        assert shown(due) == "2026-03-04T18:00+08:00"


def test_working_days_are_counted_from_the_day_it_is_where_the_deadline_holds() -> None:
    since = datetime(2026, 2, 27, 23, 30, tzinfo=UTC)  # the 28th in Kiritimati, the 27th in Honolulu
    assert month(zone=FIRST_ZONE).draft_due(since).local.date() == date(2026, 3, 3)
    assert month(zone=LAST_ZONE).draft_due(since).local.date() == date(2026, 3, 2)
    midnight = datetime(2026, 2, 26, 17, 0, tzinfo=UTC)  # one o'clock on the 27th in Shanghai
    assert month().review_due(Milestone.HR_REVIEW_DUE, midnight).local.date() == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2026, 3, 29), "2026-03-29T01:30+00:00"),  # 02:30 is skipped; this is 03:30 summer time
        (date(2026, 10, 25), "2026-10-25T00:30+00:00"),  # 02:30 comes twice; the first time counts
        (date(2026, 3, 30), "2026-03-30T00:30+00:00"),
    ],
)
def test_a_deadline_in_the_night_of_a_clock_change_has_one_instant(day: date, instant: str) -> None:
    due = deadline(Milestone.DRAFT_DUE, day, time(2, 30), "Europe/Berlin", every_day())
    assert due.instant.astimezone(UTC).isoformat(timespec="minutes") == instant
    assert due.local == datetime.combine(day, time(2, 30))


def test_a_deadline_names_the_calendar_it_comes_from() -> None:
    due = month(days=every_day(SHANGHAI)).close_opens()
    assert (due.calendar_version, due.zone, due.provisional) == (7, SHANGHAI, False)


def test_dates_in_an_unpublished_year_and_beyond_the_calendar_are_provisional() -> None:
    unpublished = spring().model_copy(update={"provisional_from": date(2026, 4, 1)})
    march = month(days=unpublished)
    assert (march.close_opens().provisional, march.actuals_due().provisional) == (False, True)
    short = month(days=spring(last=date(2026, 3, 31)))
    assert (short.close_opens().provisional, short.actuals_due().provisional) == (False, True)
    assert short.actuals_due().local.date() == date(2026, 4, 3)


def test_a_date_before_the_calendar_is_refused() -> None:
    with pytest.raises(CalendarRange):
        month("2026-01").drafting_opens()


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        ("2026-03-03T09:00", "2026-03-03T18:00+08:00"),
        ("2026-03-03T20:00", "2026-03-04T18:00+08:00"),  # the day's end has passed
        ("2026-03-07T09:00", "2026-03-09T18:00+08:00"),  # a free Saturday
    ],
)
def test_a_review_due_the_same_day_is_never_late_at_once(submitted: str, due: str) -> None:
    today = month(hr_review=StepPolicy(days=0))
    assert shown(today.review_due(Milestone.HR_REVIEW_DUE, at(submitted))) == due


def test_a_draft_returned_after_hours_is_not_late_at_once() -> None:
    assert shown(month(redraft_days=0).draft_due(at("2026-03-10T19:00"))) == "2026-03-11T18:00+08:00"


@pytest.mark.parametrize(
    ("instant", "phase"),
    [
        ("2026-02-28T23:59", Phase.BEFORE),
        ("2026-03-01T00:00", Phase.RUNNING),
        ("2026-03-31T17:59", Phase.RUNNING),
        ("2026-03-31T18:00", Phase.CLOSED),
    ],
)
def test_a_month_begins_with_its_first_day_and_is_closed_when_its_close_opens(
    instant: str, phase: Phase
) -> None:
    assert month().at(at(instant)) is phase


def test_a_month_begins_by_the_author_s_own_clock() -> None:
    honolulu = replace(month(), zone="Pacific/Honolulu")
    assert honolulu.at(at("2026-03-01T17:59")) is Phase.BEFORE
    assert honolulu.at(at("2026-03-01T18:01")) is Phase.RUNNING
