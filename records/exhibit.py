"""An exhibit: one sealed bundle of evidence."""

from datetime import datetime
from typing import Literal

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from records.columns import listing, moment

Grade = Literal["complete", "partial"]


class Exhibit(SQLModel, table=True):
    """Which bundle belongs to which mention, how complete it is and what is missing."""

    __tablename__ = "exhibit"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    mention_id: int | None = Field(default=None, foreign_key="mention.id", index=True)
    """The post that it is of; None for what was handed in."""
    capture_id: int | None = Field(default=None, foreign_key="capture.id", index=True)
    number: int
    kind: str = "page"
    """As in a capture."""
    edited: bool = False
    """Whether it is of another wording of the post, seen later."""
    page: str = ""
    """The grade of its page; empty when it is without one."""
    file_name: str
    sha256: str
    grade: str
    missing: list[str] = Field(default_factory=list, sa_column=listing())
    created_at: datetime = Field(sa_column=moment())
    stamped_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When a time-stamp authority had stamped it; None while none has."""
    stamp_due_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When an authority is asked again; None for at once, or when it is stamped."""
    stamp_tries: int = 0
