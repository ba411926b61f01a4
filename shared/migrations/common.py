"""The tables that every schema has, as migrations create them; frozen: a change is a new migration."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

INSTANT = sa.DateTime(timezone=True)


def create_outbox(schema: str) -> None:
    """Create ``outbox``, ``inbox`` and ``dead_letter``."""
    op.create_table(
        "outbox",
        sa.Column("sequence", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("published_at", INSTANT),
        sa.PrimaryKeyConstraint("sequence", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
        schema=schema,
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["sequence"],
        schema=schema,
        postgresql_where=sa.text("published_at is null"),
    )
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("state", sa.Text, nullable=False, server_default="taken"),
        sa.Column("subject", sa.Text),
        sa.Column("body", sa.Text),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("consumer", "event_id", name="pk_inbox"),
        schema=schema,
    )
    op.create_index(
        "ix_inbox_skipped",
        "inbox",
        ["taken_at"],
        schema=schema,
        postgresql_where=sa.text("state = 'skipped'"),
    )
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("replayed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letter"),
        schema=schema,
    )


def create_commands(schema: str) -> None:
    """Create ``command`` and ``applied``."""
    op.create_table(
        "command",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("plan_id", sa.Text),
        sa.Column("request_hash", sa.Text, nullable=False, server_default=""),
        sa.Column("request", JSONB),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("answer", JSONB),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("received_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("answered_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_command"),
        schema=schema,
    )
    op.create_index(
        "ix_command_pending",
        "command",
        ["received_at"],
        schema=schema,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "applied",
        sa.Column("command_id", sa.Text, nullable=False),
        sa.Column("answer", JSONB, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("command_id", name="pk_applied"),
        schema=schema,
    )


def create_org_copy(schema: str) -> None:
    """Create ``org_copy``."""
    op.create_table(
        "org_copy",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("value", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name="pk_org_copy"),
        schema=schema,
    )


def create_common(schema: str) -> None:
    """Create every common table of a schema."""
    create_outbox(schema)
    create_commands(schema)
    create_org_copy(schema)


def drop_common(schema: str) -> None:
    """Drop them again."""
    for table in ("org_copy", "applied", "command", "dead_letter", "inbox", "outbox"):
        op.drop_table(table, schema=schema)
