"""People's own ways to sign in: passkeys, an account elsewhere, a password with a second factor.

None of them is a secret that lets anybody in: a passkey's public half, hashes, and the key of the
codes only sealed.
"""

from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from records.columns import moment


class SignInChallenge(SQLModel, table=True):
    """Something that one browser was asked to answer: good once, for a short time.

    What was asked is worked out from the browser's own token, which only the browser has.
    """

    __tablename__ = "sign_in_challenge"

    id: int | None = Field(default=None, primary_key=True)
    browser_hash: str = Field(unique=True)
    purpose: str
    """What for; an answer counts only there."""
    staff_id: str | None = None
    """Whose it is, where somebody signed in was asked."""
    expires_at: datetime = Field(sa_column=moment())
    used_at: datetime | None = Field(default=None, sa_column=moment(optional=True))


class Passkey(SQLModel, table=True):
    """A passkey; its secret half never leaves its owner's device."""

    __tablename__ = "passkey"

    id: int | None = Field(default=None, primary_key=True)
    staff_id: str = Field(index=True)
    title: str
    """What its owner calls it."""
    credential_id: bytes = Field(unique=True)
    public_key: bytes
    user_handle: bytes
    """Random, one for each person: what a device knows its owner by."""
    sign_count: int
    synced: bool
    """Whether it may be kept on several devices."""
    backed_up: bool
    transports: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    added_at: datetime = Field(sa_column=moment())
    used_at: datetime | None = Field(default=None, sa_column=moment(optional=True))


class LinkedIdentity(SQLModel, table=True):
    """An account elsewhere that its owner has linked; known by a hash of issuer and subject."""

    __tablename__ = "linked_identity"

    staff_id: str = Field(primary_key=True)
    subject_hash: str = Field(unique=True)
    linked_at: datetime = Field(sa_column=moment())
    used_at: datetime | None = Field(default=None, sa_column=moment(optional=True))


class OwnPassword(SQLModel, table=True):
    """A password, hashed, and the key of its second factor, sealed."""

    __tablename__ = "own_password"

    staff_id: str = Field(primary_key=True)
    password_hash: str
    set_at: datetime = Field(sa_column=moment())
    key_id: int = Field(foreign_key="record_key.id")
    """The key that opens `sealed_secret`, wrapped like a record's."""
    sealed_secret: bytes
    last_step: int = 0
    """The newest time step of which a code was taken: none is taken twice."""


class CodePassword(SQLModel, table=True):
    """A password that is asked for beside each code by mail, hashed; alone it opens nothing."""

    __tablename__ = "code_password"

    staff_id: str = Field(primary_key=True)
    password_hash: str
    set_at: datetime = Field(sa_column=moment())


class RecoveryCode(SQLModel, table=True):
    """Stands in for the second factor, once; kept as a hash."""

    __tablename__ = "recovery_code"

    id: int | None = Field(default=None, primary_key=True)
    staff_id: str = Field(index=True)
    code_hash: str = Field(unique=True)
    used_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
