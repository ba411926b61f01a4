"""When the rungs of a deadline's ladder fire, and what time does at its end."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from shared.contracts.calendar import END_STATES, CyclePolicy, Deadline, StepPolicy, WorkingDays
from shared.contracts.words import EndState, Milestone, Move, Rung, Stage
from shared.ladder.dates import Alarm, deadline, postponed
from tests.support.build import spring
from tests.unit.workflows.test_deadlines import at, every_day, month
from workflows.deadlines import Month
from workflows.stages import STAGES

HALF, DUE, SUPERIOR, LEADERSHIP, END = Rung


def shown(alarms: list[Alarm], zone: str = "Asia/Shanghai") -> list[str]:
    """Each alarm's local time with what it does."""
    return [
        f"{alarm.instant.astimezone(ZoneInfo(zone)):%m-%d %H:%M} {alarm.rung or alarm.move}"
        for alarm in alarms
    ]


def ladder(stage: Stage, march: Month, due: Deadline, since: datetime | None = None) -> list[Alarm]:
    """The ladder of a stage whose deadline has run since then, or since it was due."""
    return STAGES[stage].ladder(march, due, since or due.instant)


def review(since: str, step: StepPolicy | None = None) -> list[Alarm]:
    """HR's ladder for a plan submitted at ``since``."""
    march = month(hr_review=step or StepPolicy(days=2))
    return ladder(Stage.HR_REVIEW, march, march.review_due(Milestone.HR_REVIEW_DUE, at(since)), at(since))


def test_a_review_s_ladder_climbs_by_working_days() -> None:
    assert shown(review("2026-03-02T08:00")) == [
        "03-03 13:00 half_time",
        "03-04 18:00 due",
        "03-05 18:00 superior",
        "03-06 18:00 leadership",
    ]


def test_rungs_pass_over_holidays_and_use_worked_saturdays() -> None:
    ends = StepPolicy(days=2, end_state=EndState.APPROVE_BY_POLICY)
    assert shown(review("2026-02-13T09:00", ends)) == [
        "02-24 01:30 half_time",  # half of it would be 19 February, in the holiday
        "02-24 18:00 due",
        "02-25 18:00 superior",
        "02-26 18:00 leadership",
        "02-28 18:00 end_state",  # a Saturday that is worked
    ]


@pytest.mark.parametrize(
    ("end", "move"),
    [
        (EndState.RETURN_TO_AUTHOR, Move.RETURN),
        (EndState.APPROVE_BY_POLICY, Move.APPROVE),
    ],
)
def test_the_end_state_tells_and_moves(end: EndState, move: Move) -> None:
    last = review("2026-03-02T08:00", StepPolicy(days=2, end_state=end))[-1]
    assert (last.rung, last.move, last.instant) == (END, move, at("2026-03-10T18:00"))


def test_a_draft_that_never_comes_is_marked_missing() -> None:
    march = month(draft=StepPolicy(days=1, end_state=EndState.MARK_MISSING))
    last = ladder(Stage.DRAFTING, march, march.draft_due(at("2026-02-16T09:00")), at("2026-02-16T09:00"))[-1]
    assert (last.rung, last.move) == (END, Move.MARK_MISSING)


@pytest.mark.parametrize("step", END_STATES)
def test_a_step_ends_only_as_its_stage_can(step: str) -> None:
    able = {end for end in EndState if fits(step, end)}
    assert (
        able
        == {
            "draft": {EndState.KEEP_WAITING, EndState.MARK_MISSING},
            "hr_review": {EndState.KEEP_WAITING, EndState.RETURN_TO_AUTHOR, EndState.APPROVE_BY_POLICY},
            "leader_review": {EndState.KEEP_WAITING, EndState.RETURN_TO_AUTHOR, EndState.APPROVE_BY_POLICY},
            "confirmation": {EndState.KEEP_WAITING},
            "dispute_answer": {EndState.KEEP_WAITING},
        }[step]
    )


