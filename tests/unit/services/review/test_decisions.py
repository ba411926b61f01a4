"""What a decision needs, and which of two wins."""

import pytest

from services.review.domain.decisions import authority, check, leads_to
from services.review.domain.rounds import Round, check_waiting
from shared.contracts.refusals import (
    AlreadyDecided,
    NotApprover,
    OwnPlan,
    ReasonMissing,
    Refusal,
    StaleVersion,
    TargetWrong,
    WrongStage,
)
from shared.contracts.words import Move, Role, Stage
from tests.unit.services.review.build import (
    HR_STEP,
    LEADER_STEP,
    NOW,
    company,
    decision,
    delegation,
    person,
    round_,
)

HR, LEADER, DRAFTING = Stage.HR_REVIEW, Stage.LEADER_REVIEW, Stage.DRAFTING


def test_the_approver_decides_in_their_own_right() -> None:
    assert authority(company(), HR_STEP, "hr1", NOW) is None


def test_the_delegate_decides_on_behalf_of_the_giver() -> None:
    organisation = company(delegations=(delegation("lead", "helper"),))
    assert authority(organisation, LEADER_STEP, "helper", NOW) == "lead"


@pytest.mark.parametrize("actor", ["hr1", "boss", "colleague", "nobody"])
def test_who_is_not_the_approver_of_the_step_is_refused(actor: str) -> None:
    with pytest.raises(NotApprover) as refused:
        authority(company(), LEADER_STEP, actor, NOW)
    assert refused.value.details == {"stage": "leader_review"}


def test_an_administrator_decides_no_plan() -> None:
    with pytest.raises(NotApprover):
        authority(company(person("ops", Role.ADMIN)), HR_STEP, "ops", NOW)


@pytest.mark.parametrize("role", list(Role))
def test_nobody_decides_their_own_plan_in_any_role(role: Role) -> None:
    organisation = company(person("author", role), delegations=(delegation("hr1", "author"),))
    with pytest.raises(OwnPlan):
        authority(organisation, HR_STEP, "author", NOW)


@pytest.mark.parametrize(
    ("move", "stage", "note", "to"),
    [
        (Move.APPROVE, HR, "", None),
        (Move.APPROVE, LEADER, "only with the budget", None),
        (Move.RETURN, HR, "core share is 30", None),
        (Move.RETURN, HR, "core share is 30", DRAFTING),
        (Move.RETURN, LEADER, "core share is 30", DRAFTING),
        (Move.RETURN, LEADER, "look at the findings again", HR),
    ],
)
def test_a_complete_decision_passes(move: Move, stage: Stage, note: str, to: Stage | None) -> None:
    check(move, stage, note, to)


@pytest.mark.parametrize(
    ("move", "stage", "note", "to", "expected"),
    [
        (Move.RETURN, HR, "", None, ReasonMissing),
        (Move.RETURN, LEADER, "  ", DRAFTING, ReasonMissing),
        (Move.RETURN, HR, "why", HR, TargetWrong),
        (Move.RETURN, HR, "why", LEADER, TargetWrong),
        (Move.RETURN, LEADER, "why", Stage.TRACKING, TargetWrong),
        (Move.APPROVE, HR, "", DRAFTING, TargetWrong),
        (Move.APPROVE, Stage.TRACKING, "", None, WrongStage),
        (Move.RECALL, HR, "", None, WrongStage),
    ],
)
def test_an_incomplete_decision_is_refused(
    move: Move, stage: Stage, note: str, to: Stage | None, expected: type[Refusal]
) -> None:
    with pytest.raises(expected):
        check(move, stage, note, to)


def test_a_wrong_target_is_refused_with_the_targets_that_are_right() -> None:
    with pytest.raises(TargetWrong) as refused:
        check(Move.RETURN, LEADER, "why", Stage.FINAL)
    assert refused.value.details == {"stage": "leader_review", "allowed": "drafting, hr_review"}


@pytest.mark.parametrize(
    ("move", "stage", "to", "expected"),
    [
        (Move.APPROVE, HR, None, LEADER),
        (Move.APPROVE, LEADER, None, Stage.TRACKING),
        (Move.RETURN, HR, None, DRAFTING),
        (Move.RETURN, LEADER, None, DRAFTING),
        (Move.RETURN, LEADER, HR, HR),
    ],
)
def test_a_decision_leads_where_the_table_of_moves_says(
    move: Move, stage: Stage, to: Stage | None, expected: Stage
) -> None:
    assert leads_to(move, stage, to) is expected


def test_a_waiting_round_takes_a_decision_on_its_version() -> None:
    check_waiting(round_(plan_version=2), 2)


@pytest.mark.parametrize("seen", [1, 3])
def test_a_decision_on_another_version_is_stale(seen: int) -> None:
    with pytest.raises(StaleVersion) as refused:
        check_waiting(round_(plan_version=2), seen)
    assert refused.value.details == {"expected": seen, "current": 2, "stage": "hr_review"}


@pytest.mark.parametrize(
    ("decided", "details"),
    [
        (
            round_(closed_because="decided", decision=decision()),
            {"move": "approve", "actor": "hr1", "stage": "leader_review"},
        ),
        (
            round_(LEADER, closed_because="decided", decision=decision(Move.RETURN, to=HR)),
            {"move": "return", "actor": "hr1", "stage": "hr_review"},
        ),
    ],
    ids=["approved", "returned"],
)
def test_the_second_of_two_decisions_is_refused_naming_the_first(
    decided: Round, details: dict[str, str]
) -> None:
    with pytest.raises(AlreadyDecided) as refused:
        check_waiting(decided, 2)
    assert refused.value.details == details


def test_a_decision_on_a_recalled_plan_is_stale() -> None:
    with pytest.raises(StaleVersion) as refused:
        check_waiting(round_(plan_version=2, closed_because="recall"), 2)
    assert refused.value.details["current"] == 3
