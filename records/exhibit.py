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
    mention_id: int = Field(foreign_key="mention.id", unique=True)
    number: int
    file_name: str
    sha256: str
    grade: str
    missing: list[str] = Field(default_factory=list, sa_column=listing())
    created_at: datetime = Field(sa_column=moment())
