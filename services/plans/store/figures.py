"""How many plans stand where, for whoever runs the deployment."""

from sqlalchemy import func, select

from services.plans.store.tables import plans
from shared.contracts.words import ENDED, Stage
from shared.store.db import Connection

OPEN = tuple(stage for stage in Stage if stage not in ENDED)


async def by_stage(connection: Connection) -> dict[Stage, int]:
    """The number of plans in every stage that is not an end."""
    counted = select(plans.c.stage, func.count()).where(
        plans.c.stage.not_in([stage.value for stage in ENDED])
    )
    rows = await connection.execute(counted.group_by(plans.c.stage))
    return dict.fromkeys(OPEN, 0) | {Stage(row[0]): int(row[1]) for row in rows}
