"""Erasing takes two people: one asks, and another agrees or does not."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from records.columns import moment


class ErasureRequest(SQLModel, table=True):
    """Somebody asks that something be erased; nothing is before another person has agreed."""

    __tablename__ = "erasure_request"

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(index=True)
    """What has come due (records.retention.Kept), or NOW for what is erased before its time."""
    subject: str = Field(index=True)
    """A reference; with a restriction its number, for triage its month."""
    exhibit: int | None = None
    """With NOW: only this one."""
    why: str
    """A code of ERASING."""
    asked_by: str
    asked_at: datetime = Field(sa_column=moment())
    ends_at: datetime = Field(sa_column=moment(index=True))
    """Nobody can agree any more from then on."""
    settled: str = ""
    """AGREED, REFUSED or TAKEN_BACK."""
    settled_by: str | None = None
    settled_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    done_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When it was erased."""


NOW = "now"
AGREED, REFUSED, TAKEN_BACK = "agreed", "refused", "taken back"
