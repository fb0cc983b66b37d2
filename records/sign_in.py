"""Signing in to the console: one-time codes and sessions, both kept only as hashes."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from records.columns import moment


class SignInCode(SQLModel, table=True):
    """A code sent to somebody's own mailbox; good once, for a short time, for few tries."""

    __tablename__ = "sign_in_code"

    id: int | None = Field(default=None, primary_key=True)
    staff_id: str | None = Field(default=None, index=True)
    """None when the address typed is nobody's: the same is done for it, but nothing is sent."""
    browser_hash: str = Field(unique=True)
    """The code is good only in the browser that asked for it."""
    code_hash: str
    expires_at: datetime = Field(sa_column=moment())
    tries: int = 0
    used_at: datetime | None = Field(default=None, sa_column=moment(optional=True))


class ConsoleSession(SQLModel, table=True):
    """A signed-in browser."""

    __tablename__ = "console_session"

    token_hash: str = Field(primary_key=True)
    staff_id: str = Field(index=True)
    handle: str = Field(default="", index=True)
    """By which its owner names it to end it; of no other use."""
    way: str = "code"
    """How its owner signed in: a code of console.sessions."""
    device: str = ""
    """In rough words, such as "Firefox on Windows"."""
    started_at: datetime = Field(sa_column=moment())
    last_seen_at: datetime = Field(sa_column=moment())
    ended_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
