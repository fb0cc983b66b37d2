"""How much comes in at which hour; doubts about a source; gaps in a part of one"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _moment(name: str, *, optional: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=optional)


def upgrade() -> None:
    op.create_table(
        "source_hour",
        sa.Column("source", sa.String(), nullable=False),
        _moment("began_at"),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("watched_seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("source", "began_at"),
    )
    op.add_column("source_watch", _moment("canary_at", optional=True))
    for name in ("trouble", "doubt", "doubt_told"):
        op.add_column(
            "source_watch", sa.Column(name, sa.String(), nullable=False, server_default="")
        )
    op.add_column(
        "coverage_gap",
        sa.Column("part", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("coverage_gap", "part")
    for name in ("doubt_told", "doubt", "trouble", "canary_at"):
        op.drop_column("source_watch", name)
    op.drop_table("source_hour")
