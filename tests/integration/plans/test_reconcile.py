"""The reconciler and the openings on a real engine: a plan whose lifecycle was lost gets it back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from monthline.embedded import EmbeddedServers
from services.plans.activities import PlansActivitiesImpl
from services.plans.reconcile import Lifecycles
from services.plans.store import plans
from services.plans.store.tables import COMMANDS
from services.plans.store.tables import plans as plan_table
from shared.contracts.ids import LIFECYCLE_QUEUE, PlanRef
from shared.contracts.lifecycle import (
    OPEN_MONTH,
    LifecycleInput,
    LifecycleState,
    OpenedMonth,
    OpenMonthInput,
)
from shared.contracts.refusals import EngineDown, Unknown
from shared.contracts.words import Move, Stage
from shared.engine.entity_client import Stuck
from shared.engine.lifecycle_client import LifecycleClient
from shared.store.db import Database
from shared.telemetry import metrics
from tests.integration.plans.lifecycle import Course
from tests.support import timeskip
from tests.support.build import command, lifecycle_input, real_time
from tests.support.story import at
from tests.support.timeskip import Owners
from tests.unit.services.plans.build import PLAN


@pytest.fixture
async def temporal(servers: EmbeddedServers) -> Client:
    """A client of the engine."""
    return await Client.connect(servers.temporal.address, data_converter=pydantic_data_converter)


@pytest.fixture
def owners(activities: PlansActivitiesImpl) -> Owners:
    """Owners in memory, but for the plan service."""
    found = Owners()
    found.plans = activities  # type: ignore[assignment]
    return found


@pytest.fixture
async def engine(temporal: Client, owners: Owners) -> AsyncIterator[LifecycleClient]:
    """The engine as services see it, with workers behind it."""
    async with timeskip.workers(WorkflowEnvironment.from_client(temporal), owners):
        yield LifecycleClient(temporal)


def of_one(department: str = "east") -> LifecycleInput:
    """A plan that no other test has."""
    ref = PlanRef(company=f"c{uuid4().hex[:8]}", month="2026-03", person="p017", department=department)
    return lifecycle_input(plan=ref)


async def until(condition: Callable[[], object]) -> None:
    """Wait until ``condition()``, which is awaited, holds."""
    async with asyncio.timeout(60):
        while not await condition():  # type: ignore[misc]
            await asyncio.sleep(0.05)


async def version_of(database: Database, given: LifecycleInput) -> int:
    """The version of the plan's row; 0 without one."""
    async with database.autocommit() as connection:
        found = await plans.find(connection, given.plan.plan_id)
    return found.plan.version if found else 0


async def test_a_terminated_lifecycle_is_found_missing_and_started_again_with_what_it_was_given(
    database: Database, engine: LifecycleClient, temporal: Client
) -> None:
    given = of_one()
    await engine.start(given)
    await until(lambda: version_of(database, given))
    before = await temporal.get_workflow_handle(given.plan.workflow_id).describe()
    await temporal.get_workflow_handle(given.plan.workflow_id).terminate("lost")
    assert await engine.state(given.plan.workflow_id) is None

    assert await Lifecycles(database, engine).look() == 1

    state = await engine.state(given.plan.workflow_id)
    assert state is not None
    await until(lambda: opened(engine, given))
    described = await temporal.get_workflow_handle(given.plan.workflow_id).describe()
    assert described.run_id != before.run_id
    history = temporal.get_workflow_handle(given.plan.workflow_id).fetch_history_events()
    started = (await anext(history)).workflow_execution_started_event_attributes
    [again] = await pydantic_data_converter.decode(started.input.payloads, [LifecycleInput])
    assert again == given
    moved = await engine.command(
        command(Move.CANCEL, 1, plan=given.plan, actor="hr1", note="left", key=uuid4().hex)
    )
    assert moved.stage is Stage.CANCELLED


async def opened(engine: LifecycleClient, given: LifecycleInput) -> bool:
    """Whether the lifecycle has read its row."""
    state = await engine.state(given.plan.workflow_id)
    return state is not None and state.version > 0


async def test_a_lifecycle_that_runs_is_left_alone_and_one_that_is_behind_is_woken(
    database: Database, engine: LifecycleClient, temporal: Client
) -> None:
    given = of_one()
    await engine.start(given)
    await until(lambda: opened(engine, given))
    looked = Lifecycles(database, engine)
    assert await looked.look() == 0
    async with database.transaction() as connection:
        await connection.execute(
            plan_table.update().where(plan_table.c.id == given.plan.plan_id).values(version=3)
        )
    assert await looked.look() == 1
    await until(lambda: up_to(engine, given, 3))
    await temporal.get_workflow_handle(given.plan.workflow_id).terminate()


async def up_to(engine: LifecycleClient, given: LifecycleInput, version: int) -> bool:
    """Whether the lifecycle believes in that version."""
    state = await engine.state(given.plan.workflow_id)
    return state is not None and state.version == version


class HalfStuck(LifecycleClient):
    """One lifecycle does not answer, all others are missing; remembers what was started."""

    def __init__(self, client: Client, stuck: str) -> None:
        super().__init__(client)
        self._stuck = stuck
        self.started: list[str] = []

    async def state(self, workflow_id: str) -> LifecycleState | None:
        """Nothing of one, and nothing about the others."""
        if workflow_id == self._stuck:
            raise Stuck("nobody can replay it")
        return None

    async def start(self, given: LifecycleInput) -> None:
        """Note what was to be started."""
        self.started.append(given.plan.person)


