"""The first tables of review: snapshots, rounds, rungs, comments, stages and those all services have."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.migrations.common import INSTANT, create_common, drop_common

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "review"
WAITING = sa.text("closed_at is null")


def upgrade() -> None:
    """Create everything."""
    create_common(SCHEMA)
    _create_snapshot()
    _create_round()
    _create_rung()
    _create_comment()
    _create_plan()


def downgrade() -> None:
    """Drop everything."""
    for table in ("plan", "comment", "rung", "round", "snapshot"):
        op.drop_table(table, schema=SCHEMA)
    drop_common(SCHEMA)


def _create_snapshot() -> None:
    op.create_table(
        "snapshot",
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("submission", JSONB, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("plan_id", "revision", name="pk_snapshot"),
        schema=SCHEMA,
    )


def _create_round() -> None:
    op.create_table(
        "round",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("plan_version", sa.Integer, nullable=False),
        sa.Column("deadline", JSONB, nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("closed_at", INSTANT),
        sa.Column("closed_because", sa.Text, nullable=False, server_default=""),
        sa.Column("move", sa.Text),
        sa.Column("actor", sa.Text),
        sa.Column("on_behalf_of", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("sent_to", sa.Text),
        sa.Column("command_id", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_round"),
        sa.UniqueConstraint("plan_id", "plan_version", name="uq_round_plan_id_plan_version"),
        sa.UniqueConstraint("command_id", name="uq_round_command_id"),
        sa.ForeignKeyConstraint(
            ["plan_id", "revision"],
            ["review.snapshot.plan_id", "review.snapshot.revision"],
            name="fk_round_plan_id_revision_snapshot",
        ),
        schema=SCHEMA,
    )
    op.create_index(
        "uq_round_waiting", "round", ["plan_id"], unique=True, schema=SCHEMA, postgresql_where=WAITING
    )
    op.create_index("ix_round_due", "round", ["due", "id"], schema=SCHEMA, postgresql_where=WAITING)


def _create_rung() -> None:
    op.create_table(
        "rung",
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("milestone", sa.Text, nullable=False),
        sa.Column("plan_version", sa.Integer, nullable=False),
        sa.Column("rung", sa.Text, nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("fired_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("told", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "milestone", "plan_version", "rung", name="pk_rung"),
        schema=SCHEMA,
    )


def _create_comment() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
        sa.UniqueConstraint("author", "key", name="uq_comment_author_key"),
        schema=SCHEMA,
    )
    op.create_index("ix_comment_plan_id_id", "comment", ["plan_id", "id"], schema=SCHEMA)


def _create_plan() -> None:
    op.create_table(
        "plan",
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name="pk_plan"),
        schema=SCHEMA,
    )
