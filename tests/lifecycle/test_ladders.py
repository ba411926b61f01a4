"""Deadlines and ladders on real timers, weeks of them skipped: what is told when, and how each ends."""

from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from shared.contracts.calendar import CyclePolicy, StepPolicy
from shared.contracts.words import SYSTEM, EndState, Milestone, Move, RungOutcome, Stage
from tests.support.build import command, lifecycle_input
from tests.support.story import LEADER, at, bring
from tests.support.timeskip import Owners, Plan, start

HR_LADDER = [
    "02-24 01:30 hr_review_due half_time",
    "02-24 18:00 hr_review_due due",
    "02-25 18:00 hr_review_due superior",
    "02-26 18:00 hr_review_due leadership",
]


def policy(**steps: StepPolicy) -> CyclePolicy:
    """The default policy without jitter, some steps changed."""
    return CyclePolicy.model_validate({"jitter_seconds": 0, **steps})


async def test_a_draft_nobody_submits_climbs_its_ladder_and_is_missing(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await plan.skip_past(at("03-05 18:00"))
    assert (await plan.handle.result()).stage is Stage.MISSING
    assert await plan.told() == [
        "02-24 01:30 draft_due half_time",
        "02-28 18:00 draft_due due",
        "03-02 18:00 draft_due superior",
        "03-03 18:00 draft_due leadership",
        "03-05 18:00 draft_due end_state",
    ]
    assert [(moved.move, moved.actor) for moved in owners.plans.ledger] == [(Move.MARK_MISSING, SYSTEM)]


async def test_a_rung_knows_the_instant_to_which_jitter_has_moved_it(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input(policy=CyclePolicy(jitter_seconds=3600)))
    await plan.skip_past(at("02-28 20:00"))
    moved = {rung.fires_at - rung.due for rung in owners.rungs.fired if rung.fires_at}
    assert len(owners.rungs.fired) == 2
    assert [timedelta() < by < timedelta(hours=1) for by in moved] == [True]


async def test_a_review_nobody_decides_reaches_leadership_and_keeps_waiting(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.HR_REVIEW)
    await plan.skip_past(at("04-30 18:00"))
    assert await plan.told() == HR_LADDER
    assert (await plan.state()).stage is Stage.HR_REVIEW
    assert {rung.plan_version for rung in owners.rungs.fired} == {2}
    late = await plan.give(command(Move.APPROVE, 2))
    assert late.stage is Stage.LEADER_REVIEW


async def test_the_leader_s_ladder_begins_with_hr_s_approval(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.HR_REVIEW)
    await plan.skip_past(at("02-24 09:00"))
    await plan.give(command(Move.APPROVE, 2))
    await plan.skip_past(at("03-20 18:00"))
    assert await plan.told() == [
        HR_LADDER[0],
        "02-25 13:30 leader_review_due half_time",
        "02-26 18:00 leader_review_due due",
        "02-27 18:00 leader_review_due superior",
        "02-28 18:00 leader_review_due leadership",
    ]
    assert (await plan.state()).stage is Stage.LEADER_REVIEW


@pytest.mark.parametrize("end", [EndState.RETURN_TO_AUTHOR, EndState.APPROVE_BY_POLICY])
@pytest.mark.parametrize("stage", [Stage.HR_REVIEW, Stage.LEADER_REVIEW])
async def test_a_review_ends_as_the_policy_says(
    engine: WorkflowEnvironment, owners: Owners, stage: Stage, end: EndState
) -> None:
    step = StepPolicy(days=2, end_state=end)
    plan = await start(engine, lifecycle_input(policy=policy(**{stage: step})))
    version = await bring(plan, stage)
    opened = len(owners.review.opened)
    await plan.skip_past(at("02-28 18:00"))
    moved = owners.plans.ledger[-1]
    returned = end is EndState.RETURN_TO_AUTHOR
    target = (
        Stage.DRAFTING if returned else Stage.LEADER_REVIEW if stage is Stage.HR_REVIEW else Stage.TRACKING
    )
    assert (moved.stage, moved.actor, moved.version) == (target, SYSTEM, version + 1)
    assert (await plan.told())[-1] == f"02-28 18:00 {stage}_due end_state"
    assert [closed.reason for closed in owners.review.closed] == [moved.move]
    rounds = [round_.stage for round_ in owners.review.opened[opened:]]
    assert rounds == ([Stage.LEADER_REVIEW] if target is Stage.LEADER_REVIEW else [])


async def test_a_plan_returned_by_policy_gets_its_days_and_its_own_ladder(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    step = StepPolicy(days=2, end_state=EndState.RETURN_TO_AUTHOR)
    plan = await start(engine, lifecycle_input(policy=policy(hr_review=step)))
    await bring(plan, Stage.HR_REVIEW)
    await plan.skip_past(at("03-10 18:00"))
    assert (await plan.told())[5:] == [
        "03-02 06:00 draft_due half_time",
        "03-03 18:00 draft_due due",
        "03-04 18:00 draft_due superior",
        "03-05 18:00 draft_due leadership",
        "03-09 18:00 draft_due end_state",
    ]
    assert (await plan.handle.result()).stage is Stage.MISSING
    [returned] = [move.command for move in owners.plans.moves if move.command.move is Move.RETURN]
    assert returned.note == Milestone.HR_REVIEW_DUE


async def test_an_author_on_leave_is_marked_missing_only_when_they_are_back(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    sent, away = RungOutcome.SENT, RungOutcome.POSTPONED
    owners.rungs.outcomes = [sent, sent, sent, sent, away, away, sent]
    plan = await start(engine, lifecycle_input())
    await plan.skip_past(at("03-06 18:00"))
    assert (await plan.state()).stage is Stage.DRAFTING
    await plan.skip_past(at("03-09 18:00"))
    assert (await plan.handle.result()).stage is Stage.MISSING
    assert (await plan.told())[-3:] == [
        "03-05 18:00 draft_due end_state",
        "03-06 18:00 draft_due end_state",
        "03-09 18:00 draft_due end_state",
    ]


async def test_who_has_acted_hears_nothing_more(engine: WorkflowEnvironment, owners: Owners) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.HR_REVIEW)
    await plan.skip_past(at("02-24 18:00"))
    await plan.give(command(Move.APPROVE, 2))
    await plan.skip_past(at("02-25 18:00"))
    assert not [told for told in await plan.told() if "hr_review_due superior" in told]


async def test_a_rung_that_finds_everybody_away_is_told_on_the_next_working_day(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.HR_REVIEW)
    sent, away = RungOutcome.SENT, RungOutcome.POSTPONED
    owners.rungs.outcomes = [sent, away, away, sent, sent]
    await plan.skip_past(at("03-02 18:00"))
    assert (await plan.told())[1:] == [
        "02-24 18:00 hr_review_due due",
        "02-25 18:00 hr_review_due due",
        "02-25 18:00 hr_review_due superior",
        "02-26 18:00 hr_review_due due",
        "02-26 18:00 hr_review_due leadership",
    ]
    due = [rung for rung in owners.rungs.fired if rung.rung == "due"]
    assert len({rung.command_id for rung in due}) == 1
    assert [f"{rung.local_date:%m-%d}" for rung in due] == ["02-24", "02-25", "02-26"]


async def test_a_half_time_that_finds_everybody_away_until_the_deadline_is_dropped(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.HR_REVIEW)
    owners.rungs.outcomes = [RungOutcome.POSTPONED]
    await plan.skip_past(at("03-20 18:00"))
    assert await plan.told() == HR_LADDER


async def test_what_was_postponed_survives_a_move_within_the_stage(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    version = await bring(plan, Stage.SCORED)
    owners.rungs.outcomes = [RungOutcome.SENT, RungOutcome.POSTPONED]
    await plan.skip_past(at("03-03 18:00"))
    await plan.give(command(Move.CONFIRM, version))
    await plan.skip_past(at("03-04 17:00"))
    assert (await plan.told())[-1] == "03-03 18:00 confirmation_due due"
    await plan.skip_past(at("03-04 18:00"))
    assert (await plan.told())[-2:] == [
        "03-04 18:00 confirmation_due due",
        "03-04 18:00 confirmation_due superior",
    ]


async def test_after_approval_a_month_runs_to_its_end_by_time_alone(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.TRACKING)
    await plan.skip_past(at("03-31 18:00"))
    assert (await plan.state()).stage is Stage.CLOSING
    assert not owners.scoring.scored
    await plan.skip_past(at("04-03 18:00"))
    assert (await plan.state()).stage is Stage.SCORED
    await plan.skip_past(at("04-13 18:00"))
    assert (await plan.handle.result()).stage is Stage.FINAL
    assert await plan.told() == [
        "03-06 18:00 progress_due due",
        "03-13 18:00 progress_due due",
        "03-20 18:00 progress_due due",
        "03-27 18:00 progress_due due",
        "04-02 06:00 actuals_due half_time",
        "04-07 06:00 confirmation_due half_time",
        "04-08 18:00 confirmation_due due",
        "04-09 18:00 confirmation_due superior",
        "04-10 18:00 confirmation_due leadership",
    ]
    by_time = [(moved.move, moved.actor) for moved in owners.plans.ledger[3:]]
    assert by_time == [(Move.CLOSE, SYSTEM), (Move.CLOSE, SYSTEM), (Move.FINALISE, SYSTEM)]
    assert len({rung.command_id for rung in owners.rungs.fired}) == 9


async def test_a_plan_approved_after_its_month_is_closed_and_scored_at_once(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.LEADER_REVIEW)
    await plan.skip_past(at("04-20 10:00"))
    told = await plan.told()
    await plan.give(command(Move.APPROVE, 3, actor=LEADER))
    await plan.settled()
    assert (await plan.state()).stage is Stage.SCORED
    assert await plan.told() == told


async def test_a_disputed_score_waits_for_its_leader_past_the_window(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    version = await bring(plan, Stage.SCORED)
    await plan.give(command(Move.DISPUTE, version, note="the trainings were held"))
    await plan.skip_past(at("04-30 18:00"))
    assert (await plan.state()).stage is Stage.SCORED
    assert await plan.told() == [
        "03-02 13:30 dispute_answer_due half_time",
        "03-03 18:00 dispute_answer_due due",
        "03-04 18:00 dispute_answer_due superior",
        "03-05 18:00 dispute_answer_due leadership",
    ]


async def test_a_far_zone_s_ladder_fires_at_its_own_hours(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input(zone="Pacific/Honolulu"))
    await plan.skip_past(at("03-08 18:00"))
    assert (await plan.told())[1:] == [
        "02-28 18:00 draft_due due",
        "03-02 18:00 draft_due superior",
        "03-03 18:00 draft_due leadership",
        "03-05 18:00 draft_due end_state",
    ]


async def test_jitter_delays_the_timer_and_not_the_deadline(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input(policy=CyclePolicy(jitter_seconds=3600)))
    await bring(plan, Stage.HR_REVIEW)
    await plan.skip_past(at("02-24 20:00"))
    # This plan's share of the hour is 11 minutes.
    assert await plan.told() == ["02-24 01:41 hr_review_due half_time", "02-24 18:11 hr_review_due due"]
    scale = lifecycle_input().scale
    assert abs(scale.calendar(owners.rungs.fired[1].due) - at("02-24 18:00")).total_seconds() < 60


async def test_a_plan_never_opened_by_its_owner_shows_version_nought(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    owners.plans.gate.close()
    plan: Plan = await start(engine, lifecycle_input())
    assert (await plan.state()).version == 0
    owners.plans.gate.open()
    await plan.settled()
    assert (await plan.state()).version == 1
