"""Alarms to whoever runs namewatch: never a name or a word of a post, a reference at most."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from records.columns import moment


class AlarmKind(StrEnum):
    """What somebody has to look after."""

    NOBODY_TO_TELL = "nobody to tell"
    NOBODY_ANSWERS = "nobody answers"
    LEFT_UNDONE = "left undone"
    NOT_DELIVERED = "not delivered"
    UNCOVERED = "uncovered"


class OperationsAlarm(SQLModel, table=True):
    """One alarm; raised in the transaction of what it is about, told afterwards, once."""

    __tablename__ = "operations_alarm"
    __table_args__ = (UniqueConstraint("kind", "reference"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    reference: str = ""
    """The incident's reference, or a day, so that an alarm is raised once for each."""
    raised_at: datetime = Field(sa_column=moment())
    told_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    tries: int = 0
    due_at: datetime | None = Field(default=None, sa_column=moment(optional=True, index=True))
