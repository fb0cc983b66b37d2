"""The incidents that are not closed are found without looking at those that are"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_incident_state", "incident", ["state"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_incident_state", "incident")