class AllLost(LifecycleClient):
    """Every lifecycle is missing; remembers in which order they were started."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.started: list[str] = []

    async def start(self, given: LifecycleInput) -> None:
        """Note what was to be started."""
        self.started.append(given.plan.person)


async def test_all_that_is_lost_is_found_in_one_round_and_first_what_somebody_waits_for(
    database: Database, course: Course, temporal: Client
) -> None:
    people = [f"p{number:03}" for number in range(5)]
    for person in people:
        await course.opened(PLAN.model_copy(update={"person": person}))
    waits = command(Move.SUBMIT, 1, plan=PLAN.model_copy(update={"person": "p003"}), actor="p003")
    async with database.autocommit() as connection:
        await COMMANDS.receive(connection, waits, "")
    engine = AllLost(temporal)
    assert await Lifecycles(database, engine, 2).look() == 5
    assert engine.started[0] == "p003"
    assert sorted(engine.started) == people


class NeverAgain(AllLost):
    """An engine that answers for so many more, and then not."""

    def __init__(self, client: Client, answers: int) -> None:
        super().__init__(client)
        self.answers = answers

    async def shown_stage(self, workflow_id: str) -> str | None:
        """What is shown, as long as there are answers."""
        if self.answers <= 0:
            raise EngineDown(retry_after=5)
        self.answers -= 1
        return await super().shown_stage(workflow_id)


async def test_a_round_that_never_comes_to_its_end_is_a_silence_although_it_begins_well(
    database: Database, course: Course, temporal: Client
) -> None:
    for number in range(3):
        await course.opened(PLAN.model_copy(update={"person": f"p{number:03}"}))
    engine = NeverAgain(temporal, answers=1)
    looked = Lifecycles(database, engine, 1)
    seen = metrics.WORK_DONE.labels("lifecycles")
    for answers, moved in ((1, True), (1, False), (99, False), (1, True)):
        engine.answers = answers
        seen.set(0)
        with suppress(EngineDown):
            await looked.look()
        value = metrics.REGISTRY.get_sample_value(
            "monthline_background_success_timestamp_seconds", {"work": "lifecycles"}
        )
        assert bool(value) is moved


class Counted(LifecycleClient):
    """Counts how often a lifecycle itself was asked."""

    asked = 0

    async def state(self, workflow_id: str) -> LifecycleState | None:
        """The state, counted."""
        self.asked += 1
        return await super().state(workflow_id)


async def test_a_lifecycle_that_shows_another_stage_is_asked_and_the_others_are_left_in_peace(
    database: Database, engine: LifecycleClient, temporal: Client
) -> None:
    several = [of_one() for _ in range(3)]
    for given in several:
        await engine.start(given)
        await until(lambda given=given: opened(engine, given))  # type: ignore[misc]
    behind = max(given.plan.plan_id for given in several)
    async with database.transaction() as connection:
        await connection.execute(
            plan_table.update()
            .where(plan_table.c.id == behind)
            .values(version=3, stage=Stage.HR_REVIEW.value)
        )
    counted = Counted(temporal)
    assert await Lifecycles(database, counted, 1).look() == 1
    assert counted.asked == 2
    for given in several:
        await temporal.get_workflow_handle(given.plan.workflow_id).terminate()


async def test_a_lifecycle_that_does_not_answer_keeps_no_other_from_being_started_again(
    database: Database, course: Course, temporal: Client
) -> None:
    await course.opened()
    await course.opened(PLAN.model_copy(update={"person": "p018", "department": "lab"}))
    engine = HalfStuck(temporal, PLAN.workflow_id)
    assert await Lifecycles(database, engine).look() == 1
    assert engine.started == ["p018"]


async def test_plans_that_could_not_open_for_want_of_a_template_open_with_the_next_opening(
    temporal: Client,
) -> None:
    owners = Owners(planners=1)
    owners.plans.refuse_next = Unknown(what="template", path="departments.sales")
    company = f"c{uuid4().hex[:8]}"
    handle = temporal.get_workflow_handle(
        PlanRef(company=company, month="2026-03", person="p000", department="sales").workflow_id
    )
    async with timeskip.workers(WorkflowEnvironment.from_client(temporal), owners):
        await open_month(temporal, company)
        with pytest.raises(WorkflowFailureError):
            await handle.result(rpc_timeout=timedelta(seconds=20))
        assert not owners.plans.positions
        assert (await open_month(temporal, company)).started == 1
        await until(lambda: present(owners))
        assert (await open_month(temporal, company)).started == 0
    await handle.terminate()


async def present(owners: Owners) -> bool:
    """Whether a plan was opened."""
    return bool(owners.plans.positions)


async def open_month(temporal: Client, company: str) -> OpenedMonth:
    """Open March to its end."""
    asked = OpenMonthInput(company=company, month="2026-03", scale=real_time(at("02-24 09:00")))
    found: OpenedMonth = await temporal.execute_workflow(
        OPEN_MONTH,
        asked,
        id=f"open-month:{company}:{uuid4().hex[:4]}",
        task_queue=LIFECYCLE_QUEUE,
        result_type=OpenedMonth,
    )
    return found
