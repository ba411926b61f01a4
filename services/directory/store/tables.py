"""The tables of the schema ``directory``."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.store.db import metadata_for
from shared.store.outbox import Outbox

SCHEMA: Final = "directory"
METADATA: Final = metadata_for(SCHEMA)


def _references(column: str, table: str) -> ForeignKeyConstraint:
    # Checked at the commit: a whole organisation arrives at once, and its parts name each other.
    return ForeignKeyConstraint(
        [column], [f"{SCHEMA}.{table}.id"], deferrable=True, initially="DEFERRED", use_alter=True
    )


departments: Final = Table(
    "department",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", JSONB, nullable=False),
    Column("parent", Text),
    Column("manager", Text),
    Column("leader", Text),
    Column("version", BigInteger, nullable=False),
    _references("parent", "department"),
    _references("manager", "person"),
    _references("leader", "person"),
)

people: Final = Table(
    "person",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", JSONB, nullable=False),
    Column("email", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("roles", JSONB, nullable=False),
    Column("language", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("joined", Date),
    Column("left", Date),
    Column("version", BigInteger, nullable=False),
    _references("department", "department"),
    Index("ix_person_department", "department"),
)

delegations: Final = Table(
    "delegation",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("giver", Text, nullable=False),
    Column("taker", Text, nullable=False),
    Column("start", DateTime(timezone=True), nullable=False),
    Column("end", DateTime(timezone=True), nullable=False),
    Column("steps", ARRAY(Text), nullable=False),
    Column("departments", ARRAY(Text), nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    _references("giver", "person"),
    _references("taker", "person"),
    CheckConstraint("giver <> taker", "two_people"),
    CheckConstraint('"end" > start', "order"),
    Index("ix_delegation_giver", "giver"),
    Index("ix_delegation_taker", "taker"),
)

absences: Final = Table(
    "absence",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    _references("person", "person"),
    CheckConstraint("last >= first", "order"),
    Index("ix_absence_person", "person"),
)

calendar: Final = Table(
    "calendar",
    METADATA,
    Column("single", Boolean, primary_key=True, server_default=text("true")),
    Column("version", BigInteger, nullable=False),
    Column("edition", Text, nullable=False),
    CheckConstraint("single", "one_row"),
)

company_days: Final = Table(
    "company_day",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("working", Boolean, nullable=False),
    Column("label", Text, nullable=False),
)

released_years: Final = Table(
    "released_year",
    METADATA,
    Column("year", Integer, primary_key=True, autoincrement=False),
)

OUTBOX: Final = Outbox(METADATA, SCHEMA)
