"""A webhook gets the events whose subjects it named."""

import pytest

from shared.contracts.subjects import matches, wanted


@pytest.mark.parametrize(
    ("pattern", "subject", "expected"),
    [
        ("monthline.>", "monthline.plans.stage_entered.v1", True),
        ("monthline.plans.>", "monthline.plans.stage_entered.v1", True),
        ("monthline.plans.>", "monthline.review.round_opened.v1", False),
        ("monthline.*.rung_fired.v1", "monthline.review.rung_fired.v1", True),
        ("monthline.*.rung_fired.v1", "monthline.review.rung_fired.v2", False),
        ("monthline.plans.stage_entered.v1", "monthline.plans.stage_entered.v1", True),
        ("monthline.plans.stage_entered", "monthline.plans.stage_entered.v1", False),
        ("monthline.plans.stage_entered.v1.>", "monthline.plans.stage_entered.v1", False),
        ("monthline.*", "monthline.plans.stage_entered.v1", False),
        ("monthline", "monthlines", False),
    ],
)
def test_patterns_match_as_nats_subjects_do(pattern: str, subject: str, expected: bool) -> None:
    assert matches(pattern, subject) is expected


def test_one_matching_pattern_is_enough() -> None:
    patterns = ("monthline.review.>", "monthline.scoring.plan_scored.v1")
    assert wanted(patterns, "monthline.scoring.plan_scored.v1")
    assert not wanted(patterns, "monthline.plans.stage_entered.v1")
    assert not wanted((), "monthline.plans.stage_entered.v1")
