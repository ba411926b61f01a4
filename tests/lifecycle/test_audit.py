"""What an audit learns from the engine: where each lifecycle stands, and what anybody may read of it."""

from temporalio.testing import WorkflowEnvironment

from monthline.audit.engine import lifecycles
from monthline.audit.facts import Plan
from shared.contracts.ids import LIFECYCLE_QUEUE
from shared.contracts.lifecycle import PLAN_LIFECYCLE
from shared.contracts.words import Stage
from tests.support.build import MARCH, lifecycle_input
from tests.support.story import bring
from tests.support.timeskip import Owners, start

PLAN = Plan(MARCH.plan_id, "p017", Stage.HR_REVIEW, 2)


async def test_a_lifecycle_is_seen_where_it_stands_with_what_it_shows(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    plan = await start(engine, lifecycle_input(), MARCH.workflow_id)
    await bring(plan, Stage.HR_REVIEW)
    [seen] = await lifecycles(engine.client, "acme", [PLAN])
    assert (seen.plan_id, seen.stage, seen.version) == (MARCH.plan_id, Stage.HR_REVIEW, 2)
    assert "hr_review" in seen.shown
    assert not any("p017" in text for text in seen.shown)
    await plan.handle.terminate()


async def test_memo_and_summary_of_a_lifecycle_are_seen(engine: WorkflowEnvironment, owners: Owners) -> None:
    handle = await engine.client.start_workflow(
        PLAN_LIFECYCLE,
        lifecycle_input(),
        id=MARCH.workflow_id,
        task_queue=LIFECYCLE_QUEUE,
        memo={"who": "p017@example.com"},
        static_summary="the plan of Wang Xiaoming",
    )
    [seen] = await lifecycles(engine.client, "acme", [PLAN])
    assert {"who p017@example.com", "the plan of Wang Xiaoming"} <= set(seen.shown)
    await handle.terminate()