def fits(step: str, end: EndState) -> bool:
    """Whether a policy may give this step that end state."""
    try:
        CyclePolicy.model_validate({step: {"days": 2, "end_state": end}})
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "rungs",
    [
        {"superior_after": 2, "leadership_after": 2},
        {"superior_after": 3, "leadership_after": 2},
        {"leadership_after": 4, "end_after": 4},
        {"superior_after": 5, "leadership_after": None, "end_after": 4},
    ],
)
def test_a_ladder_that_does_not_climb_is_refused(rungs: dict[str, int | None]) -> None:
    with pytest.raises(ValidationError, match="rungs_out_of_order"):
        StepPolicy.model_validate({"days": 2} | rungs)


def test_keep_waiting_has_no_end() -> None:
    assert [alarm.move for alarm in review("2026-03-02T08:00")] == [None] * 4


@pytest.mark.parametrize(
    ("changes", "rungs"),
    [
        ({"half_time": False}, [DUE, SUPERIOR, LEADERSHIP, END]),
        ({"superior_after": None}, [HALF, DUE, LEADERSHIP, END]),
        ({"leadership_after": None}, [HALF, DUE, SUPERIOR, END]),
        ({"end_after": None}, [HALF, DUE, SUPERIOR, LEADERSHIP]),
    ],
)
def test_each_rung_is_a_policy(changes: dict[str, object], rungs: list[Rung]) -> None:
    step = StepPolicy.model_validate({"days": 2, "end_state": EndState.RETURN_TO_AUTHOR} | changes)
    assert [alarm.rung for alarm in review("2026-03-02T08:00", step)] == rungs


def test_a_half_time_that_would_come_after_the_deadline_is_left_out() -> None:
    saturday_night = review("2026-03-07T22:00", StepPolicy(days=1))
    assert shown(saturday_night)[0] == "03-09 18:00 due"


def test_a_rung_keeps_its_local_time_over_a_clock_change() -> None:
    march = month(zone="Europe/Berlin", days=every_day())
    due = deadline(Milestone.DRAFT_DUE, date(2026, 3, 28), march.policy.draft.at, march.zone, march.days)
    alarms = ladder(Stage.DRAFTING, march, due)
    assert [alarm.instant.isoformat(timespec="minutes") for alarm in alarms] == [
        "2026-03-28T18:00+01:00",
        "2026-03-29T18:00+02:00",
        "2026-03-30T18:00+02:00",
        "2026-04-01T18:00+02:00",
    ]


@pytest.mark.parametrize(
    ("zone", "offset"), [("Pacific/Kiritimati", "+14:00"), ("Pacific/Honolulu", "-10:00")]
)
def test_the_author_s_rungs_are_in_the_author_s_zone(zone: str, offset: str) -> None:
    march = month(zone=zone)
    since = at("2026-02-24T09:00")
    *_, leadership, end = ladder(Stage.DRAFTING, march, march.draft_due(since), since)
    assert leadership.instant == datetime.fromisoformat(f"2026-03-03T18:00{offset}")
    assert end.instant == datetime.fromisoformat(f"2026-03-05T18:00{offset}")


def test_a_draft_nobody_submits_is_missing_in_the_end() -> None:
    march = month()
    since = at("2026-02-24T09:00")
    assert shown(ladder(Stage.DRAFTING, march, march.draft_due(since), since)) == [
        "02-26 13:30 half_time",
        "02-28 18:00 due",
        "03-02 18:00 superior",
        "03-03 18:00 leadership",
        "03-05 18:00 end_state",
    ]
    assert ladder(Stage.DRAFTING, march, march.draft_due(since), since)[-1].move is Move.MARK_MISSING


def test_the_leader_s_ladder_follows_the_leader_s_policy() -> None:
    march = month(leader_review=StepPolicy(days=1, half_time=False, superior_after=None))
    due = march.review_due(Milestone.LEADER_REVIEW_DUE, at("2026-03-02T09:00"))
    assert shown(ladder(Stage.LEADER_REVIEW, march, due, at("2026-03-02T09:00"))) == [
        "03-03 18:00 due",
        "03-05 18:00 leadership",
    ]


def test_tracking_reminds_weekly_and_ends_with_the_month() -> None:
    alarms = ladder(Stage.TRACKING, month(), month().close_opens())
    assert shown(alarms) == [
        "03-06 18:00 due",
        "03-13 18:00 due",
        "03-20 18:00 due",
        "03-27 18:00 due",
        "03-31 18:00 close",
    ]
    assert len({alarm.deadline.local for alarm in alarms}) == 5


