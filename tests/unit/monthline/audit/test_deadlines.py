"""I7: passed deadlines had their effect on whom they concern, in every stage that the plan went through."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from monthline.audit.facts import Change, Fired
from shared.contracts.organisation import Absence
from shared.contracts.words import SYSTEM, EndState, Milestone, Move, Rung, Stage
from tests.unit.monthline.audit.build import ID, STEPS, given, moved, wrong
from tests.unit.services.plans.build import deadline

OPEN, SUBMIT, APPROVE = STEPS
LEAD = ("boss1:approve", Move.APPROVE, "boss1", Stage.LEADER_REVIEW, Stage.TRACKING)
MISS = ("miss", Move.MARK_MISSING, SYSTEM, Stage.DRAFTING, Stage.MISSING)
CLOSE = ("close", Move.CLOSE, SYSTEM, Stage.TRACKING, Stage.CLOSING)
SCORE = ("score", Move.CLOSE, SYSTEM, Stage.CLOSING, Stage.SCORED)
CONFIRM = ("boss1:confirm", Move.CONFIRM, "boss1", Stage.SCORED, Stage.SCORED)
OWN = ("p017:confirm", Move.CONFIRM, "p017", Stage.SCORED, Stage.SCORED)
DISPUTE = ("p017:dispute", Move.DISPUTE, "p017", Stage.SCORED, Stage.SCORED)
FINALISE = ("final", Move.FINALISE, SYSTEM, Stage.SCORED, Stage.FINAL)
UP = (Rung.DUE, Rung.SUPERIOR, Rung.LEADERSHIP, Rung.END_STATE)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """An instant of 2026; 10:00 is six in the evening in Shanghai, when everything is due."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


OPENED, SUBMITTED = at(2, 13, 1), at(3, 2, 1)
DRAFT_DUE, SUPERIOR, LEADERSHIP, DRAFT_ENDS = at(2, 28), at(3, 2), at(3, 3), at(3, 5)
HR_DUE = at(3, 4)
MONTH_ENDS, ACTUALS_DUE = at(3, 31), at(4, 3)
CONFIRM_DUE, WINDOW_ENDS = at(4, 8), at(4, 13)
TO_SCORED = (OPEN, SUBMIT, APPROVE, LEAD, CLOSE, SCORE)
TO_SCORED_AT = (OPENED, at(2, 13, 2), at(2, 13, 3), at(2, 13, 4), MONTH_ENDS, ACTUALS_DUE)


def fired(
    *rungs: Rung, milestone: Milestone = Milestone.DRAFT_DUE, version: int = 1, service: str = "plans"
) -> tuple[Fired, ...]:
    """Rungs on record, each in time."""
    due = at(2, 1)
    return tuple(Fired(service, ID, milestone, version, rung, due, due) for rung in rungs)


def away(person: str, first: date, last: date, **changes: Any) -> Absence:
    """An absence of somebody."""
    return Absence(id=f"away-{person}", person=person, first=first, last=last, **changes)


def found(steps: Iterable[Any], times: Iterable[datetime], now: datetime, **more: Any) -> list[str]:
    """What I7 says of a course, by its rows alone: the plan's deadline is planned again from its moves."""
    course = moved(*steps, times=tuple(times))
    facts = course | {"plans": tuple(replace(plan, deadline=None) for plan in course["plans"]), "now": now}
    return wrong(**(facts | more)).get("I7", [])


def test_a_draft_that_passed_its_deadline_without_a_rung_is_found() -> None:
    assert found([OPEN], [OPENED], DRAFT_DUE + 5 * MINUTE) == []
    [said] = found([OPEN], [OPENED], DRAFT_DUE + 6 * MINUTE)
    assert "draft_due of 2026-02-28 18:00 passed without effect: due did not fire" in said
    assert found([OPEN], [OPENED], DRAFT_DUE + HOUR, fired=fired(Rung.DUE)) == []


def test_every_rung_of_a_ladder_is_looked_for() -> None:
    for count, now in ((1, SUPERIOR), (2, LEADERSHIP)):
        assert found([OPEN], [OPENED], now + HOUR, fired=fired(*UP[:count])) != []
        assert found([OPEN], [OPENED], now + HOUR, fired=fired(*UP[: count + 1])) == []


