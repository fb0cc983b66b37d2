"""How evidence is getting on: counts only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, not_, select

from casework.named import excludes
from records.capture import Capture, CaptureKind
from records.exhibit import Exhibit
from records.incident import Incident

LATE = timedelta(minutes=10)
"""A record that is not sealed by then is told of."""


@dataclass(frozen=True, slots=True)
class SealingState:
    """How many captures wait, are late, or came to nothing; how many exhibits there are."""

    waiting: int
    late: int
    failed: int
    exhibits: int
    unstamped: int
    """Exhibits that no time-stamp authority has stamped yet."""


def sealing_state(session: Session, viewer: str, now: datetime) -> SealingState:
    """Without what belongs to incidents that `viewer` is named in."""
    under_way = col(Capture.work).is_not(None)
    record = col(Capture.kind) == CaptureKind.RECORD.value
    long_ago = col(Capture.asked_at) <= now - LATE
    nothing = (
        col(Capture.work).is_(None),
        col(Capture.kind) == CaptureKind.PAGE.value,
        col(Capture.grade) == "",
        col(Capture.tries) > 0,
    )
    return SealingState(
        waiting=_count(session, Capture, viewer, under_way),
        late=_count(session, Capture, viewer, under_way, record, long_ago),
        failed=_count(session, Capture, viewer, *nothing),
        exhibits=_count(session, Exhibit, viewer),
        unstamped=_count(session, Exhibit, viewer, col(Exhibit.stamped_at).is_(None)),
    )


def _count(session: Session, table: Any, viewer: str, *conditions: ColumnElement[bool]) -> int:
    query = (
        select(func.count())
        .select_from(table)
        .join(Incident, col(Incident.id) == table.incident_id)
        .where(*conditions, not_(excludes(viewer)))
    )
    return session.exec(query).one()
