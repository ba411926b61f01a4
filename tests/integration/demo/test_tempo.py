"""How fast the demo's calendar runs."""

from datetime import UTC, datetime

import pytest

from monthline.demo.tempo import FULL_PACE, MONTH_SECONDS, calendar_needed, seconds_for, span_of
from shared.contracts.calendar import CyclePolicy
from tests.support.build import spring

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+08:00")


def test_the_calendar_runs_from_before_drafting_opens_to_after_the_last_answer() -> None:
    span = span_of("2026-03", CyclePolicy(), spring())
    assert span.start == shanghai("2026-02-23T12:00")
    assert span.end == shanghai("2026-04-16T06:00")


def test_the_whole_span_takes_the_seconds_it_is_given() -> None:
    span = span_of("2026-03", CyclePolicy(), spring())
    scale = span.scale(NOW, 50)
    assert scale.calendar(NOW) == span.start
    assert (scale.clock(span.end) - NOW).total_seconds() == 50


def test_a_slower_policy_gives_a_longer_span() -> None:
    policy = CyclePolicy()
    slower = policy.model_copy(update={"dispute_window": 10})
    assert span_of("2026-03", slower, spring()).end > span_of("2026-03", policy, spring()).end


def test_the_calendar_asked_for_covers_the_span() -> None:
    first, last = calendar_needed("2026-03")
    span = span_of("2026-03", CyclePolicy(), spring())
    assert first < span.start.date()
    assert last > span.end.date()


@pytest.mark.parametrize(
    ("pace", "stretched"), [(FULL_PACE * 9, 1), (FULL_PACE, 1), (FULL_PACE / 2, 2), (FULL_PACE / 100, 4)]
)
def test_a_slow_machine_plays_a_longer_month_within_limits(pace: float, stretched: float) -> None:
    assert seconds_for(pace) == MONTH_SECONDS * stretched