def test_a_rung_of_another_version_or_milestone_is_another_rung() -> None:
    for other in (fired(Rung.DUE, version=2), fired(Rung.DUE, milestone=Milestone.HR_REVIEW_DUE)):
        assert len(found([OPEN], [OPENED], DRAFT_DUE + HOUR, fired=other)) == 1


def test_the_policys_jitter_is_no_lateness() -> None:
    slow = {ID: given(jitter_seconds=3600)}
    assert found([OPEN], [OPENED], DRAFT_DUE + HOUR, given=slow) == []
    assert len(found([OPEN], [OPENED], DRAFT_DUE + HOUR + 6 * MINUTE, given=slow)) == 1


def test_the_absence_of_anybody_else_excuses_nothing() -> None:
    now, day = DRAFT_DUE + HOUR, DRAFT_DUE.date()
    for person, excused in (("p017", True), ("p018", False), ("hr1", False), ("ceo", False)):
        absences = (away(person, day, day),)
        assert (found([OPEN], [OPENED], now, absences=absences) == []) is excused


def test_an_absence_excuses_until_its_person_is_back_at_work() -> None:
    absences = (away("p017", date(2026, 2, 27), date(2026, 3, 3)),)
    # The later rungs reach their superiors too, who are there.
    facts = {"absences": absences, "fired": fired(Rung.SUPERIOR, Rung.LEADERSHIP)}
    assert found([OPEN], [OPENED], at(3, 4, 9), **facts) == []
    assert len(found([OPEN], [OPENED], at(3, 4, 11), **facts)) == 1


def test_an_absence_that_was_revoked_afterwards_was_one() -> None:
    day = DRAFT_DUE.date()
    absences = (away("p017", day, day, revoked=True),)
    later, before = DRAFT_DUE + DAY, DRAFT_DUE - 3 * DAY
    for revoked, excused in ((later, True), (before, False)):
        changes = (Change("absence", "away-p017", "c1", revoked),)
        heard = {"plans": {"c1": revoked}}
        facts = {"absences": absences, "changes": changes, "heard": heard}
        assert (found([OPEN], [OPENED], DRAFT_DUE + HOUR, **facts) == []) is excused


AWAY = {person: away(person, HR_DUE.date(), HR_DUE.date()) for person in ("hr1", "hr9", "p017", "p018")}


@pytest.mark.parametrize(
    ("people", "excused"), [(("hr1", "hr9"), True), (("hr1",), False), (("p017", "p018"), False), ((), False)]
)
def test_a_review_is_excused_when_all_who_may_decide_are_away(people: tuple[str, ...], excused: bool) -> None:
    absences = tuple(AWAY[person] for person in people)
    said = found([OPEN, SUBMIT], [OPENED, SUBMITTED], HR_DUE + HOUR, absences=absences, fired=fired(*UP))
    assert (said == []) is excused


def test_a_deadline_that_the_plan_has_left_since_is_looked_at() -> None:
    steps, times = (OPEN, SUBMIT, APPROVE), (OPENED, at(2, 13, 2), at(3, 5, 2))
    [due, superior, *_] = found(steps, times, at(3, 5, 3))
    assert "hr_review_due" in due
    assert "superior did not fire" in superior
    early = (OPENED, at(3, 2, 1), at(3, 4, 9))
    assert found(steps, early, at(3, 5, 3), fired=fired(Rung.DUE, Rung.SUPERIOR)) == []


def test_the_deadline_of_the_row_is_that_of_the_stage_in_which_the_plan_is() -> None:
    course = moved(OPEN, SUBMIT, times=(OPENED, DRAFT_DUE + HOUR))
    [said] = wrong(**course, now=DRAFT_DUE + 2 * HOUR)["I7"]
    assert "draft_due of 2026-02-28" in said
    [plan] = course["plans"]
    sooner = replace(plan, deadline=deadline(Milestone.HR_REVIEW_DUE, day=1, month=3))
    course |= {"plans": (sooner,), "now": at(3, 1, 11), "fired": fired(Rung.DUE)}
    [said] = wrong(**course)["I7"]
    assert "hr_review_due of 2026-03-01" in said


