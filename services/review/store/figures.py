"""How many rounds wait, and how many wait too long, for whoever runs the deployment."""

from sqlalchemy import func, select

from services.review.store.tables import rounds
from shared.contracts.words import Stage
from shared.store.db import Connection

REVIEWS = (Stage.HR_REVIEW, Stage.LEADER_REVIEW)


async def waiting_and_overdue(connection: Connection) -> dict[Stage, tuple[int, int]]:
    """By stage, the rounds that wait for a decision and those of them whose deadline has passed."""
    overdue = func.count().filter(rounds.c.due < func.now())
    counted = select(rounds.c.stage, func.count(), overdue).where(rounds.c.closed_at.is_(None))
    rows = await connection.execute(counted.group_by(rounds.c.stage))
    return dict.fromkeys(REVIEWS, (0, 0)) | {Stage(row[0]): (int(row[1]), int(row[2])) for row in rows}
