"""A page of one's own: where the person named in an incident says what they would like."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from records.columns import moment


class OwnPage(SQLModel, table=True):
    """A page that was made for the person named; its code is handed over by whoever told them.

    Codes and browsers are kept as hashes alone. It belongs to the first browser that opens it.
    """

    __tablename__ = "own_page"

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    staff_id: str = Field(index=True)
    """Whom it was made for."""
    made_by: str
    made_at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment(index=True))
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    code_hash: str = Field(unique=True)
    browser_hash: str | None = Field(default=None, index=True)
    """The browser that it belongs to; None while nobody has opened it."""
    opened_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    entered_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When it was last entered; None after leaving it."""
    last_seen_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    mail_browser_hash: str | None = None
    """Which browser asked for a code by mail, the code, how often it was tried, and its end."""
    mail_hash: str | None = None
    mail_tries: int = 0
    mail_ends_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    tell_at: datetime | None = Field(default=None, sa_column=moment(optional=True, index=True))
    """When the people of the record are told that something was said; None: nothing is new."""
