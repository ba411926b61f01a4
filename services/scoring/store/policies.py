"""SQL of scoring policies: every version is kept, the newest holds."""

from sqlalchemy import func, insert, select

from services.scoring.domain.policy import ScoringPolicy
from services.scoring.store.tables import policies
from shared.store.db import Connection

PUBLISHERS = 7_246_641
"""The advisory lock of those who publish a policy: they wait for each other."""


async def newest(connection: Connection) -> ScoringPolicy:
    """The newest policy; the shipped one as long as none was published."""
    found = await connection.execute(select(policies.c.content).order_by(policies.c.version.desc()).limit(1))
    content = found.scalar_one_or_none()
    return ScoringPolicy.deserialize(content) if content else ScoringPolicy()


async def publish(connection: Connection, policy: ScoringPolicy, by: str) -> ScoringPolicy:
    """The policy as the next version; the newest itself when nothing is changed."""
    await connection.execute(select(func.pg_advisory_xact_lock(PUBLISHERS)))
    current = await newest(connection)
    if current == policy.model_copy(update={"version": current.version}):
        return current
    following = policy.model_copy(update={"version": current.version + 1})
    await connection.execute(
        insert(policies).values(
            version=following.version, content=following.model_dump(mode="json"), published_by=by
        )
    )
    return following
