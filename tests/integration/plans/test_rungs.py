"""Rungs of the author's deadlines on a real database: fired once, told to who is there, not to who acted."""

from typing import Any

from services.plans.activities import PlansActivitiesImpl
from services.plans.store import progress, rungs
from services.plans.store.progress import Report
from shared.contracts.events import RungFired
from shared.contracts.rungs import FireRung
from shared.contracts.words import Milestone, Rung, RungOutcome, Stage
from shared.store.db import Database
from tests.integration.plans.company import away, told
from tests.integration.plans.lifecycle import Course
from tests.unit.services.plans.build import PLAN, deadline, entry, fire

WEEK = deadline(Milestone.PROGRESS_DUE, day=13, month=3)


def of_draft(rung: Rung, **changes: Any) -> FireRung:
    """A rung of the draft's deadline."""
    return fire(rung, **changes)


def of_week(**changes: Any) -> FireRung:
    """The weekly reminder of a plan in tracking."""
    given: dict[str, Any] = {"deadline": WEEK, "stage": Stage.TRACKING, "plan_version": 4} | changes
    return fire(Rung.DUE, Milestone.PROGRESS_DUE, **given)


async def recipients(database: Database) -> list[tuple[str, str]]:
    """Whom the rungs asked to be told, with which text."""
    events = await told(database, RungFired)
    return [(notice["recipient"], notice["name"]) for event in events for notice in event["notices"]]


async def test_each_rung_reaches_farther_up(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.opened()
    for rung in (Rung.DUE, Rung.SUPERIOR, Rung.LEADERSHIP):
        assert (await activities.fire_rung(of_draft(rung))).outcome is RungOutcome.SENT
    assert await recipients(database) == [
        ("p017", "draft_reminder"),
        ("p017", "overdue"),
        ("boss1", "overdue"),
        ("ceo", "escalated"),
        ("boss1", "escalated"),
    ]


async def test_the_same_rung_twice_is_one(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.opened()
    first = await activities.fire_rung(of_draft(Rung.SUPERIOR))
    await away(database, "p017", deadline().local.date())
    assert await activities.fire_rung(of_draft(Rung.SUPERIOR)) == first
    assert len(await told(database, RungFired)) == 1


async def test_a_plan_that_has_moved_on_is_told_to_nobody(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.submitted()
    assert (await activities.fire_rung(of_draft(Rung.DUE))).outcome is RungOutcome.ACTED
    assert await recipients(database) == []
    async with database.transaction() as connection:
        assert await rungs.of_plan(connection, PLAN.plan_id) == []


async def test_an_author_who_is_away_is_reminded_another_day(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.opened()
    await away(database, "p017", deadline().local.date())
    fired = await activities.fire_rung(of_draft(Rung.DUE))
    assert (fired.outcome, fired.recipients) == (RungOutcome.POSTPONED, ())
    next_day = deadline().local.date().replace(month=3, day=2)
    assert (await activities.fire_rung(of_draft(Rung.DUE, local_date=next_day))).recipients == ("p017",)
    assert len(await told(database, RungFired)) == 1


async def test_a_rung_is_recorded_with_whom_it_reached_and_why(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.opened()
    await activities.fire_rung(of_draft(Rung.SUPERIOR))
    async with database.transaction() as connection:
        (row,) = await rungs.of_plan(connection, PLAN.plan_id)
    assert [(one.person, one.because) for one in row.told] == [("p017", "author"), ("boss1", "superior")]
    assert (row.deadline, row.due) == (deadline(), deadline().instant)


async def test_a_week_without_an_entry_is_reminded_and_each_week_anew(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.tracking()
    await activities.fire_rung(of_week())
    await activities.fire_rung(of_week(deadline=deadline(Milestone.PROGRESS_DUE, day=20, month=3)))
    assert await recipients(database) == [("p017", "entry_reminder"), ("p017", "entry_reminder")]


async def test_a_week_with_an_entry_is_not_reminded(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.tracking()
    wish = Report(PLAN.plan_id, "p017", "key", "hash")
    async with database.transaction() as connection:
        await progress.record(connection, wish, [entry("i0", "50", day=7)])
    assert (await activities.fire_rung(of_week())).outcome is RungOutcome.ACTED
    later = deadline(Milestone.PROGRESS_DUE, day=20, month=3)
    assert (await activities.fire_rung(of_week(deadline=later))).outcome is RungOutcome.SENT
