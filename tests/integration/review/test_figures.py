"""How many rounds wait, and how many too long."""

from datetime import timedelta

from sqlalchemy import func, update

from services.review.activities import ReviewActivitiesImpl
from services.review.store import figures
from services.review.store.tables import rounds
from shared.contracts.words import Stage
from shared.store.db import Database
from tests.integration.review.company import opening


async def test_waiting_rounds_are_counted_and_those_past_their_deadline_apart(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    for author in ("author", "late"):
        await reviews.open_round(opening(author=author))
    async with database.transaction() as connection:
        ahead = update(rounds).values(due=func.now() + timedelta(days=1))
        await connection.execute(ahead)
        behind = update(rounds).where(rounds.c.author == "late").values(due=func.now() - timedelta(seconds=1))
        await connection.execute(behind)
        counts = await figures.waiting_and_overdue(connection)
    assert counts == {Stage.HR_REVIEW: (2, 1), Stage.LEADER_REVIEW: (0, 0)}
