"""Access for a day for somebody outside a record's list, which two people bring about."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from records.columns import listing, moment


class EmergencyAccess(SQLModel, table=True):
    """One request and what became of it. The words of the reason stand sealed for the record."""

    __tablename__ = "emergency_access"

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    staff_id: str = Field(index=True)
    """Who asks."""
    why: str
    """A code of casework.break_glass."""
    sealed_why: bytes
    asked_at: datetime = Field(sa_column=moment())
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    allowed: bool = False
    ends_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When the access ends by itself, or was ended."""
    untold: list[str] = Field(default_factory=list, sa_column=listing())
    """Staff ids of those who are still to be told: that it waits for them, or that it was done."""
