"""What is refused leaves the plan as it was, and at the door not even a trace in the history."""

import pytest
from temporalio.testing import WorkflowEnvironment

from shared.contracts.calendar import CyclePolicy, StepPolicy
from shared.contracts.lifecycle import Command
from shared.contracts.refusals import (
    AlreadyDecided,
    Blocked,
    MonthClosed,
    MonthNotBegun,
    NotApprover,
    NotAvailable,
    NotYourMove,
    OwnPlan,
    ReasonMissing,
    Refusal,
    StaleVersion,
    TargetWrong,
    WindowOver,
    WrongStage,
)
from shared.contracts.words import EndState, Move, Party, Stage
from tests.support.build import MARCH, command, lifecycle_input
from tests.support.story import LEADER, MONTH_BEGINS, at, bring
from tests.support.timeskip import Owners, start

AUTHOR = MARCH.person


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (command(Move.APPROVE, 2, actor=AUTHOR), OwnPlan),
        (command(Move.APPROVE, 2, on_behalf_of=AUTHOR), OwnPlan),
        (command(Move.APPROVE, 7), StaleVersion),
        (command(Move.APPROVE, 1), AlreadyDecided),
        (command(Move.CLOSE, 2), WrongStage),
        (command(Move.APPROVE, 2, party=Party.HR), NotYourMove),
        (command(Move.RETURN, 2), ReasonMissing),
        (command(Move.RETURN, 2, to=Stage.SCORED, note="because"), TargetWrong),
        (command(Move.REASSIGN, 2), NotAvailable),
    ],
)
async def test_a_refusal_at_the_door_leaves_no_event(
    engine: WorkflowEnvironment, owners: Owners, wish: Command, refusal: type[Refusal]
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.HR_REVIEW)
    before = await plan.settled()
    assert isinstance(await plan.refused(wish), refusal)
    assert await plan.settled() == before
    assert (await plan.state()).version == 2
    assert not owners.review.decisions


async def test_a_blocked_submission_leaves_the_draft_with_its_findings_and_its_ladder(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await plan.settled()
    owners.plans.refuse_next = Blocked(findings=[{"code": "share.category_min"}])
    refused = await plan.refused(command(Move.SUBMIT, 1))
    assert isinstance(refused, Blocked)
    assert refused.details == {"findings": [{"code": "share.category_min"}]}
    state = await plan.state()
    assert (state.stage, state.version) == (Stage.DRAFTING, 1)
    await plan.skip_past(at("02-24 01:30"))
    assert await plan.told() == ["02-24 01:30 draft_due half_time"]
    assert (await plan.give(command(Move.SUBMIT, 1, key="again"))).stage is Stage.HR_REVIEW
    assert not [moved for moved in owners.plans.ledger if moved.command_id.endswith("submit-1")]


async def test_a_refused_command_does_not_restart_the_timer(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await plan.settled()
    owners.plans.refuse_next = Blocked(findings=[])
    await plan.refused(command(Move.SUBMIT, 1))
    await plan.settled()
    timers = [kind for kind in await plan.kinds() if kind.startswith("timer_")]
    assert timers == ["timer_started"]


async def test_who_may_not_review_leaves_the_plan_waiting_for_who_may(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.HR_REVIEW)
    owners.review.refuse_next = NotApprover(stage=Stage.HR_REVIEW)
    refused = await plan.refused(command(Move.APPROVE, 2, actor="hr7"))
    assert isinstance(refused, NotApprover)
    state = await plan.state()
    assert (state.stage, state.version) == (Stage.HR_REVIEW, 2)
    assert (await plan.give(command(Move.APPROVE, 2))).stage is Stage.LEADER_REVIEW


async def test_a_dispute_after_the_window_is_its_judge_s_refusal_and_leaves_the_score(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    version = await bring(plan, Stage.SCORED)
    owners.scoring.refuse_next = WindowOver(until="2026-02-27T18:00:00+08:00")
    refused = await plan.refused(command(Move.DISPUTE, version, note="too late"))
    assert isinstance(refused, WindowOver)
    assert (await plan.state()).version == version
    assert len(owners.plans.ledger) == version - 1


async def test_the_same_command_again_has_the_same_answer_and_one_effect(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.HR_REVIEW)
    approve = command(Move.APPROVE, 2)
    first = await plan.give(approve)
    await plan.give(command(Move.APPROVE, 3, actor=LEADER))
    before = await plan.settled()
    assert await plan.give(approve) == first
    assert await plan.settled() == before
    assert [moved.version for moved in owners.plans.ledger] == [2, 3, 4]
    assert len(owners.review.decisions) == 2


async def test_a_row_that_is_ahead_is_believed_when_it_refuses_a_move(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await plan.settled()
    row = owners.plans.positions[MARCH.plan_id]
    ahead = row.model_copy(update={"stage": Stage.TRACKING, "version": 4})
    owners.plans.positions[MARCH.plan_id] = ahead
    assert isinstance(await plan.refused(command(Move.SUBMIT, 1)), StaleVersion)
    await plan.settled()
    state = await plan.state()
    assert (state.stage, state.version) == (Stage.TRACKING, 4)
    await plan.reach(MONTH_BEGINS)
    assert (await plan.give(command(Move.CLOSE, 4))).stage is Stage.CLOSING


async def test_an_author_cannot_close_a_month_that_has_not_begun(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.TRACKING)
    await plan.reach(at("02-28 23:50"))
    assert isinstance(await plan.refused(command(Move.CLOSE, 4)), MonthNotBegun)
    await plan.reach(at("03-01 00:10"))
    assert (await plan.give(command(Move.CLOSE, 4))).stage is Stage.CLOSING


async def test_nothing_is_submitted_for_a_month_that_is_closed(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    patient = StepPolicy(days=1, end_state=EndState.KEEP_WAITING)
    given = lifecycle_input(policy=CyclePolicy(jitter_seconds=0, draft=patient))
    plan = await start(engine, given)
    await plan.skip_past(at("03-31 18:00"))
    assert isinstance(await plan.refused(command(Move.SUBMIT, 1)), MonthClosed)
    assert (await plan.state()).stage is Stage.DRAFTING


async def test_a_stale_draft_costs_the_plan_neither_its_place_nor_its_ladder(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await plan.skip_past(at("02-24 01:30"))
    owners.plans.refuse_next = StaleVersion(expected=3, current=4, stage=Stage.DRAFTING)
    assert isinstance(await plan.refused(command(Move.SUBMIT, 1, content_version=3)), StaleVersion)
    await plan.skip_past(at("02-28 18:00"))
    assert await plan.told() == ["02-24 01:30 draft_due half_time", "02-28 18:00 draft_due due"]
