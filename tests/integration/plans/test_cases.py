"""The case that the linter judges has the facts of the plan's own calendar."""

from datetime import date

from services.plans.store import drafts, plans
from services.plans.store.cases import case_of
from shared.store.db import Database
from tests.integration.plans.company import SALES_TEMPLATE
from tests.integration.plans.lifecycle import Course
from tests.support.build import spring
from tests.unit.services.plans.build import GOOD, PLAN, plan


async def test_a_draft_is_judged_with_its_template_month_and_calendar(
    database: Database, course: Course
) -> None:
    await course.written()
    async with database.transaction() as connection:
        row = await plans.lock(connection, PLAN.plan_id)
        draft = await drafts.read(connection, row)
    case = case_of(row, draft)
    assert (case.content, case.month, case.calendar) == (GOOD, "2026-03", spring())
    assert case.template.categories == SALES_TEMPLATE.categories
    assert case.today == date(2026, 2, 13)
    assert case_of(row, draft, plan(("core", "1"))).content == plan(("core", "1"))


async def test_facts_that_the_service_does_not_have_are_unknown(database: Database, course: Course) -> None:
    await course.written()
    async with database.transaction() as connection:
        row = await plans.lock(connection, PLAN.plan_id)
        draft = await drafts.read(connection, row)
    case = case_of(row, draft)
    assert (case.history, case.kpis, case.words) == (None, None, None)
