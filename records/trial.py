"""Test alerts: a channel reaches somebody only once that person has said so."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from records.columns import moment


class Trial(SQLModel, table=True):
    """One test to one person by one channel."""

    __tablename__ = "trial"

    id: int | None = Field(default=None, primary_key=True)
    staff_id: str = Field(index=True)
    channel: str
    role: str
    sent_by: str
    """Staff id of who asked for it, or "machine" on the command line."""
    sent_at: datetime = Field(sa_column=moment())
    receipt: str | None = Field(default=None, index=True)
    """What the channel said when it took the test; None while it is under way, or if it failed."""
    fault: str = ""
    """The short code of why it was not taken."""
    confirmed_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    confirmed_via: str = ""
