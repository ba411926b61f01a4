"""Failed deliveries wait longer and longer, and are given up in the end."""

from datetime import timedelta

import pytest

from services.notify.domain.schedule import RetrySchedule

SCHEDULE = RetrySchedule(first=timedelta(seconds=5), factor=3, longest=timedelta(minutes=2), attempts=6)


def test_waits_grow_by_the_factor_up_to_the_longest() -> None:
    waits = [SCHEDULE.wait(attempts, luck=0) for attempts in range(1, 6)]
    assert waits == [timedelta(seconds=seconds) for seconds in (5, 15, 45, 120, 120)]


def test_after_the_last_attempt_there_is_no_wait() -> None:
    assert SCHEDULE.wait(6, luck=0) is None
    assert SCHEDULE.wait(7, luck=0) is None


@pytest.mark.parametrize(("luck", "seconds"), [(0.0, 15.0), (0.5, 11.25), (0.999999, 7.5)])
def test_luck_takes_away_at_most_half(luck: float, seconds: float) -> None:
    wait = SCHEDULE.wait(2, luck=luck)
    assert wait is not None
    assert wait.total_seconds() == pytest.approx(seconds, abs=0.001)


def test_a_thousand_attempts_do_not_overflow() -> None:
    patient = RetrySchedule(attempts=10_000)
    assert patient.wait(9_999, luck=0) == patient.longest
