"""SQL of the copy of scores that scoring tells."""

from sqlalchemy.dialects.postgresql import insert as upsert

from services.plans.store.tables import scores
from shared.contracts.scoring import Score
from shared.store.db import Connection


async def keep(connection: Connection, score: Score) -> None:
    """Take a score; an older version than the one kept changes nothing."""
    statement = upsert(scores).values(
        plan_id=score.plan.plan_id,
        version=score.version,
        total=score.total,
        band=score.band,
        provisional=list(score.provisional),
    )
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[scores.c.plan_id],
            set_={name: statement.excluded[name] for name in ("version", "total", "band", "provisional")},
            where=scores.c.version < statement.excluded.version,
        )
    )
