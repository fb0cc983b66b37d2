"""Second channels, bounces, the count of further posts, and operations alarms"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _moment(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    op.add_column(
        "delivery",
        sa.Column("standby", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("delivery", _moment("arrived_at"))
    op.add_column("delivery", _moment("ask_at"))
    op.create_index("ix_delivery_ask_at", "delivery", ["ask_at"], unique=False)
    op.create_index("ix_delivery_receipt", "delivery", ["receipt"], unique=False)
    op.add_column(
        "incident", sa.Column("told_count", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("incident", _moment("told_at"))
    op.add_column("incident", _moment("more_at"))
    op.create_index("ix_incident_more_at", "incident", ["more_at"], unique=False)
    op.create_table(
        "operations_alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "reference"),
    )
    op.create_index("ix_operations_alarm_due_at", "operations_alarm", ["due_at"], unique=False)


def downgrade() -> None:
    op.drop_table("operations_alarm")
    op.drop_index("ix_incident_more_at", "incident")
    for column in ("more_at", "told_at", "told_count"):
        op.drop_column("incident", column)
    op.drop_index("ix_delivery_receipt", "delivery")
    op.drop_index("ix_delivery_ask_at", "delivery")
    for column in ("ask_at", "arrived_at", "standby"):
        op.drop_column("delivery", column)