def test_what_the_plan_left_before_the_deadline_had_no_effect_to_wait_for() -> None:
    assert found([OPEN, SUBMIT], [OPENED, DRAFT_DUE + 4 * MINUTE], at(3, 2, 9)) == []
    assert len(found([OPEN, SUBMIT], [OPENED, DRAFT_DUE + 6 * MINUTE], at(3, 2, 9))) == 1


def test_a_deadline_missed_before_events_are_remembered_is_history() -> None:
    times = (OPENED, SUBMITTED, at(3, 2, 2))
    assert all("draft_due" not in said for said in found(STEPS, times, SUBMITTED + 31 * DAY))


def test_time_makes_its_moves_and_none_too_early() -> None:
    steps = (OPEN, MISS)
    [said] = found(steps, (OPENED, OPENED + HOUR), at(2, 13, 9))
    assert "time made the move mark_missing 20 days, 8:00:00 too early" in said
    assert found(steps, (OPENED, DRAFT_ENDS), at(3, 5, 11), fired=fired(*UP)) == []
    [late] = found([OPEN], [OPENED], DRAFT_ENDS + HOUR, fired=fired(*UP))
    assert "time did not mark_missing" in late


def test_time_makes_no_move_that_the_policy_does_not_know() -> None:
    waits = given().policy.draft.model_copy(update={"end_state": EndState.KEEP_WAITING})
    policy = {ID: given(draft=waits)}
    [said] = found((OPEN, MISS), (OPENED, DRAFT_ENDS), at(3, 5, 11), fired=fired(*UP), given=policy)
    assert "by its policy" in said


EARLY: list[tuple[int, datetime]] = [(5, MONTH_ENDS), (6, ACTUALS_DUE), (7, WINDOW_ENDS)]


@pytest.mark.parametrize(("count", "due"), EARLY)
def test_months_end_actuals_and_dispute_windows_end_no_earlier_than_they_should(
    count: int, due: datetime
) -> None:
    steps, times = (*TO_SCORED, FINALISE)[:count], (*TO_SCORED_AT, WINDOW_ENDS)[: count - 1]
    told = fired(*UP, milestone=Milestone.CONFIRMATION_DUE, version=6, service="scoring")
    assert found(steps, (*times, due), due + MINUTE, fired=told) == []
    [said] = found(steps, (*times, due - HOUR), due + MINUTE, fired=told)
    assert "1:00:00 too early" in said


@pytest.mark.parametrize(("count", "due"), EARLY)
def test_months_end_actuals_and_dispute_windows_end(count: int, due: datetime) -> None:
    steps, times = TO_SCORED[: count - 1], TO_SCORED_AT[: count - 1]
    told = fired(*UP, milestone=Milestone.CONFIRMATION_DUE, version=6, service="scoring")
    assert found(steps, times, due + 5 * MINUTE, fired=told) == []
    [said] = found(steps, times, due + 6 * MINUTE, fired=told)
    assert "time did not" in said


def test_a_leader_who_has_confirmed_is_not_reminded() -> None:
    times = (*TO_SCORED_AT, CONFIRM_DUE - HOUR)
    assert found((*TO_SCORED, CONFIRM), times, CONFIRM_DUE + HOUR) == []
    assert len(found((*TO_SCORED, OWN), times, CONFIRM_DUE + HOUR)) == 1


def test_a_rung_counts_whichever_version_a_score_had_when_it_fired() -> None:
    told = fired(Rung.DUE, milestone=Milestone.CONFIRMATION_DUE, version=6, service="scoring")
    times = (*TO_SCORED_AT, CONFIRM_DUE + 10 * MINUTE)
    assert found((*TO_SCORED, OWN), times, CONFIRM_DUE + HOUR, fired=told) == []


def test_a_dispute_has_a_deadline_of_its_own() -> None:
    times = (*TO_SCORED_AT, at(4, 7, 1))
    answer_due = at(4, 9)
    assert found((*TO_SCORED, DISPUTE), times, answer_due - MINUTE) == []
    [said] = found((*TO_SCORED, DISPUTE), times, answer_due + HOUR)
    assert "dispute_answer_due" in said


def test_dates_of_a_plan_that_was_opened_before_they_were_kept_are_not_judged() -> None:
    assert found([OPEN], [OPENED], DRAFT_ENDS + HOUR, given={}) == []
