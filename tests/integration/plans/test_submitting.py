"""Submitting: lint, freeze and move together, or nothing."""

from sqlalchemy import update

from services.plans.activities import PlansActivitiesImpl
from services.plans.domain.versions import MOST_REVISIONS
from services.plans.store import tables as t
from shared.contracts.events import PlanSubmitted
from shared.contracts.plans import GetSubmission
from shared.contracts.refusals import (
    Blocked,
    Full,
    NotFound,
    StaleVersion,
)
from shared.contracts.words import Move, Severity, Stage
from shared.store.db import Database
from tests.integration.plans.checks import BAD, refused, rows, stand
from tests.integration.plans.company import told
from tests.integration.plans.lifecycle import Course, move, submit
from tests.unit.services.plans.build import (
    GOOD,
    PLAN,
    plan,
)


async def test_a_submission_freezes_a_revision_and_moves_the_plan_to_hr(
    database: Database, course: Course
) -> None:
    submitted = await course.submitted()
    assert (submitted.moved.stage, submitted.moved.version) == (Stage.HR_REVIEW, 2)
    assert submitted.submission.content == GOOD
    assert (submitted.submission.revision, submitted.submission.plan_version) == (1, 2)
    assert await stand(database) == (Stage.HR_REVIEW, 2)
    (told_one,) = await told(database, PlanSubmitted)
    assert told_one["submission"]["revision"] == 1


async def test_the_same_submission_twice_is_one(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    first = await course.submitted()
    before = await rows(database)
    assert await activities.submit(submit()) == first
    assert await rows(database) == before


async def test_a_submission_answers_the_same_after_the_plan_has_moved_on(
    activities: PlansActivitiesImpl, course: Course
) -> None:
    first = await course.submitted()
    await activities.move(move(Move.RETURN, 2, Stage.DRAFTING, "hr1"))
    second = await activities.submit(submit(version=3, key="again"))
    assert second.submission.revision == 2
    assert await activities.submit(submit()) == first


async def test_a_plan_is_submitted_so_often_and_no_more(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.written()
    async with database.transaction() as connection:
        await connection.execute(update(t.plans).values(revision=MOST_REVISIONS))
    before = await rows(database)
    full = await refused(activities.submit(submit()), Full)
    assert full.details == {"what": "revision", "most": MOST_REVISIONS}
    assert await rows(database) == before


async def test_a_blocked_submission_names_every_finding_and_leaves_nothing(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.written(BAD)
    before = await rows(database)
    blocked = await refused(activities.submit(submit()), Blocked)
    assert {finding["code"] for finding in blocked.details["findings"]} >= {
        "share.total",
        "share.category_min",
        "share.routine",
        "items.unknown_category",
    }
    assert await rows(database) == before
    assert await stand(database) == (Stage.DRAFTING, 1)


async def test_a_warning_goes_to_hr_with_the_plan(course: Course) -> None:
    content = plan(("core", "45"), ("weak", "20"), ("routine", "35"))
    submission = (await course.submitted(content)).submission
    assert ("share.routine", Severity.WARN) in [(one.code, one.severity) for one in submission.findings]


async def test_a_draft_edited_since_it_was_seen_is_not_submitted(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.written()
    stale = await refused(activities.submit(submit(content_version=0)), StaleVersion)
    assert (stale.details["expected"], stale.details["current"]) == (0, 1)
    assert await stand(database) == (Stage.DRAFTING, 1)
    assert (await activities.submit(submit(content_version=1))).moved.version == 2


async def test_the_newest_submission_can_be_asked_for_again(
    activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.opened()
    await refused(activities.submission(GetSubmission(plan=PLAN)), NotFound)
    submitted = await course.submitted()
    assert await activities.submission(GetSubmission(plan=PLAN)) == submitted.submission
