"""The tables of the schema ``review``."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.org.common_tables import tables

SCHEMA: Final = "review"
COMMON: Final = tables(SCHEMA)
METADATA: Final = COMMON.metadata
OUTBOX: Final = COMMON.outbox
COMMANDS: Final = COMMON.commands
ORG: Final = COMMON.org

snapshots: Final = Table(
    "snapshot",
    METADATA,
    Column("plan_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("submission", JSONB, nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("plan_id", "revision"),
)

rounds: Final = Table(
    "round",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("plan_id", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("plan_version", Integer, nullable=False),
    Column("deadline", JSONB, nullable=False),
    Column("due", DateTime(timezone=True), nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_because", Text, nullable=False, server_default=""),
    Column("move", Text),
    Column("actor", Text),
    Column("on_behalf_of", Text),
    Column("note", Text),
    Column("sent_to", Text),
    Column("command_id", Text, unique=True),
    UniqueConstraint("plan_id", "plan_version"),
    ForeignKeyConstraint(["plan_id", "revision"], ["review.snapshot.plan_id", "review.snapshot.revision"]),
    # One plan waits in one round: the guard against two that were opened past each other.
    Index("uq_round_waiting", "plan_id", unique=True, postgresql_where=text("closed_at is null")),
    Index("ix_round_due", "due", "id", postgresql_where=text("closed_at is null")),
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

comments: Final = Table(
    "comment",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("plan_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("key", Text, nullable=False),
    UniqueConstraint("author", "key"),
    Index("ix_comment_plan_id_id", "plan_id", "id"),
)

plans: Final = Table(
    "plan",
    METADATA,
    Column("plan_id", Text, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False),
)
