"""A lifecycle that was lost is started again and takes up what the plan's row says."""

import pytest
from temporalio.testing import WorkflowEnvironment

from shared.contracts.calendar import TimeScale
from shared.contracts.entity import LOOK_AGAIN_SIGNAL
from shared.contracts.lifecycle import LifecycleInput
from shared.contracts.refusals import StaleVersion
from shared.contracts.words import Move, Party, Stage
from tests.support.build import MARCH, command, lifecycle_input
from tests.support.story import LEADER, at, bring, stand
from tests.support.timeskip import Owners, start


def later(given: LifecycleInput, instant: str) -> LifecycleInput:
    """The same plan when its calendar shows ``instant``."""
    scale = TimeScale(clock_start=given.scale.clock_start, calendar_start=at(instant))
    return given.model_copy(update={"scale": scale})


async def test_a_lifecycle_started_again_goes_on_where_the_row_stands(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    given = lifecycle_input()
    lost = await start(engine, given, MARCH.workflow_id)
    await bring(lost, Stage.LEADER_REVIEW)
    await lost.handle.terminate("lost")
    plan = await start(engine, given, MARCH.workflow_id)
    await plan.settled()
    state = await plan.state()
    assert (state.stage, state.version) == (Stage.LEADER_REVIEW, 3)
    assert (await plan.give(command(Move.APPROVE, 3, actor=LEADER))).stage is Stage.TRACKING
    await plan.handle.terminate()


async def test_a_lifecycle_that_was_behind_its_row_takes_up_its_stage_and_deadline(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    given = later(lifecycle_input(), "02-24 08:00")
    stand(owners, given, Stage.LEADER_REVIEW, 7, at("02-24 07:00"))
    plan = await start(engine, given)
    await plan.skip_past(at("02-27 18:00"))
    assert await plan.told() == [
        "02-25 12:30 leader_review_due half_time",
        "02-26 18:00 leader_review_due due",
        "02-27 18:00 leader_review_due superior",
    ]
    assert {rung.plan_version for rung in owners.rungs.fired} == {7}


async def test_the_round_of_a_plan_taken_up_is_opened_anew_from_its_newest_revision(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    given = lifecycle_input()
    stand(owners, given, Stage.HR_REVIEW, 4, given.scale.calendar_start)
    plan = await start(engine, given)
    await plan.settled()
    assert [(round_.stage, round_.plan_version) for round_ in owners.review.opened] == [(Stage.HR_REVIEW, 4)]
    assert len(owners.plans.resubmitted) == 1


async def test_rungs_that_were_due_meanwhile_are_asked_for_again_under_their_own_names(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    given = lifecycle_input()
    lost = await start(engine, given, MARCH.workflow_id)
    await bring(lost, Stage.HR_REVIEW)
    await lost.skip_past(at("02-24 18:00"))
    await lost.handle.terminate("lost")
    first = [rung.command_id for rung in owners.rungs.fired]
    plan = await start(engine, later(given, "02-25 19:00"), MARCH.workflow_id)
    stand(owners, later(given, "02-25 19:00"), Stage.HR_REVIEW, 2, at("02-13 09:00"))
    await plan.settled()
    again = [rung.command_id for rung in owners.rungs.fired[len(first) :]]
    assert again[:2] == first
    assert [rung.rung for rung in owners.rungs.fired[len(first) :]] == ["half_time", "due", "superior"]
    await plan.handle.terminate()


@pytest.mark.parametrize("stage", [Stage.TRACKING, Stage.CLOSING, Stage.SCORED])
async def test_a_plan_taken_up_late_is_moved_by_the_time_that_has_passed(
    engine: WorkflowEnvironment, owners: Owners, stage: Stage
) -> None:
    given = later(lifecycle_input(), "05-20 10:00")
    stand(owners, given, stage, 5, at("03-20 10:00"))
    plan = await start(engine, given)
    await plan.settled()
    expected = {Stage.TRACKING: Stage.SCORED, Stage.CLOSING: Stage.SCORED, Stage.SCORED: Stage.FINAL}
    assert owners.plans.ledger[-1].stage is expected[stage]


@pytest.mark.parametrize("stage", [Stage.FINAL, Stage.MISSING, Stage.EXEMPT, Stage.CANCELLED])
async def test_a_plan_that_has_ended_ends_its_new_lifecycle_at_once(
    engine: WorkflowEnvironment, owners: Owners, stage: Stage
) -> None:
    given = lifecycle_input()
    stand(owners, given, stage, 9, given.scale.calendar_start)
    plan = await start(engine, given)
    result = await plan.handle.result()
    assert (result.stage, result.version) == (stage, 9)
    assert not owners.rungs.fired


async def test_a_dispute_survives_its_lifecycle(engine: WorkflowEnvironment, owners: Owners) -> None:
    given = lifecycle_input()
    lost = await start(engine, given, MARCH.workflow_id)
    version = await bring(lost, Stage.SCORED)
    await lost.give(command(Move.DISPUTE, version, note="the trainings were held"))
    await lost.handle.terminate("lost")
    plan = await start(engine, given, MARCH.workflow_id)
    await plan.settled()
    answer = command(Move.CONFIRM, version + 1, party=Party.LEADER, actor=LEADER, note="looked again")
    assert (await plan.give(answer)).stage is Stage.FINAL


async def test_a_command_of_the_time_before_is_stale_after_the_restart(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    given = lifecycle_input()
    stand(owners, given, Stage.LEADER_REVIEW, 3, given.scale.calendar_start)
    plan = await start(engine, given)
    await plan.settled()
    assert isinstance(await plan.refused(command(Move.APPROVE, 2)), StaleVersion)


async def test_a_command_that_the_lost_lifecycle_carried_out_is_answered_as_then(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    given = lifecycle_input()
    lost = await start(engine, given, MARCH.workflow_id)
    await lost.settled()
    first = await lost.give(command(Move.SUBMIT, 1))
    await lost.give(command(Move.RECALL, 2))
    await lost.handle.terminate("lost")
    plan = await start(engine, given, MARCH.workflow_id)
    await plan.settled()
    assert await plan.give(command(Move.SUBMIT, 1)) == first
    assert len(owners.plans.ledger) == 2
    assert isinstance(await plan.refused(command(Move.SUBMIT, 1, key="another")), StaleVersion)
    await plan.handle.terminate()


async def test_a_lifecycle_told_that_its_row_is_ahead_takes_it_up(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    given = lifecycle_input()
    plan = await start(engine, given)
    await plan.settled()
    stand(owners, given, Stage.LEADER_REVIEW, 3, given.scale.calendar_start)
    await plan.handle.signal(LOOK_AGAIN_SIGNAL)
    await plan.settled()
    state = await plan.state()
    assert (state.stage, state.version) == (Stage.LEADER_REVIEW, 3)
    assert [round_.stage for round_ in owners.review.opened] == [Stage.LEADER_REVIEW]


async def test_a_lifecycle_told_to_look_in_vain_goes_on_with_its_ladder(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await plan.skip_past(at("02-24 01:30"))
    await plan.handle.signal(LOOK_AGAIN_SIGNAL)
    await plan.settled()
    assert (await plan.kinds()).count("timer_canceled") == 0
    await plan.skip_past(at("02-28 18:00"))
    assert await plan.told() == ["02-24 01:30 draft_due half_time", "02-28 18:00 draft_due due"]


async def test_a_lifecycle_told_that_its_plan_has_ended_ends(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    given = lifecycle_input()
    plan = await start(engine, given)
    await plan.settled()
    stand(owners, given, Stage.CANCELLED, 2, given.scale.calendar_start)
    await plan.handle.signal(LOOK_AGAIN_SIGNAL)
    assert (await plan.handle.result()).stage is Stage.CANCELLED
