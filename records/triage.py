"""What people answered about a post that was kept for triage."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from records.columns import listing, moment


class Answer(StrEnum):
    """What may be said of a post that was kept for triage."""

    OURS = "ours"
    """It is about us: an incident is opened or joined, and people are told."""
    SOMEONE_ELSE = "someone-else"
    NOT_ABOUT_WORK = "not-about-work"
    NOTHING = "nothing"
    """It is about us, and nobody has to do anything about it."""
    NOT_SURE = "not-sure"
    """Somebody else has to look at it."""


class TriageAnswer(SQLModel, table=True):
    """One answer about one mention; it holds codes and staff ids only."""

    __tablename__ = "triage_answer"

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id", index=True)
    answer: str
    staff_ids: list[str] = Field(default_factory=list, sa_column=listing())
    """Whom it is about, where it is about somebody."""
    category: str | None = None
    """The kind that was chosen, where it is another than what was found."""
    reference: str | None = None
    """The incident that was opened or joined."""
    actor: str = Field(index=True)
    at: datetime = Field(sa_column=moment())
    undone_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When whoever gave it took it back."""
