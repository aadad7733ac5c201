"""Tries of something, counted over all processes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "throttles",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("tries > 0", name=op.f("throttles_tries_check")),
        sa.PrimaryKeyConstraint("key", name=op.f("throttles_pkey")),
    )
    op.create_index(op.f("throttles_since_idx"), "throttles", ["since"])


def downgrade() -> None:
    op.drop_index(op.f("throttles_since_idx"), table_name="throttles")
    op.drop_table("throttles")
