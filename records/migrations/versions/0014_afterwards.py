"""Digests, clocks of what is kept, and what has left the register"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _moment(name: str, *, optional: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=optional)


def upgrade() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        _moment("begins_at"),
        _moment("ends_at"),
        _moment("drafted_at"),
        sa.Column("drafted_by", sa.String(), nullable=False),
        _moment("told_at", optional=True),
        _moment("released_at", optional=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("sent_to", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("period"),
    )
    op.create_table(
        "retention_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        _moment("since"),
        _moment("due_at"),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("extended", sa.Integer(), nullable=False),
        _moment("told_at", optional=True),
        _moment("ended_at", optional=True),
        sa.Column("ended", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "subject"),
    )
    op.create_index("ix_retention_clock_due_at", "retention_clock", ["due_at"], unique=False)
    op.create_table(
        "retention_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        _moment("until", optional=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("playbook", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["retention_clock.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_retention_decision_clock_id", "retention_decision", ["clock_id"], unique=False
    )
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_release_incident_id", "release", ["incident_id"], unique=False)


def downgrade() -> None:
    for name in ("release", "retention_decision", "retention_clock", "digest"):
        op.drop_table(name)
