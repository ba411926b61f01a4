"""The first tables of notify."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.migrations.common import INSTANT, create_org_copy, create_outbox

revision = "0001"
down_revision = None
SCHEMA = "notify"


def upgrade() -> None:
    """Create messages, deliveries, webhooks and preferences beside the common tables."""
    create_outbox(SCHEMA)
    create_org_copy(SCHEMA)
    _messages()
    _deliveries()
    _choices()


def downgrade() -> None:
    """Drop every table of the schema."""
    common = ("org_copy", "dead_letter", "inbox", "outbox")
    for table in ("preference", "webhook", "delivery", "message", *common):
        op.drop_table(table, schema=SCHEMA)


def _messages() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("plan_id", sa.Text),
        sa.Column("told_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("read_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("recipient", "reason", name="uq_message_recipient_reason"),
        schema=SCHEMA,
    )
    op.create_index("ix_message_recipient_id", "message", ["recipient", "id"], schema=SCHEMA)


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("plan_id", sa.Text),
        sa.Column("department", sa.Text),
        sa.Column("state", sa.Text, nullable=False, server_default="pending"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", INSTANT, server_default=sa.func.now()),
        sa.Column("last_error", sa.Text),
        sa.Column("queued_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("sent_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("message_id", name="uq_delivery_message_id"),
        sa.ForeignKeyConstraint(
            ["message_id"], [f"{SCHEMA}.message.id"], name="fk_delivery_message_id_message"
        ),
        schema=SCHEMA,
    )
    webhook = sa.text("channel = 'webhook'")
    op.create_index(
        "uq_delivery_webhook",
        "delivery",
        ["target", "event_id"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=webhook,
    )
    waiting = sa.text("state = 'pending'")
    op.create_index(
        "ix_delivery_waiting", "delivery", ["lane", "next_at"], schema=SCHEMA, postgresql_where=waiting
    )
    op.create_index("ix_delivery_plan_id_id", "delivery", ["plan_id", "id"], schema=SCHEMA)


def _choices() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", JSONB, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        schema=SCHEMA,
    )
    op.create_table(
        "preference",
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("mail", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_preference"),
        schema=SCHEMA,
    )
