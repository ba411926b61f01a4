"""A plan's whole month, move by move."""

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from shared.contracts.refusals import (
    AlreadyDecided,
    Blocked,
    NotApprover,
    OwnPlan,
    StaleVersion,
    WrongStage,
)
from shared.contracts.words import Move, Party, Stage
from shared.temporal import as_refusal
from tests.support.build import command, lifecycle_input
from tests.support.timeskip import Owners, Plan, start


async def to_tracking(plan: Plan) -> None:
    await plan.give(command(Move.SUBMIT, 1))
    await plan.give(command(Move.APPROVE, 2))
    await plan.give(command(Move.APPROVE, 3, actor="leader1"))


async def to_scored(plan: Plan) -> None:
    await to_tracking(plan)
    await plan.give(command(Move.CLOSE, 4))
    await plan.give(command(Move.CLOSE, 5))


async def test_a_clean_month_ends_final_after_both_have_confirmed(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await to_scored(plan)
    scored = await plan.give(command(Move.CONFIRM, 6, party=Party.LEADER, actor="leader1"))
    final = await plan.give(command(Move.CONFIRM, 7))
    assert (scored.stage, final.stage) == (Stage.SCORED, Stage.FINAL)
    assert (await plan.handle.result()).stage is Stage.FINAL
    assert [moved.version for moved in owners.plans.ledger] == [2, 3, 4, 5, 6, 7, 8]
    assert [round_.stage for round_ in owners.review.opened] == [Stage.HR_REVIEW]
    assert owners.review.decisions[0].next_stage is Stage.LEADER_REVIEW
    assert owners.review.decisions[1].next_stage is None
