"""Where each plan stands, as far as the plan service has told."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.review.store.tables import plans
from shared.contracts.events import StageEntered
from shared.contracts.words import Stage
from shared.store.db import Connection


async def keep(connection: Connection, event: StageEntered) -> None:
    """Take a plan's new stage; an older version than the one kept changes nothing."""
    statement = upsert(plans).values(
        plan_id=event.plan.plan_id, stage=event.stage.value, version=event.version, entered_at=event.at
    )
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[plans.c.plan_id],
            set_={
                "stage": statement.excluded.stage,
                "version": statement.excluded.version,
                "entered_at": statement.excluded.entered_at,
            },
            where=plans.c.version < statement.excluded.version,
        )
    )


async def stage_of(connection: Connection, plan_id: str) -> Stage | None:
    """The plan's stage; None when nothing has been told of it."""
    found = await connection.execute(select(plans.c.stage).where(plans.c.plan_id == plan_id))
    stage = found.scalar_one_or_none()
    return Stage(stage) if stage else None


async def about_to_wait(connection: Connection, plan_id: str, version: int) -> bool:
    """Whether this version of a plan may be on its way into review: told to be there, or not told yet."""
    in_review = plans.c.stage.in_([Stage.HR_REVIEW.value, Stage.LEADER_REVIEW.value])
    found = await connection.execute(
        select(plans.c.plan_id).where(
            plans.c.plan_id == plan_id,
            (plans.c.version == version - 1) | ((plans.c.version == version) & in_review),
        )
    )
    return found.scalar_one_or_none() is not None
