"""The page on which the person named says what they would like"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def _moment(name: str, *, optional: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=optional)


def upgrade() -> None:
    op.create_table(
        "own_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        _moment("made_at"),
        _moment("expires_at"),
        _moment("withdrawn_at", optional=True),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("browser_hash", sa.String(), nullable=True),
        _moment("opened_at", optional=True),
        _moment("entered_at", optional=True),
        _moment("last_seen_at", optional=True),
        sa.Column("mail_browser_hash", sa.String(), nullable=True),
        sa.Column("mail_hash", sa.String(), nullable=True),
        sa.Column("mail_tries", sa.Integer(), nullable=False),
        _moment("mail_ends_at", optional=True),
        _moment("tell_at", optional=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"]),
        sa.UniqueConstraint("code_hash"),
    )
    for name in ("incident_id", "staff_id", "expires_at", "browser_hash", "tell_at"):
        op.create_index(f"ix_own_page_{name}", "own_page", [name], unique=False)


def downgrade() -> None:
    op.drop_table("own_page")
