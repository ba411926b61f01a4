"""A command whose answer was lost finds it again, also when it was the plan's last."""

import asyncio

import pytest
from temporalio.testing import WorkflowEnvironment

from shared.contracts.ids import PlanRef
from shared.contracts.words import Move, Stage
from shared.engine.entity_client import NoLifecycle, Unknown
from shared.engine.lifecycle_client import LifecycleClient
from tests.support.build import command, lifecycle_input
from tests.support.timeskip import Owners, start


async def test_the_answer_of_the_last_command_is_found_after_the_plan_has_ended(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = PlanRef(company="acme", month="2026-03", person="lost1", department="sales")
    running = await start(engine, lifecycle_input(plan=plan), plan.workflow_id)
    last = command(Move.CANCEL, 1, plan=plan, note="joined by mistake", key="last-one")
    first = await running.give(last)
    await running.handle.result()
    again = await LifecycleClient(engine.client).command(last)
    assert again == first
    assert again.stage is Stage.CANCELLED


async def test_a_new_command_to_a_plan_that_has_ended_finds_no_lifecycle(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = PlanRef(company="acme", month="2026-03", person="lost2", department="sales")
    running = await start(engine, lifecycle_input(plan=plan), plan.workflow_id)
    await running.give(command(Move.CANCEL, 1, plan=plan, note="joined by mistake"))
    await running.handle.result()
    with pytest.raises(NoLifecycle):
        await LifecycleClient(engine.client).command(command(Move.SUBMIT, 2, plan=plan, key="too-late"))


async def test_a_command_cut_off_by_the_end_of_its_lifecycle_is_unknown_and_not_refused(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = PlanRef(company="acme", month="2026-03", person="lost3", department="sales")
    given = lifecycle_input(plan=plan)
    running = await start(engine, given, plan.workflow_id)
    await running.settled()
    owners.plans.gate.close()
    submission = command(Move.SUBMIT, 1, plan=plan, actor="lost3")
    sending = asyncio.create_task(LifecycleClient(engine.client).command(submission))
    await owners.plans.gate.reached.wait()
    await running.handle.terminate("by an operator")
    with pytest.raises(Unknown):
        await sending
    with pytest.raises(Unknown):
        await LifecycleClient(engine.client).command(submission)
    owners.plans.gate.open()
    again = await start(engine, given, plan.workflow_id)
    assert (await LifecycleClient(engine.client).command(submission)).stage is Stage.HR_REVIEW
    await again.handle.terminate()
