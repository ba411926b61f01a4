"""Closing: figures are frozen once, from what was entered and what was fed."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

from services.plans.activities import PlansActivitiesImpl
from services.plans.store import drafts, progress
from services.plans.store.progress import Report
from shared.contracts.events import MetricRecorded, PlanClosed
from shared.contracts.plan import Links, PlanContent
from shared.contracts.plans import ClosePlan
from shared.contracts.refusals import (
    StaleVersion,
    WrongStage,
)
from shared.contracts.words import Move, Stage
from shared.store.db import Database
from tests.integration.plans.checks import SHORT, refused, request
from tests.integration.plans.company import told
from tests.integration.plans.lifecycle import Course, move, submit
from tests.integration.review.statements import statements
from tests.unit.services.plans.build import (
    GOOD,
    PLAN,
    entry,
    item,
)


async def report(database: Database, *values: tuple[str, str]) -> None:
    """Entries of the author."""
    entries = [entry(item, value) for item, value in values]
    async with database.transaction() as connection:
        await progress.record(connection, Report(PLAN.plan_id, "p017", "key", "hash"), entries)


async def test_a_close_freezes_what_was_entered_and_what_was_fed(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    fed = item("i9", "core", "45", links=Links(metric="revenue"))
    await course.closing(PlanContent(items=(fed, *SHORT.items[1:])))
    await report(database, ("i9", "80"), ("i1", "95"))
    value = MetricRecorded(metric="revenue", month="2026-03", value="97.5", source="erp", version=1)
    async with database.transaction() as connection:
        await progress.keep_metric(connection, value)
    closed = await activities.close(ClosePlan(plan=PLAN, plan_version=5))
    assert [(one.item, one.value, one.source) for one in closed.actuals] == [
        ("i9", Decimal("97.5"), "metric:revenue:2026-03:v1"),
        ("i1", Decimal(95), "progress:2"),
        ("i2", None, "none"),
        ("i3", None, "none"),
    ]
    assert len(await told(database, PlanClosed)) == 1


async def test_a_close_again_gives_the_same_figures_whatever_came_after(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    first = await course.closed()
    await report(database, ("i0", "99"))
    assert await activities.close(ClosePlan(plan=PLAN, plan_version=5)) == first
    assert len(await told(database, PlanClosed)) == 1


async def test_figures_are_frozen_only_in_closing_and_at_the_version_that_closes(
    activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.tracking()
    await refused(activities.close(ClosePlan(plan=PLAN, plan_version=4)), WrongStage)
    await refused(activities.close(ClosePlan(plan=PLAN, plan_version=3)), StaleVersion)


async def test_no_activity_needs_more_than_eight_statements(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    async def costs(call: Callable[[], Awaitable[object]]) -> int:
        await activities._org.get()
        with statements(database) as counted:
            await call()
            return counted.take()

    assert await costs(lambda: activities.open(request())) <= 8
    async with database.transaction() as connection:
        await drafts.write(connection, PLAN.plan_id, GOOD)
    assert await costs(lambda: activities.submit(submit())) <= 8
    assert await costs(lambda: activities.move(move(Move.APPROVE, 2, Stage.LEADER_REVIEW, "hr1"))) <= 5
    await activities.move(move(Move.APPROVE, 3, Stage.TRACKING, "boss1"))
    await activities.move(move(Move.CLOSE, 4, Stage.CLOSING, "p017"))
    assert await costs(lambda: activities.close(ClosePlan(plan=PLAN, plan_version=5))) <= 8
