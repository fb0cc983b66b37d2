"""What is to be preserved, tried until it is done; and pages that are looked for again later."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from records.columns import listing, moment


class CaptureKind(StrEnum):
    """What one capture makes an exhibit of."""

    RECORD = "record"
    """The platform's own record, and a card drawn from it: at once."""
    PAGE = "page"
    """The same, with the page and the thread around the post."""
    HANDED_IN = "handed-in"
    """A file that somebody handed in: made by the command itself."""


class Capture(SQLModel, table=True):
    """One thing to be preserved for an incident: how often it was tried, and when it is next."""

    __tablename__ = "capture"

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    mention_id: int | None = Field(default=None, foreign_key="mention.id", index=True)
    """The post that it is of; None for what somebody asked for by hand."""
    kind: str
    edited: bool = False
    """Whether it is of another wording of the post, seen later."""
    asked_by: str
    """namewatch, or the staff id of who asked for it by hand."""
    asked_at: datetime = Field(sa_column=moment())
    mark: str = Field(unique=True)
    """Keyed hash of what it is of, so that the same is never asked for twice."""
    work: bytes | None = None
    """What it is made from, sealed for the working key; gone once it is over."""
    tries: int = 0
    """How often it was tried and did not become what it should."""
    turns: int = 0
    """How often it was enqueued; a turn that is not the newest one does nothing."""
    due_at: datetime | None = Field(default=None, sa_column=moment(optional=True, index=True))
    """When it is tried next, or enqueued again if it got lost; None once it is over."""
    grade: str = ""
    """The best grade that its page has reached."""
    missing: list[str] = Field(default_factory=list, sa_column=listing())
    """What was missing at the last try, in plain words of ours."""


class Found(StrEnum):
    """What has become of a page."""

    UP = "up"
    CHANGED = "changed"
    GONE = "gone"
    UNKNOWN = "unknown"


class Recheck(SQLModel, table=True):
    """A page that is looked for again after its capture: its status only."""

    __tablename__ = "recheck"

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    mention_id: int | None = Field(default=None, foreign_key="mention.id", index=True)
    mark: str = Field(unique=True)
    """Keyed hash of what it is about."""
    since: datetime = Field(sa_column=moment())
    work: bytes | None = None
    """Its address, sealed for the working key; gone after the last look."""
    done: int = 0
    """How many of the moments for looking are over."""
    faults: int = 0
    """How often the look that is due could not be had."""
    turns: int = 0
    due_at: datetime | None = Field(default=None, sa_column=moment(optional=True, index=True))


class Rechecked(SQLModel, table=True):
    """What one look found."""

    __tablename__ = "rechecked"

    id: int | None = Field(default=None, primary_key=True)
    recheck_id: int = Field(foreign_key="recheck.id", index=True)
    at: datetime = Field(sa_column=moment())
    after: str
    """Which look it was, as in "1 hour"."""
    found: str
    status: int | None = None
    """The HTTP status, where the page itself was asked."""
