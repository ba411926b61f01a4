"""The tables of the schema ``notify``."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.org.copy import OrgCopy
from shared.store.db import metadata_for
from shared.store.outbox import Outbox

SCHEMA: Final = "notify"
METADATA: Final = metadata_for(SCHEMA)

messages: Final = Table(
    "message",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("lines", JSONB, nullable=False),
    Column("plan_id", Text),
    Column("told_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("read_at", DateTime(timezone=True)),
    # Nobody is told twice for one reason.
    UniqueConstraint("recipient", "reason"),
    Index("ix_message_recipient_id", "recipient", "id"),
)

deliveries: Final = Table(
    "delivery",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("message_id", BigInteger, unique=True),
    Column("event_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text),
    Column("plan_id", Text),
    Column("department", Text),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", DateTime(timezone=True), server_default=func.now()),
    Column("last_error", Text),
    Column("queued_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("sent_at", DateTime(timezone=True)),
    Column("traceparent", Text),
    ForeignKeyConstraint(["message_id"], ["notify.message.id"]),
    Index(
        "uq_delivery_webhook",
        "target",
        "event_id",
        unique=True,
        postgresql_where=text("channel = 'webhook'"),
    ),
    Index("ix_delivery_waiting", "lane", "next_at", postgresql_where=text("state = 'pending'")),
    Index("ix_delivery_plan_id_id", "plan_id", "id"),
)

webhooks: Final = Table(
    "webhook",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", JSONB, nullable=False),
    Column("secret", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

preferences: Final = Table(
    "preference",
    METADATA,
    Column("person", Text, primary_key=True),
    Column("mail", Boolean, nullable=False),
)

OUTBOX: Final = Outbox(METADATA, "notify")
ORG: Final = OrgCopy(METADATA)
