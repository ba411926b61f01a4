"""What a plan's lifecycle was started with is kept beside the plan, to start it again when it is lost."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; plans that are open already have no row, and are opened again by HR if lost."""
    op.create_table(
        "lifecycle",
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("given", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name="pk_lifecycle"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.plan.id"], name="fk_lifecycle_plan_id_plan"),
        schema="plans",
    )
    op.execute(sa.text("comment on table \"plans\".lifecycle is 'append-only'"))


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("lifecycle", schema="plans")
