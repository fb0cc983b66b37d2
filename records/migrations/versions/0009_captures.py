"""Captures with their tries, later looks at pages, and several exhibits of one post"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ONE_OF_A_POST = {"uq": "uq_%(table_name)s_%(column_0_name)s"}


def upgrade() -> None:
    op.create_table(
        "capture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("mention_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("work", sa.LargeBinary(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"]),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mark"),
    )
    for column in ("incident_id", "mention_id", "due_at"):
        op.create_index(f"ix_capture_{column}", "capture", [column], unique=False)
    op.create_table(
        "recheck",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("mention_id", sa.Integer(), nullable=True),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("work", sa.LargeBinary(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"]),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mark"),
    )
    for column in ("incident_id", "mention_id", "due_at"):
        op.create_index(f"ix_recheck_{column}", "recheck", [column], unique=False)
    op.create_table(
        "rechecked",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recheck_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("found", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["recheck_id"], ["recheck.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rechecked_recheck_id", "rechecked", ["recheck_id"], unique=False)
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    one_of_a_post = "uq_exhibit_mention_id" if on_sqlite else "exhibit_mention_id_key"
    with op.batch_alter_table("exhibit", naming_convention=_ONE_OF_A_POST) as exhibit:
        exhibit.drop_constraint(one_of_a_post, type_="unique")
        exhibit.alter_column("mention_id", existing_type=sa.Integer(), nullable=True)
        exhibit.add_column(sa.Column("capture_id", sa.Integer(), nullable=True))
        exhibit.create_foreign_key("fk_exhibit_capture_id", "capture", ["capture_id"], ["id"])
        exhibit.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="page"))
        exhibit.add_column(
            sa.Column("edited", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        exhibit.add_column(sa.Column("page", sa.String(), nullable=False, server_default=""))
    for column in ("mention_id", "capture_id"):
        op.create_index(f"ix_exhibit_{column}", "exhibit", [column], unique=False)
    with op.batch_alter_table("incident") as incident:
        incident.add_column(sa.Column("opened_by", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("incident") as incident:
        incident.drop_column("opened_by")
    for column in ("mention_id", "capture_id"):
        op.drop_index(f"ix_exhibit_{column}", table_name="exhibit")
    with op.batch_alter_table("exhibit") as exhibit:
        for column in ("page", "edited", "kind", "capture_id"):
            exhibit.drop_column(column)
    op.drop_table("rechecked")
    op.drop_table("recheck")
    op.drop_table("capture")
