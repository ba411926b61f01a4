"""Opening a month: each planner's lifecycle once, page by page, over several runs when there are many."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from shared.contracts.ids import LIFECYCLE_QUEUE, PlanRef
from shared.contracts.lifecycle import OPEN_MONTH, OpenedMonth, OpenMonthInput
from tests.support import timeskip
from tests.support.build import real_time
from tests.support.timeskip import Owners


def request(shows: str = "2026-02-24T09:00+08:00", **changes: object) -> OpenMonthInput:
    """An opening in a company of its own, when the calendar shows that instant in Shanghai."""
    scale = real_time(datetime.fromisoformat(shows).astimezone(UTC))
    given: dict[str, object] = {"company": f"acme-{uuid4().hex[:8]}", "scale": scale}
    return OpenMonthInput.model_validate(given | changes)


async def open_month(engine: WorkflowEnvironment, asked: OpenMonthInput) -> OpenedMonth:
    """Run the opening to its end."""
    with engine.with_time_skipping_disabled():
        opened: OpenedMonth = await engine.client.execute_workflow(
            OPEN_MONTH,
            asked,
            id=f"open-month:{asked.company}:{uuid4().hex[:4]}",
            task_queue=LIFECYCLE_QUEUE,
            result_type=OpenedMonth,
        )
    return opened


def workflow_id(company: str, person: str) -> str:
    """The id of a planner's lifecycle of March."""
    return PlanRef(company=company, month="2026-03", person=person, department="sales").workflow_id


async def runs(engine: WorkflowEnvironment, asked: OpenMonthInput, owners: Owners) -> list[str | None]:
    """The run of every planner's lifecycle."""
    handles = [
        engine.client.get_workflow_handle(workflow_id(asked.company, one)) for one in owners.directory.people
    ]
    return [(await handle.describe()).run_id for handle in handles]


async def test_a_month_opens_each_plan_once_even_when_it_is_opened_twice(engine: WorkflowEnvironment) -> None:
    owners = Owners(planners=7)
    asked = request(month="2026-03", window=3)
    async with timeskip.workers(engine, owners):
        first = await open_month(engine, asked)
        before = await runs(engine, asked, owners)
        second = await open_month(engine, asked)
        assert await runs(engine, asked, owners) == before
    assert first == OpenedMonth(month="2026-03", started=7)
    assert second == OpenedMonth(month="2026-03", started=0)
    assert len(set(before)) == 7
    await stop(engine, asked, owners)


async def test_many_planners_are_opened_over_several_runs(engine: WorkflowEnvironment) -> None:
    owners = Owners(planners=45)
    asked = request(month="2026-03", window=4)
    async with timeskip.workers(engine, owners):
        assert await open_month(engine, asked) == OpenedMonth(month="2026-03", started=45)
        assert len(set(await runs(engine, asked, owners))) == 45
    assert [page.after for page in owners.directory.asked] == [
        "" if number == 0 else f"p{4 * number - 1:03}" for number in range(12)
    ]
    assert owners.directory.cut == 2
    await stop(engine, asked, owners)


async def test_only_the_people_named_are_opened(engine: WorkflowEnvironment) -> None:
    owners = Owners(planners=5)
    asked = request(month="2026-03", people=("p001", "p004"))
    async with timeskip.workers(engine, owners):
        assert (await open_month(engine, asked)).started == 2
    owners.directory.people = ["p001", "p004"]
    assert len(set(await runs(engine, asked, owners))) == 2
    await stop(engine, asked, owners)


@pytest.mark.parametrize(
    ("shows", "month"),
    [
        ("2026-02-23T23:30+08:00", None),
        ("2026-02-24T00:30+08:00", "2026-03"),  # still the 23rd in UTC
        ("2026-02-28T23:30+08:00", "2026-03"),
        ("2026-03-01T00:30+08:00", None),  # the month has begun, and it is still February in UTC
        ("2026-03-25T00:30+08:00", "2026-04"),
    ],
)
async def test_the_next_month_is_opened_once_its_drafting_has_begun_in_the_company_s_zone(
    engine: WorkflowEnvironment, shows: str, month: str | None
) -> None:
    owners = Owners(planners=0)
    async with timeskip.workers(engine, owners):
        opened = await open_month(engine, request(shows))
    assert opened == OpenedMonth(month=month, started=0)
    assert len(owners.directory.asked) == (1 if month else 0)


async def test_a_lifecycle_shows_its_month_department_and_stage_to_operators(
    engine: WorkflowEnvironment,
) -> None:
    owners = Owners(planners=1)
    asked = request(month="2026-03")
    async with timeskip.workers(engine, owners):
        await open_month(engine, asked)
        described = await engine.client.get_workflow_handle(workflow_id(asked.company, "p000")).describe()
    shown = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    assert shown["PlanMonth"] == "2026-03"
    assert (shown["Department"], shown["PlanStage"]) == ("sales", "drafting")
    assert await described.static_summary() == "Plan 2026-03, department sales"
    await stop(engine, asked, owners)


async def test_a_terminated_lifecycle_is_started_again_by_the_next_opening(
    engine: WorkflowEnvironment,
) -> None:
    owners = Owners(planners=1)
    asked = request(month="2026-03")
    async with timeskip.workers(engine, owners):
        await open_month(engine, asked)
        await stop(engine, asked, owners)
        assert (await open_month(engine, asked)).started == 1
        described = await engine.client.get_workflow_handle(workflow_id(asked.company, "p000")).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING


async def stop(engine: WorkflowEnvironment, asked: OpenMonthInput, owners: Owners) -> None:
    """End the lifecycles that were opened, which would else wait in other tests."""
    for person in owners.directory.people:
        await engine.client.get_workflow_handle(workflow_id(asked.company, person)).terminate()
