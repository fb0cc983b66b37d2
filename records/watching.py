"""How far each source has been read, when it was watched, and what could not be read."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from records.columns import moment


class SourceCursor(SQLModel, table=True):
    """The place up to which all of a source has been screened and, where it matters, kept."""

    __tablename__ = "source_cursor"

    source: str = Field(primary_key=True)
    cursor: str
    updated_at: datetime = Field(sa_column=moment())


class SourceWatch(SQLModel, table=True):
    """How a source is doing, kept every few seconds; a start tells from it how long nobody was."""

    __tablename__ = "source_watch"

    source: str = Field(primary_key=True)
    first_watched_at: datetime = Field(sa_column=moment())
    alive_at: datetime = Field(sa_column=moment())
    """When it was last known to be watched."""
    event_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When the last post came in, whoever it was about."""
    posts: int = 0
    candidates: int = 0
    """Posts that were kept, for an alert or for triage."""
    unread: int = 0
    """Items that could not be understood."""
    state: str
    sentence: str
    budget: str = ""
    """What is left to ask for, in words; empty where nothing is counted."""
    trouble: str = ""
    """Which part of the source can't be read at present, in words; empty if all can."""
    canary_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When the canary post was last found here, or first expected."""
    doubt: str = ""
    """Why it may be deaf although it answers, in a sentence; empty without a doubt."""
    doubt_told: str = ""
    """The doubt that those in charge were last told of."""


class SourceHour(SQLModel, table=True):
    """How much came in within one hour; what is usual is learnt from it."""

    __tablename__ = "source_hour"

    source: str = Field(primary_key=True)
    began_at: datetime = Field(sa_column=moment(key=True))
    posts: int = 0
    watched_seconds: float = 0.0


class GapState(StrEnum):
    """What has become of an interval in which a source was not watched."""

    OPEN = "open"
    READING_BACK = "being read back"
    CLOSED = "read back"
    LOST = "can't be recovered"


class CoverageGap(SQLModel, table=True):
    """An interval in which a source was not watched."""

    __tablename__ = "coverage_gap"

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(index=True)
    began_at: datetime = Field(sa_column=moment())
    ended_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    state: str = GapState.OPEN.value
    reason: str
    """One sentence of ours; it quotes no platform."""
    told_state: str = ""
    """In which state those in charge were last told of it; empty if they were not."""
    part: bool = False
    """Whether only a part of the source, such as one of its servers, was not watched."""


class Quarantined(SQLModel, table=True):
    """An item that could not be understood: its bytes, sealed, for whoever mends the connector."""

    __tablename__ = "quarantined"

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(index=True)
    at: datetime = Field(sa_column=moment())
    why: str
    sealed: bytes
