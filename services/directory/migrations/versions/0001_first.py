"""The first tables of the directory."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.migrations.common import INSTANT, create_outbox

revision = "0001"
down_revision = None

SCHEMA = "directory"
REFERENCES = (
    ("department", "parent", "department"),
    ("department", "manager", "person"),
    ("department", "leader", "person"),
    ("person", "department", "department"),
    ("delegation", "giver", "person"),
    ("delegation", "taker", "person"),
    ("absence", "person", "person"),
)
TABLES = ("released_year", "company_day", "calendar", "absence", "delegation", "person", "department")


def upgrade() -> None:
    """Create all tables, then what they say of each other."""
    create_outbox(SCHEMA)
    _organisation()
    _stand_ins()
    _calendar()
    for table, column, target in REFERENCES:
        op.create_foreign_key(
            f"fk_{table}_{column}_{target}",
            table,
            target,
            [column],
            ["id"],
            source_schema=SCHEMA,
            referent_schema=SCHEMA,
            deferrable=True,
            initially="DEFERRED",
        )


def _organisation() -> None:
    op.create_table(
        "department",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("parent", sa.Text),
        sa.Column("manager", sa.Text),
        sa.Column("leader", sa.Text),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_department"),
        schema=SCHEMA,
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("roles", JSONB, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("joined", sa.Date),
        sa.Column("left", sa.Date),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        schema=SCHEMA,
    )
    op.create_index("ix_person_department", "person", ["department"], schema=SCHEMA)


def _stand_ins() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("giver", sa.Text, nullable=False),
        sa.Column("taker", sa.Text, nullable=False),
        sa.Column("start", INSTANT, nullable=False),
        sa.Column("end", INSTANT, nullable=False),
        sa.Column("steps", ARRAY(sa.Text), nullable=False),
        sa.Column("departments", ARRAY(sa.Text), nullable=False),
        sa.Column("revoked", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delegation"),
        sa.CheckConstraint("giver <> taker", name="ck_delegation_two_people"),
        sa.CheckConstraint('"end" > start', name="ck_delegation_order"),
        schema=SCHEMA,
    )
    op.create_index("ix_delegation_giver", "delegation", ["giver"], schema=SCHEMA)
    op.create_index("ix_delegation_taker", "delegation", ["taker"], schema=SCHEMA)
    op.create_table(
        "absence",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        sa.Column("revoked", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
        sa.CheckConstraint("last >= first", name="ck_absence_order"),
        schema=SCHEMA,
    )
    op.create_index("ix_absence_person", "absence", ["person"], schema=SCHEMA)


def _calendar() -> None:
    op.create_table(
        "calendar",
        sa.Column("single", sa.Boolean, nullable=False, server_default=sa.text("true")),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("edition", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("single", name="pk_calendar"),
        sa.CheckConstraint("single", name="ck_calendar_one_row"),
        schema=SCHEMA,
    )
    op.create_table(
        "company_day",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("working", sa.Boolean, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_company_day"),
        schema=SCHEMA,
    )
    op.create_table(
        "released_year",
        sa.Column("year", sa.Integer, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_released_year"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    """Drop them again."""
    for table, column, target in REFERENCES:
        op.drop_constraint(f"fk_{table}_{column}_{target}", table, schema=SCHEMA, type_="foreignkey")
    for table in (*TABLES, "dead_letter", "inbox", "outbox"):
        op.drop_table(table, schema=SCHEMA)
