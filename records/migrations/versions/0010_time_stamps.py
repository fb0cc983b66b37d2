"""Whether an exhibit's time is stamped, and when that is tried again"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exhibit", sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("exhibit", sa.Column("stamp_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "exhibit", sa.Column("stamp_tries", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    op.drop_column("exhibit", "stamp_tries")
    op.drop_column("exhibit", "stamp_due_at")
    op.drop_column("exhibit", "stamped_at")
