"""Test alerts, and who has said that one reached them"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def _moment(name: str, *, optional: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=optional)


def upgrade() -> None:
    op.create_table(
        "trial",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("sent_by", sa.String(), nullable=False),
        _moment("sent_at"),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("fault", sa.String(), nullable=False),
        _moment("confirmed_at", optional=True),
        sa.Column("confirmed_via", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("staff_id", "receipt"):
        op.create_index(f"ix_trial_{name}", "trial", [name])


def downgrade() -> None:
    op.drop_table("trial")
