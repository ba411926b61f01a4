"""The tables of the schema ``plans``."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.org.copy import OrgCopy
from shared.store.commands import Commands
from shared.store.db import APPEND_ONLY, metadata_for
from shared.store.outbox import Outbox

SCHEMA: Final = "plans"
METADATA: Final = metadata_for(SCHEMA)


def _now() -> Column[object]:
    return Column("at", DateTime(timezone=True), nullable=False, server_default=func.now())


templates: Final = Table(
    "template",
    METADATA,
    Column("department", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("published_by", Text, nullable=False),
    _now(),
    PrimaryKeyConstraint("department", "version"),
)

policies: Final = Table(
    "cycle_policy",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", JSONB, nullable=False),
    Column("published_by", Text, nullable=False),
    _now(),
)

plans: Final = Table(
    "plan",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("company", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("zone", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("template_department", Text, nullable=False),
    Column("template_version", Integer, nullable=False),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("deadline", JSONB),
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("frozen_version", Integer),
    Column("ledger_hash", Text, nullable=False),
    # The identity of a plan: the guard behind the workflow's own.
    UniqueConstraint("company", "month", "person", "department", "number"),
    ForeignKeyConstraint(
        ["template_department", "template_version"], ["plans.template.department", "plans.template.version"]
    ),
    Index("ix_plan_month_department", "month", "department", "id"),
    Index("ix_plan_person", "person", "id"),
    Index(
        "ix_plan_open",
        "id",
        postgresql_where=text("stage not in ('final', 'missing', 'exempt', 'cancelled')"),
    ),
)

lifecycles: Final = Table(
    "lifecycle",
    METADATA,
    Column("plan_id", Text, ForeignKey("plans.plan.id"), primary_key=True),
    Column("given", JSONB, nullable=False),
    comment=APPEND_ONLY,
)

drafts: Final = Table(
    "draft",
    METADATA,
    Column("plan_id", Text, ForeignKey("plans.plan.id"), primary_key=True),
    Column("content", JSONB, nullable=False),
    Column("content_version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

revisions: Final = Table(
    "revision",
    METADATA,
    Column("plan_id", Text, ForeignKey("plans.plan.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("plan_version", Integer, nullable=False),
    Column("submission", JSONB, nullable=False),
    Column("frozen_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("plan_id", "number"),
    UniqueConstraint("plan_id", "plan_version"),
    comment=APPEND_ONLY,
)

ledger: Final = Table(
    "ledger",
    METADATA,
    Column("plan_id", Text, ForeignKey("plans.plan.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("command_id", Text, nullable=False, unique=True),
    Column("move", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("from_stage", Text),
    Column("to_stage", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("note", Text, nullable=False),
    Column("score", JSONB(none_as_null=True)),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("plan_id", "version"),
    comment=APPEND_ONLY,
)

progress: Final = Table(
    "progress",
    METADATA,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("plan_id", Text, ForeignKey("plans.plan.id"), nullable=False),
    Column("item", Text, nullable=False),
    Column("value", Numeric, nullable=False),
    Column("milestone", Text),
    Column("effective", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("evidence", Text),
    Column("author", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    # The idempotency key of the request, its digest, and the entry's place in it.
    Column("key", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("position", Integer, nullable=False),
    UniqueConstraint("author", "key", "position"),
    Index("ix_progress_plan_id_number", "plan_id", "number"),
    comment=APPEND_ONLY,
)

rungs: Final = Table(
    "rung",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("plan_id", Text, ForeignKey("plans.plan.id"), nullable=False),
    Column("milestone", Text, nullable=False),
    Column("plan_version", Integer, nullable=False),
    Column("rung", Text, nullable=False),
    Column("deadline_local", Text, nullable=False),
    Column("deadline", JSONB, nullable=False),
    Column("due", DateTime(timezone=True), nullable=False),
    Column("fired_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("outcome", Text, nullable=False),
    Column("told", JSONB, nullable=False),
    # The local date is part of it because a week's progress date comes back with the same version.
    UniqueConstraint("plan_id", "milestone", "plan_version", "rung", "deadline_local"),
)

closings: Final = Table(
    "closing",
    METADATA,
    Column("plan_id", Text, ForeignKey("plans.plan.id"), nullable=False),
    Column("plan_version", Integer, nullable=False),
    Column("closed", JSONB, nullable=False),
    _now(),
    PrimaryKeyConstraint("plan_id", "plan_version"),
    comment=APPEND_ONLY,
)

scores: Final = Table(
    "score_copy",
    METADATA,
    Column("plan_id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("total", Numeric, nullable=False),
    Column("band", Text, nullable=False),
    Column("provisional", JSONB, nullable=False),
)

metrics: Final = Table(
    "metric_copy",
    METADATA,
    Column("metric", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("value", Numeric, nullable=False),
    Column("source", Text, nullable=False),
    Column("version", Integer, nullable=False),
    _now(),
    PrimaryKeyConstraint("metric", "month"),
)

OUTBOX: Final = Outbox(METADATA, "plans")
COMMANDS: Final = Commands(METADATA)
ORG: Final = OrgCopy(METADATA)
