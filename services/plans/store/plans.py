"""SQL of plans and their ledger: reading, locking, opening and moving."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Insert,
    RowMapping,
    Select,
    Subquery,
    Text,
    Update,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from services.plans.domain.ledger import ChainedLine
from services.plans.store.tables import COMMANDS, drafts, lifecycles, plans, scores
from shared.contracts.calendar import Deadline
from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import LifecycleInput
from shared.contracts.plan import Template
from shared.contracts.plans import OpenPlan
from shared.contracts.refusals import NotFound
from shared.contracts.words import ENDED, Stage
from shared.store.db import Connection


@dataclass(frozen=True)
class PlanRow:
    """A plan as it stands; ``moment`` is the database's clock when the row was read."""

    ref: PlanRef
    zone: str
    stage: Stage
    version: int
    template_department: str
    template_version: int
    revision: int
    deadline: Deadline | None
    entered_at: datetime
    opened_at: datetime
    frozen_version: int | None
    ledger_hash: str
    moment: datetime

    @property
    def id(self) -> str:
        """The plan's id."""
        return self.ref.plan_id

    @property
    def figures_frozen(self) -> bool:
        """Whether the figures that the plan is scored by are frozen."""
        return self.frozen_version is not None

    @property
    def workflow_id(self) -> str:
        """The id of the plan's lifecycle."""
        return self.ref.workflow_id

    @property
    def department(self) -> str:
        """The department the plan is written for."""
        return self.ref.department


@dataclass(frozen=True)
class ScoreCopy:
    """The score of a plan as scoring told it."""

    version: int
    total: str
    band: str
    provisional: tuple[str, ...]


@dataclass(frozen=True)
class ListedPlan:
    """A plan with what a list and a single read show beside its row."""

    plan: PlanRow
    content_version: int
    score: ScoreCopy | None


@dataclass(frozen=True)
class Wanted:
    """Which plans a list is about; None leaves a question open."""

    month: str | None = None
    stage: Stage | None = None
    person: str | None = None
    departments: frozenset[str] | None = None
    seen_departments: frozenset[str] | None = None
    seen_people: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Entering:
    """What a move changes in the row of a plan."""

    stage: Stage
    deadline: Deadline | None
    revision: int
    line: ChainedLine


async def find(connection: Connection, plan_id: str) -> ListedPlan | None:
    """One plan, with its content version and the copy of its score."""
    row = (await connection.execute(_LISTED.where(plans.c.id == plan_id))).mappings().one_or_none()
    return _as_listed(row) if row else None


async def stage_of(connection: Connection, plan_id: str) -> Stage | None:
    """Where a plan stands; None when there is no such plan."""
    stage = (
        await connection.execute(select(plans.c.stage).where(plans.c.id == plan_id))
    ).scalar_one_or_none()
    return Stage(stage) if stage else None


async def page(connection: Connection, wanted: Wanted, *, after: str, limit: int) -> Sequence[ListedPlan]:
    """At most ``limit`` of the plans that are wanted and seen, in the order of their ids."""
    statement = _LISTED.where(*_conditions(wanted), plans.c.id > after).order_by(plans.c.id).limit(limit)
    return [_as_listed(row) for row in (await connection.execute(statement)).mappings()]


async def open_page(
    connection: Connection, *, after: str, limit: int, awaited: bool = False
) -> Sequence[PlanRow]:
    """Plans that have not ended, in the order of their ids: what a reconciler compares with workflows.

    Those ``awaited`` have a command that somebody waits for.
    """
    statement = (
        select(*plans.c, func.clock_timestamp().label("moment"))
        .where(plans.c.stage.not_in([stage.value for stage in ENDED]), plans.c.id > after)
        .order_by(plans.c.id)
        .limit(limit)
    )
    if awaited:
        pending = select(COMMANDS.table.c.plan_id).where(COMMANDS.table.c.status == "pending")
        statement = statement.where(plans.c.id.in_(pending))
    return [as_plan(row) for row in (await connection.execute(statement)).mappings()]


def held(*, shared: bool) -> Subquery:
    """The row of the plan ``plan_id``, locked until the transaction ends: alone, or with other readers."""
    return (
        select(plans)
        .where(plans.c.id == bindparam("plan_id", type_=Text))
        .with_for_update(read=shared, key_share=not shared)
        .subquery("held")
    )


def _locking() -> Select[Any]:
    row = held(shared=False)
    return select(*row.c, func.clock_timestamp().label("moment"))


_LOCK: Final = _locking()


