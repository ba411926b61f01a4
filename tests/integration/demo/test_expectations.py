"""What the demo expects of a plan, read off its story."""

from dataclasses import replace

import pytest

from monthline.company.files import CompanyFiles
from monthline.demo.expectations import Expected, expected, planners
from shared.contracts.calendar import StepPolicy
from shared.contracts.words import EndState, Milestone, Stage
from tests.integration.demo.office import AUTHOR, LATER, MONTH, told

D, H, L = Stage.DRAFTING, Stage.HR_REVIEW, Stage.LEADER_REVIEW
END = (Stage.TRACKING, Stage.CLOSING, Stage.SCORED, Stage.FINAL)


def of(part: str, *, later: bool = False) -> Expected:
    return expected(told(part, later=later), MONTH, AUTHOR)


def with_draft(files: CompanyFiles, **changes: object) -> CompanyFiles:
    draft = StepPolicy.model_validate({"days": 1, **changes})
    return replace(files, cycle=files.cycle.model_copy(update={"draft": draft}))


@pytest.mark.parametrize(
    ("part", "stages"),
    [
        ("{}", (D, H, L)),
        (f"{{submit: refused, resubmit: {LATER}}}", (D, H, L)),
        ("{recall: true}", (D, H, D, H, L)),
        (f"{{hr: {{return: low}}, resubmit: {LATER}}}", (D, H, D, H, L)),
        (f"{{leader: {{return: low}}, resubmit: {LATER}}}", (D, H, L, D, H, L)),
        (
            f"{{recall: true, hr: {{return: a}}, leader: {{return: b}}, resubmit: {LATER}}}",
            (D, H, D, H, D, H, L, D, H, L),
        ),
    ],
)
def test_the_path_follows_from_the_story(part: str, stages: tuple[Stage, ...]) -> None:
    wanted = of(part, later=LATER in part)
    assert wanted.stages == (*stages, *END)
    assert wanted.revisions == stages.count(D)


def test_who_never_submits_or_has_no_plan_goes_missing_and_leadership_hears_of_it() -> None:
    for wanted in (of("{submit: never}"), expected(told(""), MONTH, "p001")):
        assert wanted.stages == (D, Stage.MISSING)
        assert wanted.escalated == {Milestone.DRAFT_DUE}
        assert wanted.revisions == 0


def test_under_a_policy_that_keeps_waiting_a_draft_stays_a_draft() -> None:
    files = with_draft(told("{submit: never}"), end_state=EndState.KEEP_WAITING)
    assert expected(files, MONTH, AUTHOR).end is D


def test_leadership_hears_nothing_where_the_policy_has_no_such_rung() -> None:
    never = with_draft(told("{submit: never}"), leadership_after=None, end_state=EndState.MARK_MISSING)
    assert expected(never, MONTH, AUTHOR).escalated == set()


def test_stalling_delegating_and_disputing_are_expected_to_show() -> None:
    wanted = of("{hr: stall, leader: delegate, dispute: unfair, score: 62}")
    assert wanted.escalated == {Milestone.HR_REVIEW_DUE}
    assert wanted.delegated == {L}
    assert wanted.disputed
    assert str(wanted.score) == "62"


def test_planners_are_the_managers_of_the_month() -> None:
    assert planners(told(""), MONTH) == [AUTHOR]
