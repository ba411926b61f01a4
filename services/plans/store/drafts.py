"""SQL of drafts and of the revisions that submissions freeze."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Insert, func, insert, select, update

from services.plans.store.plans import PlanRow
from services.plans.store.tables import drafts, lifecycles, revisions, templates
from shared.contracts.lifecycle import LifecycleInput
from shared.contracts.plan import PlanContent, Submission, Template
from shared.contracts.refusals import NotFound
from shared.store.db import Connection


@dataclass(frozen=True)
class Draft:
    """The content an author writes, how often it was changed, and the template it answers to.

    ``given`` is what the plan's lifecycle was started with; None for a plan from before this was kept.
    """

    content: PlanContent
    content_version: int
    changed_at: datetime
    template: Template
    given: LifecycleInput | None


@dataclass(frozen=True)
class Revision:
    """A frozen submission, and when it was frozen."""

    submission: Submission
    frozen_at: datetime


def begun(plan_id: str) -> Insert:
    """The change that gives a plan that has just been opened an empty draft."""
    empty = PlanContent().model_dump(mode="json")
    return insert(drafts).values(plan_id=plan_id, content=empty, content_version=0)


async def read(connection: Connection, plan: PlanRow) -> Draft:
    """The draft of a plan with the template version the plan was opened with."""
    row = (
        await connection.execute(
            select(
                drafts.c.content,
                drafts.c.content_version,
                drafts.c.changed_at,
                templates.c.content.label("template"),
                lifecycles.c.given,
            )
            .select_from(drafts)
            .join(
                templates,
                (templates.c.department == plan.template_department)
                & (templates.c.version == plan.template_version),
            )
            .outerjoin(lifecycles, lifecycles.c.plan_id == drafts.c.plan_id)
            .where(drafts.c.plan_id == plan.id)
        )
    ).one()
    return Draft(
        content=PlanContent.deserialize(row.content),
        content_version=row.content_version,
        changed_at=row.changed_at,
        template=Template.deserialize(row.template),
        given=LifecycleInput.deserialize(row.given) if row.given else None,
    )


async def content_version(connection: Connection, plan_id: str) -> int:
    """How often the draft has been changed."""
    version: int = (
        await connection.execute(select(drafts.c.content_version).where(drafts.c.plan_id == plan_id))
    ).scalar_one()
    return version


async def write(connection: Connection, plan_id: str, content: PlanContent) -> int:
    """Replace the draft's content; its new content version. The caller holds the plan."""
    version: int = (
        await connection.execute(
            update(drafts)
            .where(drafts.c.plan_id == plan_id)
            .values(
                content=content.model_dump(mode="json"),
                content_version=drafts.c.content_version + 1,
                changed_at=func.clock_timestamp(),
            )
            .returning(drafts.c.content_version)
        )
    ).scalar_one()
    return version


def frozen(submission: Submission, at: datetime) -> Insert:
    """The change that keeps a submission as a revision that nothing changes any more."""
    return insert(revisions).values(
        plan_id=submission.plan.plan_id,
        number=submission.revision,
        plan_version=submission.plan_version,
        submission=submission.model_dump(mode="json"),
        frozen_at=at,
    )


async def submitted_at_version(connection: Connection, plan_id: str, plan_version: int) -> Submission:
    """The submission that made the plan this version."""
    found = await connection.execute(
        select(revisions.c.submission).where(
            revisions.c.plan_id == plan_id, revisions.c.plan_version == plan_version
        )
    )
    return Submission.deserialize(found.scalar_one())


async def revision(connection: Connection, plan_id: str, number: int | None = None) -> Revision:
    """One revision, the newest when no number is given.

    Raises:
        NotFound: the plan has no such revision.
    """
    statement = select(revisions.c.submission, revisions.c.frozen_at).where(revisions.c.plan_id == plan_id)
    if number is not None:
        statement = statement.where(revisions.c.number == number)
    row = (await connection.execute(statement.order_by(revisions.c.number.desc()).limit(1))).one_or_none()
    if row is None:
        raise NotFound(what="revision")
    return Revision(Submission.deserialize(row.submission), row.frozen_at)


async def all_revisions(connection: Connection, plan_id: str) -> Sequence[Revision]:
    """Every revision of a plan, in order."""
    rows = await connection.execute(
        select(revisions.c.submission, revisions.c.frozen_at)
        .where(revisions.c.plan_id == plan_id)
        .order_by(revisions.c.number)
    )
    return [Revision(Submission.deserialize(row.submission), row.frozen_at) for row in rows]
