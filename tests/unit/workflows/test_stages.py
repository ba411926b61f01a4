"""Every stage of a plan has its file: a deadline while it is open, and none after the end."""

from datetime import timedelta

import pytest

from shared.contracts.words import Stage
from tests.unit.workflows.test_deadlines import at, month
from workflows.stages import STAGES

NOW = at("2026-03-02T09:00")
OPEN = [stage for stage in Stage if not stage.ended]


def test_every_stage_is_known() -> None:
    assert set(STAGES) == set(Stage)


@pytest.mark.parametrize("stage", OPEN)
def test_an_open_stage_has_a_deadline_ahead_and_a_ladder(stage: Stage) -> None:
    due = STAGES[stage].due(month(), NOW)
    assert due is not None
    assert due.instant > NOW
    ladder = STAGES[stage].ladder(month(), due, NOW)
    assert max(alarm.instant for alarm in ladder) - due.instant < timedelta(days=10)


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage.ended])
def test_an_end_waits_for_nothing(stage: Stage) -> None:
    assert STAGES[stage].due(month(), NOW) is None
    assert STAGES[stage].ladder(month(), None, NOW) == []
