"""Clocks of what is kept: when a decision falls due, and what was decided."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from records.columns import moment


class Kept(StrEnum):
    """What has a clock of its own."""

    RECORD = "record"
    """A closed record, with its posts, reports and what was learnt from it."""
    EVIDENCE = "evidence"
    """The sealed exhibits of a closed record."""
    RESTRICTION = "restriction"
    """A record with a restriction that has ended."""
    TRIAGE = "triage"
    """A post that was kept for triage and belongs to no record."""


KEEPING: dict[str, str] = {
    "complaint": "a complaint is under way",
    "appeal": "an appeal is under way",
    "police": "the police still need it",
    "court": "a court still needs it",
    "pattern": "the person named may be named again",
    "restriction": "a restriction rests on it",
}
"""Why something is kept longer: code and plain words."""


class RetentionClock(SQLModel, table=True):
    """One clock; it runs until somebody decides, and begins anew when a record is opened again."""

    __tablename__ = "retention_clock"
    __table_args__ = (UniqueConstraint("kind", "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    subject: str
    """A reference, with the restriction's number after it; for triage, the mention's number."""
    since: datetime = Field(sa_column=moment())
    due_at: datetime = Field(sa_column=moment(index=True))
    rule: str
    """How long, and by which playbook, as in "24 months, spso 2026-11"."""
    extended: int = 0
    told_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When the custodian was last told that it waits for a decision."""
    ended_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    ended: str = ""
    """Why it runs no more: erased, or opened again."""


class RetentionDecision(SQLModel, table=True):
    """What was decided when a clock had run out."""

    __tablename__ = "retention_decision"

    id: int | None = Field(default=None, primary_key=True)
    clock_id: int = Field(foreign_key="retention_clock.id", index=True)
    at: datetime = Field(sa_column=moment())
    actor: str
    decision: str
    """erase or extend."""
    until: datetime | None = Field(default=None, sa_column=moment(optional=True))
    why: str
    """A code, or words of one's own sealed for the record."""
    playbook: str
