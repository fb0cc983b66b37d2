"""Telling people: one delivery for each recipient and channel."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from records.columns import moment


class AlertKind(StrEnum):
    """Why somebody is told."""

    FIRST = "first"
    WORSE = "worse"
    MORE = "more"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    PASSED_ON = "passed on"
    UNTOLD = "untold"
    UNDONE = "undone"
    SAID = "said"
    """The person named has said something on their own page."""
    TEST = "test"


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SPARED = "spared"
    """A stand-by channel that was not needed."""


class Delivery(SQLModel, table=True):
    """One alert to one person by one channel; `starts` over 1 means it may have arrived twice."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("incident_id", "staff_id", "channel", "kind", "level"),)

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    staff_id: str
    role: str
    reason: str
    channel: str
    kind: str
    level: int = 0
    state: str = Field(default=DeliveryState.DUE.value, index=True)
    attempts: int = 0
    starts: int = 0
    error: str | None = None
    receipt: str | None = Field(default=None, index=True)
    created_at: datetime = Field(sa_column=moment())
    enqueued_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    next_try_at: datetime | None = Field(default=None, sa_column=moment(optional=True, index=True))
    settled_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    standby: bool = False
    """Waits until `next_try_at`, and goes out only if no other channel has reached the person."""
    arrived_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    """When the channel said afterwards that it had arrived."""
    ask_at: datetime | None = Field(default=None, sa_column=moment(optional=True, index=True))
    """When the channel is asked next what became of it."""
