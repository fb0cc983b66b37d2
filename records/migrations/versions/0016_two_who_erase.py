"""Requests to erase, which another person has to agree to"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _moment(name: str, *, optional: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=optional)


def upgrade() -> None:
    op.create_table(
        "erasure_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("exhibit", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        _moment("asked_at"),
        _moment("ends_at"),
        sa.Column("settled", sa.String(), nullable=False),
        sa.Column("settled_by", sa.String(), nullable=True),
        _moment("settled_at", optional=True),
        _moment("done_at", optional=True),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("kind", "subject", "ends_at"):
        op.create_index(f"ix_erasure_request_{name}", "erasure_request", [name], unique=False)


def downgrade() -> None:
    op.drop_table("erasure_request")
