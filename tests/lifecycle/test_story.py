"""A plan's whole month, move by move, and the ways that lead elsewhere."""

from decimal import Decimal

import pytest
from temporalio.testing import WorkflowEnvironment

from shared.contracts.calendar import Deadline
from shared.contracts.scoring import Points
from shared.contracts.words import Milestone, Move, Party, Stage
from tests.support.build import command, lifecycle_input
from tests.support.moves import OPEN
from tests.support.story import LEADER, MONTH_BEGINS, at, bring, confirm, stand
from tests.support.timeskip import Owners, start

REVIEWED = {Stage.HR_REVIEW, Stage.LEADER_REVIEW}


async def test_a_clean_month_ends_final_after_both_have_confirmed(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    version = await bring(plan, Stage.SCORED)
    scored = await plan.give(command(Move.CONFIRM, version, party=Party.LEADER, actor=LEADER))
    final = await plan.give(command(Move.CONFIRM, version + 1))
    assert (scored.stage, final.stage) == (Stage.SCORED, Stage.FINAL)
    assert (await plan.handle.result()).stage is Stage.FINAL
    assert [moved.version for moved in owners.plans.ledger] == [2, 3, 4, 5, 6, 7, 8]
    assert [round_.stage for round_ in owners.review.opened] == [Stage.HR_REVIEW]
    assert owners.review.decisions[0].next_stage is Stage.LEADER_REVIEW
    assert owners.review.decisions[1].next_stage is None
    assert not owners.review.closed


async def test_each_stage_runs_towards_its_own_deadline(engine: WorkflowEnvironment, owners: Owners) -> None:
    plan = await start(engine, lifecycle_input())
    version = await bring(plan, Stage.SCORED)
    await confirm(plan, version)
    due = [one.milestone if isinstance(one, Deadline) else None for one in owners.plans.deadlines]
    assert due == [
        Milestone.HR_REVIEW_DUE,
        Milestone.LEADER_REVIEW_DUE,
        Milestone.CLOSE_OPENS,
        Milestone.ACTUALS_DUE,
        Milestone.CONFIRMATION_DUE,
        None,
        None,
    ]


async def test_a_closed_plan_is_frozen_then_scored_then_moved(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.SCORED)
    (scored,) = owners.scoring.scored
    assert (scored.plan_version, scored.closed.revision) == (5, 1)
    assert scored.confirmation.milestone is Milestone.CONFIRMATION_DUE
    shown, points = owners.plans.moves[-1], Points(total=Decimal("62.00"), band="pass")
    assert (shown.stage, shown.score, shown.command.note) == (Stage.SCORED, points, "")


async def test_a_plan_returned_by_hr_is_submitted_again_and_reviewed_again(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.HR_REVIEW)
    returned = await plan.give(command(Move.RETURN, 2, note="core share 30 is below 40"))
    assert returned.stage is Stage.DRAFTING
    again = await plan.give(command(Move.SUBMIT, 3))
    assert (again.stage, again.version) == (Stage.HR_REVIEW, 4)
    await plan.settled()
    assert [round_.plan_version for round_ in owners.review.opened] == [2, 4]
    assert not owners.review.closed


@pytest.mark.parametrize(
    ("to", "rounds"), [(None, []), (Stage.DRAFTING, []), (Stage.HR_REVIEW, [Stage.HR_REVIEW])]
)
async def test_a_leader_returns_to_the_author_or_to_hr(
    engine: WorkflowEnvironment, owners: Owners, to: Stage | None, rounds: list[Stage]
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.LEADER_REVIEW)
    moved = await plan.give(command(Move.RETURN, 3, actor=LEADER, to=to, note="once more"))
    assert moved.stage is (to or Stage.DRAFTING)
    last = owners.review.decisions[-1]
    assert last.next_stage is (rounds[0] if rounds else None)
    assert (last.next_deadline is not None) == bool(rounds)
    await plan.settled()
    assert [round_.stage for round_ in owners.review.opened] == [Stage.HR_REVIEW]


async def test_a_plan_returned_to_hr_is_approved_again_by_both(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.LEADER_REVIEW)
    await plan.give(command(Move.RETURN, 3, actor=LEADER, to=Stage.HR_REVIEW, note="look at the shares"))
    await plan.skip_past(at("02-24 18:00"))
    assert (await plan.told())[-1] == "02-24 18:00 hr_review_due due"
    await plan.give(command(Move.APPROVE, 4))
    moved = await plan.give(command(Move.APPROVE, 5, actor=LEADER))
    assert moved.stage is Stage.TRACKING


@pytest.mark.parametrize("stage", sorted(REVIEWED))
async def test_a_recall_brings_the_plan_back_and_closes_its_round(
    engine: WorkflowEnvironment, owners: Owners, stage: Stage
) -> None:
    plan = await start(engine, lifecycle_input())
    version = await bring(plan, stage)
    moved = await plan.give(command(Move.RECALL, version))
    assert moved.stage is Stage.DRAFTING
    assert [closed.reason for closed in owners.review.closed] == ["recall"]
    await plan.give(command(Move.SUBMIT, version + 1))
    await plan.settled()
    assert owners.review.opened[-1].plan_version == version + 2


@pytest.mark.parametrize("stage", OPEN)
@pytest.mark.parametrize(("move", "end"), [(Move.EXEMPT, Stage.EXEMPT), (Move.CANCEL, Stage.CANCELLED)])
async def test_hr_exempts_or_cancels_from_every_open_stage(
    engine: WorkflowEnvironment, owners: Owners, stage: str, move: Move, end: Stage
) -> None:
    given = lifecycle_input()
    stand(owners, given, Stage(stage), 5, given.scale.calendar_start)
    plan = await start(engine, given)
    await plan.settled()
    moved = await plan.give(command(move, 5, actor="hr2", note="on leave the whole month"))
    assert (moved.stage, moved.version) == (end, 6)
    assert (await plan.handle.result()).stage is end
    closed = [one.reason for one in owners.review.closed]
    assert closed == ([move] if Stage(stage) in REVIEWED else [])


async def test_a_dispute_is_answered_by_the_leader_and_the_plan_is_final(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    version = await bring(plan, Stage.SCORED)
    disputed = await plan.give(command(Move.DISPUTE, version, note="the trainings were held"))
    assert disputed.stage is Stage.SCORED
    deadline = owners.plans.deadlines[-1]
    assert deadline is not None
    assert deadline.milestone is Milestone.DISPUTE_ANSWER_DUE
    answer = command(Move.CONFIRM, version + 1, party=Party.LEADER, actor=LEADER, note="not in this month")
    assert (await plan.give(answer)).stage is Stage.FINAL
    assert (await plan.handle.result()).stage is Stage.FINAL


async def test_a_dispute_after_the_author_s_leader_confirmed_reopens_the_question(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    version = await bring(plan, Stage.SCORED)
    await plan.give(command(Move.CONFIRM, version, party=Party.LEADER, actor=LEADER))
    moved = await plan.give(command(Move.DISPUTE, version + 1, note="the trainings were held"))
    assert moved.stage is Stage.SCORED


async def test_the_window_of_disputes_is_told_to_its_judge(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    given = lifecycle_input()
    plan = await start(engine, given)
    version = await bring(plan, Stage.SCORED)
    await plan.skip_past(at("03-04 10:00"))
    await plan.give(command(Move.DISPUTE, version, note="the trainings were held"))
    (asked,) = owners.scoring.answers
    # Scored on Sunday the 1st, to be confirmed two working days later, on the 3rd; three more make the 6th.
    assert given.scale.calendar(asked.window_until) == at("03-06 18:00")
    assert asked.plan_version == version


async def test_an_author_s_confirmation_alone_leaves_the_score_open_until_the_window_ends(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    version = await bring(plan, Stage.SCORED)
    await plan.give(command(Move.CONFIRM, version))
    await plan.skip_past(at("03-06 17:00"))
    assert (await plan.state()).stage is Stage.SCORED
    await plan.skip_past(at("03-06 18:00"))
    assert (await plan.handle.result()).stage is Stage.FINAL
    assert owners.plans.ledger[-1].move is Move.FINALISE


async def test_the_name_in_which_somebody_acts_is_kept_with_the_move(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.HR_REVIEW)
    owners.review.on_behalf_of, owners.scoring.on_behalf_of = "hr9", "leader9"
    for step in (command(Move.APPROVE, 2), command(Move.APPROVE, 3, actor=LEADER)):
        await plan.give(step)
    await plan.reach(MONTH_BEGINS)
    await plan.give(command(Move.CLOSE, 4))
    await plan.give(command(Move.CLOSE, 5))
    await plan.give(command(Move.CONFIRM, 6, party=Party.LEADER, actor=LEADER))
    assert [move.command.on_behalf_of for move in owners.plans.moves] == ["hr9", "hr9", None, None, "leader9"]
