"""What the plan service learns from others, in whatever order it comes, and what a reconciler reads."""

from decimal import Decimal

from services.plans.reactions import REACTIONS, keep_metric, keep_organisation
from services.plans.store import plans, progress
from services.plans.store.tables import ORG
from shared.bus.envelope import Meta
from shared.contracts.events import EVENTS, MetricRecorded, PersonChanged
from shared.contracts.ids import PlanRef
from shared.contracts.words import Move, Role, Stage
from shared.store.db import Database
from tests.integration.plans.company import person
from tests.integration.plans.lifecycle import Course, move

META = Meta(event_id="1", delivered=1)


def recorded(value: str, version: int) -> MetricRecorded:
    """A value of March's revenue."""
    return MetricRecorded(metric="revenue", month="2026-03", value=value, source="erp", version=version)


async def test_the_newest_value_of_a_metric_is_kept_in_whatever_order_it_comes(database: Database) -> None:
    for event in (recorded("90", 1), recorded("97.5", 3), recorded("97.5", 3), recorded("95", 2)):
        async with database.transaction() as connection:
            await keep_metric(connection, event, META)
    async with database.transaction() as connection:
        march = await progress.fed(connection, ["revenue"], "2026-03")
        april = await progress.fed(connection, ["revenue"], "2026-04")
    assert (march["revenue"].value, march["revenue"].version) == (Decimal("97.5"), 3)
    assert april == {}


async def test_a_person_who_was_told_is_known(database: Database) -> None:
    async with database.transaction() as connection:
        await keep_organisation(connection, PersonChanged(person=person("p020", "lab", Role.MANAGER)), META)
        organisation = await ORG.load(connection)
    assert organisation.person("p020") is not None


def test_every_subject_listened_to_is_a_known_event() -> None:
    assert {subject for reaction in REACTIONS for subject in reaction.subjects} <= set(EVENTS)
    assert len({reaction.durable for reaction in REACTIONS}) == len(REACTIONS)


async def test_plans_that_have_not_ended_are_listed_in_pages_with_stage_and_version(
    database: Database, course: Course
) -> None:
    await course.submitted()
    for who in ("p018", "p019"):
        await course.opened(PlanRef(company="acme", month="2026-03", person=who, department="lab"))
    async with database.transaction() as connection:
        first = await plans.open_page(connection, after="", limit=2)
        second = await plans.open_page(connection, after=first[-1].id, limit=2)
    assert [(row.ref.person, row.stage.value, row.version) for row in [*first, *second]] == [
        ("p017", "hr_review", 2),
        ("p018", "drafting", 1),
        ("p019", "drafting", 1),
    ]
    await course.activities.move(move(Move.CANCEL, 2, Stage.CANCELLED, "hr1"))
    async with database.transaction() as connection:
        left = await plans.open_page(connection, after="", limit=5)
    assert [row.ref.person for row in left] == ["p018", "p019"]
