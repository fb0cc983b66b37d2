"""What has left the register: each export, to whom and why."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from records.columns import moment


class Release(SQLModel, table=True):
    """One export. To whom and why stand sealed, for the record it is of."""

    __tablename__ = "release"

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    at: datetime = Field(sa_column=moment())
    actor: str
    form: str
    """Such as advisers or subject-access."""
    sealed: bytes
    sha256: str
    """Of the file that was handed out."""
