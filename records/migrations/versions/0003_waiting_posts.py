"""Posts that wait for their pictures to be read"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_key", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("post_key"),
    )
    with op.batch_alter_table("waiting_post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiting_post_due_at"), ["due_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("waiting_post", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiting_post_due_at"))

    op.drop_table("waiting_post")
