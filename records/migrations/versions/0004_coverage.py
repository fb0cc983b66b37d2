"""What was watched and what was not; edits and removals of posts"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _moment(name: str, *, optional: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=optional)


def upgrade() -> None:
    op.create_table(
        "source_watch",
        sa.Column("source", sa.String(), nullable=False),
        _moment("first_watched_at"),
        _moment("alive_at"),
        _moment("event_at", optional=True),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("budget", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "coverage_gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        _moment("began_at"),
        _moment("ended_at", optional=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("told_state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_coverage_gap_source", "coverage_gap", ["source"], unique=False)
    op.create_table(
        "quarantined",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        _moment("at"),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_quarantined_source", "quarantined", ["source"], unique=False)
    op.create_table(
        "mention_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mention_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        _moment("seen_at"),
        sa.Column("sealed_post", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_record", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_finding", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mention_id", "revision"),
    )
    op.create_index("ix_mention_revision_mention_id", "mention_revision", ["mention_id"])
    # Plain additions: making the table anew would break what refers to it.
    op.add_column(
        "mention", sa.Column("revision", sa.String(), nullable=False, server_default="")
    )
    op.add_column("mention", sa.Column("author_key", sa.String(), nullable=True))
    op.add_column("mention", _moment("gone_at", optional=True))
    op.create_index("ix_mention_author_key", "mention", ["author_key"])


def downgrade() -> None:
    op.drop_index("ix_mention_author_key", "mention")
    for name in ("gone_at", "author_key", "revision"):
        op.drop_column("mention", name)
    op.drop_table("mention_revision")
    op.drop_table("quarantined")
    op.drop_table("coverage_gap")
    op.drop_table("source_watch")
