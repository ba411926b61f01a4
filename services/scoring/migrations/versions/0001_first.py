"""The first tables of scoring: metrics, policies, scores, answers, rungs, stages, and the common ones."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.migrations.common import INSTANT, create_common, drop_common

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "scoring"
NEWEST = sa.text("not superseded")


def upgrade() -> None:
    """Create everything."""
    create_common(SCHEMA)
    _create_metric()
    _create_policy()
    _create_score()
    _create_answer()
    _create_rung()
    _create_plan_copy()


def downgrade() -> None:
    """Drop everything."""
    for table in ("plan_copy", "rung", "answer", "score", "scoring_policy", "metric_value", "metric"):
        op.drop_table(table, schema=SCHEMA)
    drop_common(SCHEMA)


def _create_metric() -> None:
    op.create_table(
        "metric",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_metric"),
        schema=SCHEMA,
    )
    op.create_table(
        "metric_value",
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("value", sa.Numeric, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("metric", "month", "version", name="pk_metric_value"),
        sa.ForeignKeyConstraint(["metric"], ["scoring.metric.id"], name="fk_metric_value_metric_metric"),
        schema=SCHEMA,
    )
    op.create_index("ix_metric_value_record", "metric_value", ["source", "record_id"], schema=SCHEMA)


def _create_policy() -> None:
    op.create_table(
        "scoring_policy",
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("published_by", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("version", name="pk_scoring_policy"),
        schema=SCHEMA,
    )


def _create_score() -> None:
    op.create_table(
        "score",
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("plan_version", sa.Integer, nullable=False),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("score", JSONB, nullable=False),
        sa.Column("policy", JSONB, nullable=False),
        sa.Column("labels", JSONB, nullable=False),
        sa.Column("confirmation", JSONB, nullable=False),
        sa.Column("total", sa.Numeric, nullable=False),
        sa.Column("band", sa.Text, nullable=False),
        sa.Column("superseded", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("scored_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("author_confirmed_by", sa.Text),
        sa.Column("leader_confirmed_by", sa.Text),
        sa.Column("disputed_by", sa.Text),
        sa.Column("dispute_answered_by", sa.Text),
        sa.Column("answers", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("plan_id", "version", name="pk_score"),
        sa.UniqueConstraint("plan_id", "plan_version", name="uq_score_plan_id_plan_version"),
        schema=SCHEMA,
    )
    op.create_index(
        "uq_score_newest", "score", ["plan_id"], unique=True, schema=SCHEMA, postgresql_where=NEWEST
    )
    for column in ("month", "person", "department"):
        op.create_index(
            f"ix_score_{column}", "score", [column, "plan_id"], schema=SCHEMA, postgresql_where=NEWEST
        )


def _create_answer() -> None:
    op.create_table(
        "answer",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("command_id", sa.Text, nullable=False),
        sa.Column("move", sa.Text, nullable=False),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("on_behalf_of", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("recorded", JSONB, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
        sa.UniqueConstraint("command_id", name="uq_answer_command_id"),
        sa.ForeignKeyConstraint(
            ["plan_id", "version"],
            ["scoring.score.plan_id", "scoring.score.version"],
            name="fk_answer_plan_id_version_score",
        ),
        schema=SCHEMA,
    )
    op.create_index("ix_answer_plan_id_id", "answer", ["plan_id", "id"], schema=SCHEMA)


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


def _create_plan_copy() -> None:
    op.create_table(
        "plan_copy",
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name="pk_plan_copy"),
        schema=SCHEMA,
    )
