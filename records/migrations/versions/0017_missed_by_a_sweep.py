"""What a sweep was told that a platform no longer gives"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sweep_place") as table:
        table.add_column(sa.Column("missed", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("sweep_place") as table:
        table.drop_column("missed")