async def lock(connection: Connection, plan_id: str) -> PlanRow:
    """The plan, held until the transaction ends.

    The clock is read outside the locking query, so that it shows the time after any waiting.

    Raises:
        NotFound: there is no such plan.
    """
    row = (await connection.execute(_LOCK, {"plan_id": plan_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="plan")
    return as_plan(row)


async def open_new(connection: Connection, request: OpenPlan, template: Template, line: ChainedLine) -> bool:
    """Write a plan in drafting, version 1, with its first ledger line; False when it exists."""
    given = request.given
    opened = await connection.execute(
        upsert(plans)
        .values(
            id=given.plan.plan_id,
            **given.plan.model_dump(),
            zone=given.zone,
            stage=line.to_stage.value,
            version=line.version,
            template_department=template.department,
            template_version=template.version,
            deadline=request.deadline.model_dump(mode="json"),
            entered_at=line.at,
            opened_at=line.at,
            ledger_hash=line.hash,
        )
        .on_conflict_do_nothing()
    )
    return opened.rowcount == 1


def begun(given: LifecycleInput) -> Insert:
    """The change that keeps what a plan's lifecycle was started with."""
    return insert(lifecycles).values(plan_id=given.plan.plan_id, given=given.model_dump(mode="json"))


async def given(connection: Connection, plan_id: str) -> LifecycleInput | None:
    """What a plan's lifecycle was started with; None for a plan from before this was kept."""
    found = await connection.execute(select(lifecycles.c.given).where(lifecycles.c.plan_id == plan_id))
    kept = found.scalar_one_or_none()
    return LifecycleInput.deserialize(kept) if kept else None


def entered(plan: PlanRow, entering: Entering) -> Update:
    """The change that moves the locked plan one version on; no row is touched when it is another by now.

    A move within a stage does not enter it anew.
    """
    return (
        update(plans)
        .where(plans.c.id == plan.id, plans.c.version == plan.version)
        .values(
            stage=entering.stage.value,
            version=entering.line.version,
            deadline=entering.deadline.model_dump(mode="json") if entering.deadline else None,
            revision=entering.revision,
            entered_at=plan.entered_at if entering.stage is plan.stage else entering.line.at,
            ledger_hash=entering.line.hash,
        )
    )


def frozen(plan: PlanRow) -> Update:
    """The change that notes that the figures of this version of the plan are frozen."""
    return update(plans).where(plans.c.id == plan.id).values(frozen_version=plan.version)


def _list() -> Select[Any]:
    copied = [column.label(f"score_{column.name}") for column in scores.c if column.name != "plan_id"]
    return (
        select(*plans.c, func.clock_timestamp().label("moment"), drafts.c.content_version, *copied)
        .join(drafts, drafts.c.plan_id == plans.c.id)
        .outerjoin(scores, scores.c.plan_id == plans.c.id)
    )


_LISTED: Final = _list()


def _conditions(wanted: Wanted) -> Iterable[Any]:
    if wanted.month is not None:
        yield plans.c.month == wanted.month
    if wanted.stage is not None:
        yield plans.c.stage == wanted.stage.value
    if wanted.person is not None:
        yield plans.c.person == wanted.person
    if wanted.departments is not None:
        yield plans.c.department.in_(sorted(wanted.departments))
    if wanted.seen_departments is not None:
        seen = plans.c.department.in_(sorted(wanted.seen_departments))
        yield or_(seen, plans.c.person.in_(sorted(wanted.seen_people)))


def as_plan(row: RowMapping) -> PlanRow:
    """The plan of a row of ``plans`` that has the clock beside it, as ``moment``."""
    return PlanRow(
        ref=PlanRef.deserialize({name: row[name] for name in PlanRef.model_fields}),
        zone=row["zone"],
        stage=Stage(row["stage"]),
        version=row["version"],
        template_department=row["template_department"],
        template_version=row["template_version"],
        revision=row["revision"],
        deadline=Deadline.deserialize(row["deadline"]) if row["deadline"] else None,
        entered_at=row["entered_at"],
        opened_at=row["opened_at"],
        frozen_version=row["frozen_version"],
        ledger_hash=row["ledger_hash"],
        moment=row["moment"],
    )


def _as_listed(row: RowMapping) -> ListedPlan:
    score = None
    if row["score_version"] is not None:
        score = ScoreCopy(
            version=row["score_version"],
            total=str(row["score_total"]),
            band=row["score_band"],
            provisional=tuple(row["score_provisional"]),
        )
    return ListedPlan(plan=as_plan(row), content_version=row["content_version"], score=score)
