"""SQL of templates and cycle policies: every version is kept, the newest holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from services.plans.store.tables import policies, templates
from shared.contracts.calendar import CyclePolicy
from shared.contracts.plan import Template
from shared.store.db import Connection


@dataclass(frozen=True)
class Published:
    """A template version with who published it and when."""

    template: Template
    by: str
    at: datetime


async def newest(connection: Connection, departments: Iterable[str]) -> dict[str, Template]:
    """The newest template of each of the departments that has one."""
    rows = await connection.execute(
        select(templates.c.department, templates.c.content)
        .where(templates.c.department.in_(sorted(departments)))
        .ext(distinct_on(templates.c.department))
        .order_by(templates.c.department, templates.c.version.desc())
    )
    return {row.department: Template.deserialize(row.content) for row in rows}


async def exact(connection: Connection, department: str, version: int) -> Template:
    """One version of a template; it exists, because a plan was opened with it."""
    content = await connection.execute(
        select(templates.c.content).where(
            templates.c.department == department, templates.c.version == version
        )
    )
    return Template.deserialize(content.scalar_one())


async def published(connection: Connection, *, after: str, limit: int) -> Sequence[Published]:
    """The newest template of every department that has its own, in the order of departments."""
    rows = await connection.execute(
        select(templates.c.content, templates.c.published_by, templates.c.at)
        .where(templates.c.department > after)
        .ext(distinct_on(templates.c.department))
        .order_by(templates.c.department, templates.c.version.desc())
        .limit(limit)
    )
    return [Published(Template.deserialize(row.content), row.published_by, row.at) for row in rows]


async def publish(connection: Connection, template: Template, by: str) -> Template:
    """The template as its department's next version; the newest itself when nothing is changed."""
    await _one_at_a_time(connection, f"template:{template.department}")
    current = (await newest(connection, (template.department,))).get(template.department)
    number = current.version if current else 0
    if current == template.model_copy(update={"version": number}):
        return current
    following = template.model_copy(update={"version": number + 1})
    await connection.execute(
        insert(templates).values(
            department=following.department,
            version=following.version,
            content=following.model_dump(mode="json"),
            published_by=by,
        )
    )
    return following


async def newest_policy(connection: Connection) -> CyclePolicy:
    """The newest cycle policy; the shipped one as long as none was published."""
    content = await connection.execute(
        select(policies.c.content).order_by(policies.c.version.desc()).limit(1)
    )
    found = content.scalar_one_or_none()
    return CyclePolicy.deserialize(found) if found else CyclePolicy()


async def publish_policy(connection: Connection, policy: CyclePolicy, by: str) -> CyclePolicy:
    """The policy as the next version; the newest itself when nothing is changed."""
    await _one_at_a_time(connection, "cycle_policy")
    current = await newest_policy(connection)
    if current == policy.model_copy(update={"version": current.version}):
        return current
    following = policy.model_copy(update={"version": current.version + 1})
    await connection.execute(
        insert(policies).values(
            version=following.version, content=following.model_dump(mode="json"), published_by=by
        )
    )
    return following


async def _one_at_a_time(connection: Connection, what: str) -> None:
    """Two who publish the same thing wait for each other until the transaction ends."""
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(text(":what")))), {"what": what})
