"""The tables of the schema ``scoring``."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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
from shared.store.db import metadata_for
from shared.store.outbox import Outbox

SCHEMA: Final = "scoring"
METADATA: Final = metadata_for(SCHEMA)


def _now() -> Column[object]:
    return Column("at", DateTime(timezone=True), nullable=False, server_default=func.now())


metrics: Final = Table(
    "metric",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("content", JSONB, nullable=False),
    Column("changed_by", Text, nullable=False),
    _now(),
)

# Append-only: the newest version of a month holds, the ones before are its trace.
values: Final = Table(
    "metric_value",
    METADATA,
    Column("metric", Text, ForeignKey("scoring.metric.id"), nullable=False),
    Column("month", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("value", Numeric, nullable=False),
    Column("source", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("revision", Integer),
    Column("recorded_by", Text, nullable=False),
    _now(),
    PrimaryKeyConstraint("metric", "month", "version"),
    Index("ix_metric_value_record", "source", "record_id"),
)

policies: Final = Table(
    "scoring_policy",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", JSONB, nullable=False),
    Column("published_by", Text, nullable=False),
    _now(),
)

scores: Final = Table(
    "score",
    METADATA,
    Column("plan_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    # The version of the plan in closing, whose figures these are.
    Column("plan_version", Integer, nullable=False),
    Column("month", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("score", JSONB, nullable=False),
    Column("policy", JSONB, nullable=False),
    Column("labels", JSONB, nullable=False),
    Column("confirmation", JSONB, nullable=False),
    Column("total", Numeric, nullable=False),
    Column("band", Text, nullable=False),
    Column("superseded", Boolean, nullable=False, server_default=text("false")),
    Column("scored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("author_confirmed_by", Text),
    Column("leader_confirmed_by", Text),
    Column("disputed_by", Text),
    Column("dispute_answered_by", Text),
    Column("answers", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("plan_id", "version"),
    UniqueConstraint("plan_id", "plan_version"),
    Index("uq_score_newest", "plan_id", unique=True, postgresql_where=text("not superseded")),
    Index("ix_score_month", "month", "plan_id", postgresql_where=text("not superseded")),
    Index("ix_score_person", "person", "plan_id", postgresql_where=text("not superseded")),
    Index("ix_score_department", "department", "plan_id", postgresql_where=text("not superseded")),
)

answers: Final = Table(
    "answer",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("plan_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    # What makes an answer given twice one answer.
    Column("command_id", Text, nullable=False, unique=True),
    Column("move", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("note", Text, nullable=False),
    Column("recorded", JSONB, nullable=False),
    _now(),
    ForeignKeyConstraint(["plan_id", "version"], ["scoring.score.plan_id", "scoring.score.version"]),
    Index("ix_answer_plan_id_id", "plan_id", "id"),
)

rungs: Final = Table(
    "rung",
    METADATA,
    Column("plan_id", Text, nullable=False),
    Column("milestone", Text, nullable=False),
    Column("plan_version", Integer, nullable=False),
    Column("rung", Text, nullable=False),
    Column("due", DateTime(timezone=True), nullable=False),
    Column("fired_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("outcome", Text, nullable=False),
    Column("told", JSONB, nullable=False),
    PrimaryKeyConstraint("plan_id", "milestone", "plan_version", "rung"),
)

plans: Final = Table(
    "plan_copy",
    METADATA,
    Column("plan_id", Text, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

OUTBOX: Final = Outbox(METADATA, SCHEMA)
COMMANDS: Final = Commands(METADATA)
ORG: Final = OrgCopy(METADATA)