def test_closing_reminds_once_and_ends_when_the_actuals_are_due() -> None:
    assert shown(ladder(Stage.CLOSING, month(), month().actuals_due(), at("2026-03-31T18:00"))) == [
        "04-02 06:00 half_time",
        "04-03 18:00 close",
    ]


def test_a_score_is_final_when_the_dispute_window_is_over() -> None:
    march = month()
    scored = at("2026-03-20T10:00")
    assert shown(ladder(Stage.SCORED, march, march.confirmation_due(scored), scored)) == [
        "03-23 14:00 half_time",
        "03-24 18:00 due",
        "03-25 18:00 superior",
        "03-26 18:00 leadership",
        "03-27 18:00 finalise",
    ]


def test_time_alone_does_not_end_a_dispute() -> None:
    march = month()
    disputed = at("2026-03-20T10:00")
    alarms = ladder(Stage.SCORED, march, march.dispute_answer_due(disputed), disputed)
    assert [alarm.rung for alarm in alarms] == [HALF, DUE, SUPERIOR, LEADERSHIP]
    assert {alarm.move for alarm in alarms} == {None}


@pytest.mark.parametrize(
    ("fired", "again"),
    [
        ("2026-02-13T18:00", "2026-02-14T18:00"),  # a worked Saturday
        ("2026-02-14T18:00", "2026-02-24T18:00"),  # over the holiday
        ("2026-03-06T13:30", "2026-03-09T13:30"),  # over a weekend
    ],
)
def test_a_postponed_rung_rings_again_on_the_next_working_day(fired: str, again: str) -> None:
    march = month()
    alarm = Alarm(at(fired), march.close_opens(), SUPERIOR)
    assert postponed(alarm, march.days) == Alarm(at(again), alarm.deadline, SUPERIOR)


def test_a_postponed_rung_keeps_its_local_time_over_a_clock_change() -> None:
    march = Month("2026-03", "Europe/Berlin", CyclePolicy(), every_day())
    due = deadline(
        Milestone.PROGRESS_DUE, date(2026, 3, 28), march.policy.progress.at, march.zone, march.days
    )
    again = postponed(Alarm(due.instant, due, DUE), march.days)
    assert again is not None
    assert again.instant.isoformat(timespec="minutes") == "2026-03-29T18:00+02:00"


def test_a_postponed_half_time_is_dropped_when_it_would_come_after_its_deadline() -> None:
    march = month()
    due = march.review_due(Milestone.HR_REVIEW_DUE, at("2026-03-02T08:00"))
    assert postponed(Alarm(at("2026-03-03T13:00"), due, HALF), march.days) == Alarm(
        at("2026-03-04T13:00"), due, HALF
    )
    assert postponed(Alarm(at("2026-03-03T19:00"), due, HALF), march.days) is None


def test_at_one_instant_the_lower_rung_comes_first_and_a_bare_move_last() -> None:
    due = month().close_opens()
    alarms = [Alarm(due.instant, due, rung) for rung in (END, SUPERIOR, DUE, HALF)]
    ordered = sorted([Alarm(due.instant, due, move=Move.CLOSE), *alarms], key=lambda alarm: alarm.order)
    assert [alarm.rung for alarm in ordered] == [HALF, DUE, SUPERIOR, END, None]


def test_an_alarm_reads_as_its_deadline_and_rung() -> None:
    names = [alarm.name for alarm in ladder(Stage.TRACKING, month(), month().close_opens())]
    assert (names[0], names[-1]) == ("progress_due due", "close_opens close")


def test_a_ladder_runs_on_when_the_calendar_ends() -> None:
    short = spring(last=date(2026, 3, 6))
    assert isinstance(short, WorkingDays)
    march = month(days=short)
    due = march.review_due(Milestone.HR_REVIEW_DUE, at("2026-03-05T09:00"))
    assert shown(ladder(Stage.LEADER_REVIEW, march, due, at("2026-03-05T09:00")))[1:] == [
        "03-09 18:00 due",
        "03-10 18:00 superior",
        "03-11 18:00 leadership",
    ]
