"""The first tables of the plan service, and the guard that keeps its ledger from being changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.migrations.common import INSTANT, create_common, drop_common

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "plans"
TABLES = (
    "metric_copy",
    "score_copy",
    "closing",
    "rung",
    "progress",
    "ledger",
    "revision",
    "draft",
    "plan",
    "cycle_policy",
    "template",
)


def upgrade() -> None:
    """Create every table of the schema."""
    create_common(SCHEMA)
    _templates()
    _plan()
    _content()
    _ledger()
    _progress()
    _rungs()
    _copies()


def downgrade() -> None:
    """Drop them again."""
    for table in TABLES:
        op.drop_table(table, schema=SCHEMA)
    op.execute(sa.text('drop function "plans".refuse_change()'))
    drop_common(SCHEMA)


def _templates() -> None:
    op.create_table(
        "template",
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("published_by", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("department", "version", name="pk_template"),
        schema=SCHEMA,
    )
    op.create_table(
        "cycle_policy",
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("published_by", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("version", name="pk_cycle_policy"),
        schema=SCHEMA,
    )


def _plan() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("company", sa.Text, nullable=False),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("template_department", sa.Text, nullable=False),
        sa.Column("template_version", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.Column("deadline", JSONB),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("frozen_version", sa.Integer),
        sa.Column("ledger_hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
        sa.UniqueConstraint(
            "company",
            "month",
            "person",
            "department",
            "number",
            name="uq_plan_company_month_person_department_number",
        ),
        sa.ForeignKeyConstraint(
            ["template_department", "template_version"],
            ["plans.template.department", "plans.template.version"],
            name="fk_plan_template_department_template_version_template",
        ),
        schema=SCHEMA,
    )
    op.create_index("ix_plan_month_department", "plan", ["month", "department", "id"], schema=SCHEMA)
    op.create_index("ix_plan_person", "plan", ["person", "id"], schema=SCHEMA)
    running = sa.text("stage not in ('final', 'missing', 'exempt', 'cancelled')")
    op.create_index("ix_plan_open", "plan", ["id"], schema=SCHEMA, postgresql_where=running)


def _content() -> None:
    op.create_table(
        "draft",
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("content_version", sa.Integer, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("plan_id", name="pk_draft"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.plan.id"], name="fk_draft_plan_id_plan"),
        schema=SCHEMA,
    )
    op.create_table(
        "revision",
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("plan_version", sa.Integer, nullable=False),
        sa.Column("submission", JSONB, nullable=False),
        sa.Column("frozen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "number", name="pk_revision"),
        sa.UniqueConstraint("plan_id", "plan_version", name="uq_revision_plan_id_plan_version"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.plan.id"], name="fk_revision_plan_id_plan"),
        schema=SCHEMA,
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("command_id", sa.Text, nullable=False),
        sa.Column("move", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("on_behalf_of", sa.Text),
        sa.Column("from_stage", sa.Text),
        sa.Column("to_stage", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("score", JSONB),
        sa.Column("previous_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "version", name="pk_ledger"),
        sa.UniqueConstraint("command_id", name="uq_ledger_command_id"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.plan.id"], name="fk_ledger_plan_id_plan"),
        schema=SCHEMA,
    )
    _ledger_only_grows()


def _ledger_only_grows() -> None:
    op.execute(
        sa.text(
            """
            create function "plans".refuse_change() returns trigger language plpgsql as $$
            begin
                raise exception 'lines of % are appended, never changed', tg_table_name
                    using errcode = 'insufficient_privilege';
            end
            $$
            """
        )
    )
    # Of each statement, so that one which would touch no row is refused too. TRUNCATE is the owner's alone.
    op.execute(
        sa.text(
            """
            create trigger ledger_only_grows before update or delete on "plans".ledger
            for each statement execute function "plans".refuse_change()
            """
        )
    )


def _progress() -> None:
    op.create_table(
        "progress",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("value", sa.Numeric, nullable=False),
        sa.Column("milestone", sa.Text),
        sa.Column("effective", sa.Date, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.clock_timestamp()),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("request_hash", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_progress"),
        sa.UniqueConstraint("author", "key", "position", name="uq_progress_author_key_position"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.plan.id"], name="fk_progress_plan_id_plan"),
        schema=SCHEMA,
    )
    op.create_index("ix_progress_plan_id_number", "progress", ["plan_id", "number"], schema=SCHEMA)
    op.create_table(
        "closing",
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("plan_version", sa.Integer, nullable=False),
        sa.Column("closed", JSONB, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("plan_id", "plan_version", name="pk_closing"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.plan.id"], name="fk_closing_plan_id_plan"),
        schema=SCHEMA,
    )


def _rungs() -> None:
    op.create_table(
        "rung",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("milestone", sa.Text, nullable=False),
        sa.Column("plan_version", sa.Integer, nullable=False),
        sa.Column("rung", sa.Text, nullable=False),
        sa.Column("deadline_local", sa.Text, nullable=False),
        sa.Column("deadline", JSONB, nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("fired_at", INSTANT, nullable=False, server_default=sa.func.clock_timestamp()),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("told", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rung"),
        sa.UniqueConstraint(
            "plan_id",
            "milestone",
            "plan_version",
            "rung",
            "deadline_local",
            name="uq_rung_plan_id_milestone_plan_version_rung_deadline_local",
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.plan.id"], name="fk_rung_plan_id_plan"),
        schema=SCHEMA,
    )


def _copies() -> None:
    op.create_table(
        "score_copy",
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("total", sa.Numeric, nullable=False),
        sa.Column("band", sa.Text, nullable=False),
        sa.Column("provisional", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name="pk_score_copy"),
        schema=SCHEMA,
    )
    op.create_table(
        "metric_copy",
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("value", sa.Numeric, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("metric", "month", name="pk_metric_copy"),
        schema=SCHEMA,
    )
