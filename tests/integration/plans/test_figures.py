"""How many plans stand where."""

from services.plans.store import figures
from services.plans.store.tables import COMMANDS
from shared.contracts.words import ENDED, Stage
from shared.store.db import Database
from tests.integration.plans.lifecycle import Course


async def test_open_plans_are_counted_by_stage_and_stages_without_any_are_zero(
    database: Database, course: Course
) -> None:
    await course.tracking()
    async with database.transaction() as connection:
        counts = await figures.by_stage(connection)
    assert counts.pop(Stage.TRACKING) == 1
    assert set(counts.values()) == {0}
    assert not set(counts) & ENDED


async def test_without_commands_none_is_pending(database: Database) -> None:
    async with database.transaction() as connection:
        assert await COMMANDS.backlog(connection) == (0, 0.0)
