"""An incident: one person and story, the people who may see it, and what was found."""

from datetime import datetime
from typing import Literal

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from records.columns import listing, moment

IncidentState = Literal["open", "acknowledged", "decided", "closed"]
"""What each means, and what leads from one to another: casework.lifecycle."""


class Incident(SQLModel, table=True):
    """One member of staff (or, without `staff_id`, the body alone) and one story."""

    __tablename__ = "incident"

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True)
    staff_id: str | None = Field(default=None, index=True)
    alongside: list[str] = Field(default_factory=list, sa_column=listing())
    key_id: int = Field(foreign_key="record_key.id")
    state: str = Field(default="open", index=True)
    severity: str
    categories: list[str] = Field(default_factory=list, sa_column=listing())
    policy: str
    policy_version: str
    opened_at: datetime = Field(sa_column=moment(index=True))
    last_mention_at: datetime = Field(sa_column=moment())
    mention_count: int = 1
    acknowledged_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    escalation_level: int = 0
    escalates_at: datetime | None = Field(default=None, sa_column=moment(optional=True, index=True))
    told_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When people were last told of a post: further posts are told at most once an hour."""
    told_count: int = 0
    """How many posts they were told of."""
    more_at: datetime | None = Field(default=None, sa_column=moment(optional=True, index=True))
    """When they are told of the posts that have come since."""
    opened_by: str = ""
    """Staff id of whoever opened it by hand, for triage: nobody is alerted, no post joins it."""
    conflicted: list[str] = Field(default_factory=list, sa_column=listing())
    """Staff ids of those who have declared a conflict: they see no more of it."""
    outcome: str = ""
    """What was decided of it as a whole, as in casework.kinds_notes; empty while nothing is."""
    closed_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    duty_at: datetime | None = Field(default=None, sa_column=moment(optional=True, index=True))
    """When it is looked at whether something that had to be done was left undone."""
    duty_level: int = 0
    """How often something was found undone."""
    page_link: bytes | None = None
    """The post's address, sealed for the working key, kept until nobody needs telling any more."""


class IncidentAccess(SQLModel, table=True):
    """Somebody who may see one incident, in which role, and why they were added."""

    __tablename__ = "incident_access"
    __table_args__ = (UniqueConstraint("incident_id", "staff_id"),)

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    staff_id: str = Field(index=True)
    role: str
    reason: str
    added_at: datetime = Field(sa_column=moment())


class Mention(SQLModel, table=True):
    """A matched post. Its words, author and finding stand here only sealed for the record."""

    __tablename__ = "mention"
    __table_args__ = (UniqueConstraint("post_key", "incident_id"),)

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int | None = Field(default=None, foreign_key="incident.id", index=True)
    key_id: int = Field(foreign_key="record_key.id")
    source: str
    post_key: str = Field(index=True)
    """Keyed hash of (source, native id): the same post is known again, its author is not told."""
    revision: str = ""
    """Keyed hash of its wording; another one of the same post is kept beside it."""
    author_key: str | None = Field(default=None, index=True)
    """Keyed hash of (source, author's id), for when a platform tells that an account is gone."""
    gone_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When the platform told that the post was gone; what was captured is kept."""
    swept_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When a sweep found it, a dry run; the watch does not count it as a post that it knows."""
    severity: str
    disposition: str
    categories: list[str] = Field(default_factory=list, sa_column=listing())
    staff_ids: list[str] = Field(default_factory=list, sa_column=listing())
    published_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    found_at: datetime = Field(sa_column=moment())
    sealed_post: bytes
    sealed_record: bytes
    """The platform's record of the post, byte for byte, sealed."""
    sealed_finding: bytes
    working_copy: bytes | None = None
    """Record and address sealed for the working key, until its captures take them over."""


class MentionRevision(SQLModel, table=True):
    """Another wording of a matched post, seen later; sealed for the same record."""

    __tablename__ = "mention_revision"
    __table_args__ = (UniqueConstraint("mention_id", "revision"),)

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id", index=True)
    revision: str
    seen_at: datetime = Field(sa_column=moment())
    sealed_post: bytes
    sealed_record: bytes
    sealed_finding: bytes


class IncidentCounter(SQLModel, table=True):
    """The last number given out in each year."""

    __tablename__ = "incident_counter"

    year: int = Field(primary_key=True)
    last: int


class Acknowledgement(SQLModel, table=True):
    """Somebody has said that they have seen an incident."""

    __tablename__ = "acknowledgement"
    __table_args__ = (UniqueConstraint("incident_id", "staff_id"),)

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    staff_id: str
    via: str
    at: datetime = Field(sa_column=moment())
