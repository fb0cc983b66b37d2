"""People's own ways to sign in, what a session says of itself, and access in an emergency"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _moment(name: str, *, optional: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=optional)


def _text(name: str, *, optional: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.String(), nullable=optional)


def upgrade() -> None:
    for name, given in (("handle", ""), ("way", "code"), ("device", "")):
        op.add_column(
            "console_session", sa.Column(name, sa.String(), nullable=False, server_default=given)
        )
    op.create_index("ix_console_session_handle", "console_session", ["handle"], unique=False)
    op.create_table(
        "sign_in_challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("browser_hash"),
        _text("purpose"),
        _text("staff_id", optional=True),
        _moment("expires_at"),
        _moment("used_at", optional=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("browser_hash"),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("staff_id"),
        _text("title"),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("user_handle", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        _moment("added_at"),
        _moment("used_at", optional=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credential_id"),
    )
    op.create_index("ix_passkey_staff_id", "passkey", ["staff_id"], unique=False)
    op.create_table(
        "linked_identity",
        _text("staff_id"),
        _text("subject_hash"),
        _moment("linked_at"),
        _moment("used_at", optional=True),
        sa.PrimaryKeyConstraint("staff_id"),
        sa.UniqueConstraint("subject_hash"),
    )
    op.create_table(
        "own_password",
        _text("staff_id"),
        _text("password_hash"),
        _moment("set_at"),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["record_key.id"]),
        sa.PrimaryKeyConstraint("staff_id"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("staff_id"),
        _text("code_hash"),
        _moment("used_at", optional=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_hash"),
    )
    op.create_index("ix_recovery_code_staff_id", "recovery_code", ["staff_id"], unique=False)
    op.create_table(
        "emergency_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        _text("staff_id"),
        _text("why"),
        sa.Column("sealed_why", sa.LargeBinary(), nullable=False),
        _moment("asked_at"),
        _text("decided_by"),
        _moment("decided_at", optional=True),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        _moment("ends_at", optional=True),
        sa.Column("untold", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_emergency_access_incident_id", "emergency_access", ["incident_id"], unique=False
    )
    op.create_index("ix_emergency_access_staff_id", "emergency_access", ["staff_id"], unique=False)


def downgrade() -> None:
    for name in (
        "emergency_access",
        "recovery_code",
        "own_password",
        "linked_identity",
        "passkey",
        "sign_in_challenge",
    ):
        op.drop_table(name)
    op.drop_index("ix_console_session_handle", "console_session")
    for name in ("device", "way", "handle"):
        op.drop_column("console_session", name)
