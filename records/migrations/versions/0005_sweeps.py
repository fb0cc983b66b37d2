"""Sweeps: how far they have come, and which mentions they found"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _moment(name: str, *, optional: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=optional)


def upgrade() -> None:
    op.create_table(
        "sweep_place",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("setting", sa.String(), nullable=False),
        _moment("since", optional=True),
        _moment("began_at"),
        _moment("updated_at"),
        _moment("done_at", optional=True),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        _moment("oldest", optional=True),
        _moment("newest", optional=True),
        sa.PrimaryKeyConstraint("what"),
    )
    # A plain addition: making the table anew would break what refers to it.
    op.add_column("mention", _moment("swept_at", optional=True))


def downgrade() -> None:
    op.drop_column("mention", "swept_at")
    op.drop_table("sweep_place")
