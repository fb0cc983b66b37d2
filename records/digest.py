"""The leadership digest: what was drafted, what was released, and which time it has told of."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from records.columns import listing, moment


class Digest(SQLModel, table=True):
    """One digest. `content` holds what may be told of it and no count under 3, drafts included."""

    __tablename__ = "digest"

    id: int | None = Field(default=None, primary_key=True)
    period: str = Field(unique=True)
    """Such as 2026-11 or 2026-W48."""
    begins_at: datetime = Field(sa_column=moment())
    ends_at: datetime = Field(sa_column=moment())
    drafted_at: datetime = Field(sa_column=moment())
    drafted_by: str
    """namewatch, or the staff id of who had it drafted."""
    told_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When the custodian was told that it waits to be released."""
    released_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    released_by: str | None = None
    sent_to: list[str] = Field(default_factory=list, sa_column=listing())
    """Staff ids of those whom it has reached by mail."""
    content: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
