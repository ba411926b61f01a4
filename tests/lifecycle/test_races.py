"""What happens in one instant: two reviewers, a person and a timer, a command and the end."""

import asyncio

from temporalio.testing import WorkflowEnvironment

from shared.contracts.calendar import CyclePolicy, StepPolicy
from shared.contracts.entity import LOOK_AGAIN_SIGNAL
from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import LifecycleInput, Moved
from shared.contracts.refusals import AlreadyDecided, NotApprover, Refusal, StaleVersion, WrongStage
from shared.contracts.words import SYSTEM, Move, Stage
from tests.support import timeskip
from tests.support.build import command, lifecycle_input
from tests.support.story import at, bring, stand
from tests.support.timeskip import Owners, start

TIMES = 100
AT_ONCE = 10
SUBMITTED = at("02-13 09:00")


def quiet() -> LifecycleInput:
    """A plan without half-time reminders."""
    step = StepPolicy(days=2, half_time=False)
    return lifecycle_input(policy=CyclePolicy(jitter_seconds=0, hr_review=step, leader_review=step))


async def race(engine: WorkflowEnvironment, owners: Owners, number: int) -> tuple[Moved, Refusal]:
    """HR approves and returns one plan in the same instant: who won, and what the other was told."""
    ref = PlanRef(company="acme", month="2026-03", person=f"race{number:03}", department="sales")
    given = lifecycle_input(plan=ref)
    stand(owners, given, Stage.HR_REVIEW, 2, SUBMITTED)
    plan = await start(engine, given)
    wishes = [
        command(Move.APPROVE, 2, plan=ref, actor="hr1", key=f"approve-{number}"),
        command(Move.RETURN, 2, plan=ref, actor="hr2", key=f"return-{number}", note="not yet"),
    ]
    answers = await asyncio.gather(*(plan.answer(wish) for wish in wishes[:: 1 if number % 2 else -1]))
    (won,) = [one for one in answers if isinstance(one, Moved)]
    (lost,) = [one for one in answers if isinstance(one, Refusal)]
    await plan.handle.terminate()
    return won, lost


