"""Opening plans: once, with the template and the policy of the moment."""

import asyncio
from decimal import Decimal

from services.plans.activities import OrganisationBehind, PlansActivitiesImpl
from services.plans.store import drafts, plans, templates
from services.plans.store import tables as t
from shared.contracts.calendar import CyclePolicy
from shared.contracts.events import StageEntered
from shared.contracts.ids import PlanRef
from shared.contracts.plans import GetCyclePolicy
from shared.contracts.refusals import (
    Unknown,
)
from shared.contracts.words import Stage
from shared.store.db import Database
from tests.integration.plans.checks import refused, request, rows
from tests.integration.plans.company import SALES_TEMPLATE, told
from tests.integration.plans.lifecycle import Course
from tests.unit.services.plans.build import (
    PLAN,
    category,
    deadline,
    template,
)


async def test_an_opened_plan_is_in_drafting_and_its_author_is_told(
    database: Database, activities: PlansActivitiesImpl
) -> None:
    position = await activities.open(request())
    assert (position.stage, position.version, position.deadline) == (Stage.DRAFTING, 1, deadline())
    (event,) = await told(database, StageEntered)
    assert (event["move"], event["stage"], event["version"]) == ("open", "drafting", 1)
    assert [notice["name"] for notice in event["notices"]] == ["draft_opened"]


async def test_opening_a_plan_again_changes_nothing_and_says_where_it_stands(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.submitted()
    before = await rows(database)
    position = await activities.open(request())
    assert (position.stage, position.version) == (Stage.HR_REVIEW, 2)
    assert [moved.command_id for moved in position.moves][1:] == ["p017:submit"]
    assert await rows(database) == before


async def test_two_openings_in_the_same_instant_open_one_plan(
    database: Database, activities: PlansActivitiesImpl
) -> None:
    positions = await asyncio.gather(*(activities.open(request()) for _ in range(5)))
    assert {position.version for position in positions} == {1}
    assert (await rows(database))["ledger"] == 1


async def test_a_plan_is_opened_with_the_nearest_template_and_keeps_its_version(
    database: Database, activities: PlansActivitiesImpl
) -> None:
    await activities.open(request())
    async with database.transaction() as connection:
        await templates.publish(connection, template(routine_limit=Decimal(1)), "hr2")
    other = PlanRef(company="acme", month="2026-03", person="p018", department="lab")
    await activities.open(request(other))
    async with database.transaction() as connection:
        first = await plans.lock(connection, PLAN.plan_id)
        second = await plans.lock(connection, other.plan_id)
        kept = (await drafts.read(connection, first)).template
    assert (first.template_department, first.template_version, kept.routine_limit) == (
        "sales",
        1,
        Decimal(30),
    )
    assert (second.template_department, second.template_version) == ("company", 1)


async def test_without_a_template_in_the_chain_no_plan_is_opened(
    database: Database, activities: PlansActivitiesImpl
) -> None:
    async with database.transaction() as connection:
        await connection.execute(t.templates.delete())
    found = await refused(activities.open(request()), Unknown)
    assert found.details["what"] == "template"
    assert (await rows(database))["plan"] == 0


async def test_a_department_that_was_not_told_yet_is_tried_again_and_not_refused(
    activities: PlansActivitiesImpl,
) -> None:
    await refused(activities.open(request(PLAN.model_copy(update={"department": "new"}))), OrganisationBehind)


async def test_the_newest_cycle_policy_holds_and_the_shipped_one_before(
    database: Database, activities: PlansActivitiesImpl
) -> None:
    wish = GetCyclePolicy(month="2026-03")
    assert await activities.cycle_policy(wish) == CyclePolicy()
    for opens in (3, 4, 4):
        async with database.transaction() as connection:
            await templates.publish_policy(connection, CyclePolicy(drafting_opens_before=opens), "hr2")
    newest = await activities.cycle_policy(wish)
    assert (newest.version, newest.drafting_opens_before) == (3, 4)


async def test_a_template_published_unchanged_keeps_its_version(database: Database) -> None:
    async with database.transaction() as connection:
        again = await templates.publish(connection, SALES_TEMPLATE.model_copy(update={"version": 7}), "hr2")
        changed = await templates.publish(connection, template([category("core")]), "hr2")
    assert (again.version, changed.version) == (1, 2)
