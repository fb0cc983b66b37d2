"""How far each sweep has come and what it has found, so that it goes on from there."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from records.columns import moment, spans, tally


class SweepPlace(SQLModel, table=True):
    """A source or file that is being swept, or was; kept together with what the sweep finds."""

    __tablename__ = "sweep_place"

    what: str = Field(primary_key=True)
    """The source's name, or a keyed hash by which a file is known again without its name."""
    asked: str
    """How far back somebody asked for, in their words; empty for the whole of a file."""
    setting: str
    """Keyed hash of what decides the findings: under another one the sweep begins anew."""
    since: datetime | None = Field(default=None, sa_column=moment(optional=True))
    began_at: datetime = Field(sa_column=moment())
    updated_at: datetime = Field(sa_column=moment())
    done_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    cursor: str | None = None
    posts: int = 0
    unread: int = 0
    """Items or lines that could not be understood."""
    known: int = 0
    """Findings that were kept before this sweep met them."""
    pictures: int = 0
    """Posts whose pictures a watch would have read; a sweep reads none."""
    found: dict[str, int] = Field(default_factory=dict, sa_column=tally())
    """Findings by "disposition severity"."""
    missed: dict[str, list[str | int]] = Field(default_factory=dict, sa_column=spans())
    """By the platform's reason: from when until when it no longer gives posts, and in how many
    parts."""
    oldest: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When the oldest post that was read was published."""
    newest: datetime | None = Field(default=None, sa_column=moment(optional=True))
