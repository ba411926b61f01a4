"""Comments on the fields of plans in review; they are added and never changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.review.store.tables import comments
from shared.store.db import Connection


@dataclass(frozen=True)
class Comment:
    """What somebody said about a field of a revision; the empty path is the whole plan."""

    id: int
    plan_id: str
    revision: int
    author: str
    path: str
    text: str
    at: datetime


_COLUMNS = tuple(comments.c[name] for name in Comment.__dataclass_fields__)


async def add(
    connection: Connection, *, plan_id: str, revision: int, author: str, path: str, text: str, key: str
) -> Comment | None:
    """Add a comment; None when its author has used ``key`` before."""
    added = await connection.execute(
        upsert(comments)
        .values(plan_id=plan_id, revision=revision, author=author, path=path, text=text, key=key)
        .on_conflict_do_nothing(index_elements=[comments.c.author, comments.c.key])
        .returning(*_COLUMNS)
    )
    row = added.one_or_none()
    return Comment(**row._mapping) if row else None


async def count(connection: Connection, plan_id: str) -> int:
    """How many comments a plan has."""
    counted = select(func.count()).where(comments.c.plan_id == plan_id)
    found: int = (await connection.execute(counted)).scalar_one()
    return found


async def by_key(connection: Connection, author: str, key: str) -> Comment:
    """The comment that its author gave with ``key``."""
    found = await connection.execute(
        select(*_COLUMNS).where(comments.c.author == author, comments.c.key == key)
    )
    return Comment(**found.one()._mapping)


async def comments_on(connection: Connection, plan_id: str) -> list[Comment]:
    """Every comment on a plan, oldest first."""
    rows = await connection.execute(
        select(*_COLUMNS).where(comments.c.plan_id == plan_id).order_by(comments.c.id)
    )
    return [Comment(**row._mapping) for row in rows]
