"""Steps of a record, the chain of the audit trail, and how far an incident has come"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("playbook", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("incident_id", "kind", "subject", "revision"),
    )
    op.create_index("ix_step_incident_id", "step", ["incident_id"], unique=False)
    op.create_table(
        "audit_link",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("entry_id"),
    )
    with op.batch_alter_table("incident") as table:
        table.add_column(sa.Column("conflicted", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("outcome", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("duty_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(
            sa.Column("duty_level", sa.Integer(), nullable=False, server_default="0")
        )
        table.create_index("ix_incident_duty_at", ["duty_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("incident") as table:
        table.drop_index("ix_incident_duty_at")
        for name in ("duty_level", "duty_at", "closed_at", "outcome", "conflicted"):
            table.drop_column(name)
    op.drop_table("audit_link")
    op.drop_index("ix_step_incident_id", table_name="step")
    op.drop_table("step")