async def test_of_two_reviewers_in_one_instant_one_wins_a_hundred_times(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> tuple[Moved, Refusal]:
        async with places:
            return await race(engine, owners, number)

    results = await asyncio.gather(*(one(number) for number in range(TIMES)))
    for won, lost in results:
        assert isinstance(lost, AlreadyDecided)
        assert (lost.details["actor"], lost.details["move"]) == (won.actor, won.move)
        assert won.version == 3
    assert len(owners.plans.ledger) == len(owners.review.decisions) == TIMES
    assert {won.actor for won, _ in results} == {"hr1", "hr2"}


async def test_of_two_commands_before_the_plan_is_open_one_wins(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    owners.plans.gate.close()
    plan = await start(engine, lifecycle_input())
    wishes = [command(Move.SUBMIT, 1), command(Move.CANCEL, 1, note="left the company")]
    answers = [asyncio.create_task(plan.answer(wish)) for wish in wishes]
    await plan.accepted(2)
    owners.plans.gate.open()
    found = await asyncio.wait_for(asyncio.gather(*answers), 60)
    assert sorted(type(one).__name__ for one in found) == ["AlreadyDecided", "Moved"]
    assert len(owners.plans.ledger) == 1


async def test_a_rung_due_while_somebody_acts_is_not_told(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, quiet())
    await bring(plan, Stage.HR_REVIEW)
    await plan.skip_close_to(at("02-24 18:00"))
    owners.review.gate.close()
    acting = asyncio.create_task(plan.give(command(Move.APPROVE, 2)))
    await plan.fired(1)
    owners.review.gate.open()
    assert (await acting).stage is Stage.LEADER_REVIEW
    await plan.settled()
    assert not await plan.told()


async def test_a_rung_is_told_late_when_who_acted_was_refused(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, quiet())
    await bring(plan, Stage.HR_REVIEW)
    await plan.skip_close_to(at("02-24 18:00"))
    owners.review.gate.close()
    owners.review.refuse_next = AlreadyDecided(move=Move.APPROVE, actor="hr2", stage=Stage.HR_REVIEW)
    acting = asyncio.create_task(plan.answer(command(Move.APPROVE, 2)))
    await plan.fired(1)
    owners.review.gate.open()
    assert isinstance(await acting, Refusal)
    await plan.settled()
    assert await plan.told() == ["02-24 18:00 hr_review_due due"]


async def test_who_acts_in_the_very_instant_a_rung_is_due_hears_nothing(engine: WorkflowEnvironment) -> None:
    owners = Owners()
    async with timeskip.workers(engine, owners):
        plan = await start(engine, quiet())
        await bring(plan, Stage.HR_REVIEW)
        await plan.skip_close_to(at("02-24 18:00"))
    # While no worker runs the timer fires and the command arrives; both wait in one task.
    await plan.fired(1)
    acting = asyncio.create_task(plan.give(command(Move.APPROVE, 2)))
    await asyncio.sleep(0.2)
    async with timeskip.workers(engine, owners):
        assert (await acting).stage is Stage.LEADER_REVIEW
        await plan.settled()
        assert not await plan.told()


async def test_a_command_that_comes_while_time_ends_the_plan_is_refused_and_the_plan_ends(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await plan.skip_close_to(at("03-05 18:00"))
    owners.plans.gate.close()
    await owners.plans.gate.reached.wait()
    late = asyncio.create_task(plan.answer(command(Move.SUBMIT, 1)))
    await plan.accepted(1)
    owners.plans.gate.open()
    refused = await asyncio.wait_for(late, 60)
    assert isinstance(refused, StaleVersion)
    assert refused.details["stage"] == Stage.MISSING
    assert (await asyncio.wait_for(plan.handle.result(), 60)).stage is Stage.MISSING
    assert [moved.actor for moved in owners.plans.ledger] == [SYSTEM]


async def test_a_command_that_comes_while_another_is_carried_out_waits_and_is_refused_naming_it(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await plan.settled()
    owners.plans.gate.close()
    first = asyncio.create_task(plan.give(command(Move.CANCEL, 1, note="left the company")))
    await owners.plans.gate.reached.wait()
    second = asyncio.create_task(plan.answer(command(Move.SUBMIT, 1)))
    await plan.accepted(2)
    owners.plans.gate.open()
    refused = await asyncio.wait_for(second, 60)
    assert isinstance(refused, AlreadyDecided)
    assert refused.details == {"move": "cancel", "actor": "hr1", "stage": "cancelled"}
    assert (await first).stage is Stage.CANCELLED
    assert (await plan.handle.result()).stage is Stage.CANCELLED


async def test_who_comes_second_wins_when_the_first_is_refused(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.HR_REVIEW)
    owners.review.gate.close()
    owners.review.refuse_next = NotApprover(stage=Stage.HR_REVIEW)
    first = asyncio.create_task(plan.answer(command(Move.APPROVE, 2, actor="stranger")))
    await owners.review.gate.reached.wait()
    second = asyncio.create_task(plan.give(command(Move.APPROVE, 2)))
    await plan.accepted(3)
    owners.review.gate.open()
    assert isinstance(await asyncio.wait_for(first, 60), NotApprover)
    assert (await asyncio.wait_for(second, 60)).stage is Stage.LEADER_REVIEW


async def test_who_has_seen_the_move_before_the_lifecycle_has_heard_of_it_is_let_in(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.HR_REVIEW)
    owners.plans.gate.close()
    first = asyncio.create_task(plan.give(command(Move.RETURN, 2, note="not yet")))
    await owners.plans.gate.reached.wait()
    second = asyncio.create_task(plan.give(command(Move.SUBMIT, 3)))
    await plan.accepted(3)
    owners.plans.gate.open()
    assert (await first).stage is Stage.DRAFTING
    assert (await asyncio.wait_for(second, 60)).version == 4


async def test_who_has_seen_a_move_by_time_before_the_lifecycle_has_heard_of_it_is_told_what_became(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await plan.skip_close_to(at("03-05 18:00"))
    owners.plans.gate.close()
    await owners.plans.gate.reached.wait()
    late = asyncio.create_task(plan.answer(command(Move.SUBMIT, 2)))
    await plan.accepted(1)
    owners.plans.gate.open()
    assert isinstance(await asyncio.wait_for(late, 60), WrongStage)


async def test_who_has_seen_the_row_that_a_lifecycle_is_reading_is_let_in(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    given = lifecycle_input()
    plan = await start(engine, given)
    await plan.settled()
    stand(owners, given, Stage.HR_REVIEW, 4, given.scale.calendar_start)
    owners.plans.gate.close()
    await plan.handle.signal(LOOK_AGAIN_SIGNAL)
    await owners.plans.gate.reached.wait()
    ahead = asyncio.create_task(plan.give(command(Move.APPROVE, 4)))
    await plan.accepted(1)
    owners.plans.gate.open()
    assert (await asyncio.wait_for(ahead, 60)).stage is Stage.LEADER_REVIEW


async def test_who_claims_to_have_seen_a_move_that_was_refused_is_told_where_the_plan_is(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await bring(plan, Stage.HR_REVIEW)
    owners.review.gate.close()
    owners.review.refuse_next = NotApprover(stage=Stage.HR_REVIEW)
    first = asyncio.create_task(plan.answer(command(Move.RETURN, 2, actor="stranger", note="not yet")))
    await owners.review.gate.reached.wait()
    second = asyncio.create_task(plan.answer(command(Move.SUBMIT, 3)))
    await plan.accepted(3)
    owners.review.gate.open()
    assert isinstance(await first, NotApprover)
    refused = await asyncio.wait_for(second, 60)
    assert isinstance(refused, StaleVersion)
    assert refused.details == {"expected": 3, "current": 2, "stage": "hr_review"}
    assert isinstance(await plan.refused(command(Move.SUBMIT, 3, key="nothing-moves-now")), StaleVersion)


async def test_who_acts_while_the_last_rung_is_told_is_before_time(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input())
    await plan.skip_close_to(at("03-05 18:00"))
    owners.rungs.gate.close()
    await owners.rungs.gate.reached.wait()
    acting = asyncio.create_task(plan.give(command(Move.SUBMIT, 1)))
    await plan.accepted(1)
    owners.rungs.gate.open()
    assert (await acting).stage is Stage.HR_REVIEW
