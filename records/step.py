"""The steps of a record: everything that people did or decided, one row each, none ever changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from records.columns import moment


class Step(SQLModel, table=True):
    """One step of an incident; casework.kinds says what each kind holds and who may take it.

    A step is put right by another one with the next `revision`, so that its history is kept. The
    table holds codes, staff ids, dates and numbers; all words of people's own stand in `sealed`.
    """

    __tablename__ = "step"
    __table_args__ = (UniqueConstraint("incident_id", "kind", "subject", "revision"),)

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    kind: str
    subject: str = ""
    """Which one of several of this kind: a number, a staff id or a role; empty for the only one."""
    revision: int = 1
    actor: str
    recorded_at: datetime = Field(sa_column=moment())
    happened_at: datetime = Field(sa_column=moment())
    """When it was done; earlier than `recorded_at` where it was written down late."""
    about: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    sealed: bytes | None = None
    clause: str
    playbook: str
    """Name and version of the policy that stood when this was written down."""
