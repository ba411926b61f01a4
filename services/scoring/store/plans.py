"""SQL of the copy of where each plan stands."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.scoring.store.tables import plans
from shared.contracts.events import StageEntered
from shared.contracts.words import Stage
from shared.store.db import Connection


async def keep(connection: Connection, event: StageEntered) -> None:
    """Take a plan's new stage; an older version than the one kept changes nothing."""
    statement = upsert(plans).values(
        plan_id=event.plan.plan_id, stage=event.stage.value, version=event.version
    )
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[plans.c.plan_id],
            set_={"stage": statement.excluded.stage, "version": statement.excluded.version},
            where=plans.c.version < statement.excluded.version,
        )
    )


async def stage_of(connection: Connection, plan_id: str) -> Stage | None:
    """The plan's stage; None when nothing has been told of it."""
    found = await connection.execute(select(plans.c.stage).where(plans.c.plan_id == plan_id))
    stage = found.scalar_one_or_none()
    return Stage(stage) if stage else None
