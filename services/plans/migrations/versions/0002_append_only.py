"""What is recorded once and for all is said to be so, and the service's role may only append to it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("closing", "ledger", "progress", "revision")


def upgrade() -> None:
    """Mark the tables; the grants, which follow every migration, heed the mark."""
    for table in TABLES:
        op.execute(sa.text(f"comment on table \"plans\".{table} is 'append-only'"))


def downgrade() -> None:
    """Take the marks off."""
    for table in TABLES:
        op.execute(sa.text(f'comment on table "plans".{table} is null'))
