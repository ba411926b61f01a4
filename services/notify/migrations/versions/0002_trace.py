"""A delivery knows the trace of the event it comes from, so that a mail is part of it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is queued already belongs to no trace."""
    op.add_column("delivery", sa.Column("traceparent", sa.Text), schema="notify")


def downgrade() -> None:
    """Drop it."""
    op.drop_column("delivery", "traceparent", schema="notify")
