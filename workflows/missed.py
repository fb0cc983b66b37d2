"""What a source itself says it could not read back, written into the ledger."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from monitors.source import Missed
from records.watching import CoverageGap, GapState

_SETTLED = (GapState.READING_BACK.value, GapState.CLOSED.value, GapState.LOST.value)


def note_missed(session: Session, source: str, missed: Iterable[Missed]) -> None:
    """Enter each interval as lost, and cut it out of whatever else the ledger says of that time."""
    for one in missed:
        told = ""
        for gap in _around(session, source, one):
            told = told or gap.told_state
            for began_at, ended_at in _rest(gap, one):
                session.add(_part(gap, began_at, ended_at))
            session.delete(gap)
        session.add(
            CoverageGap(
                source=source,
                began_at=one.began_at,
                ended_at=one.ended_at,
                state=GapState.LOST.value,
                reason=one.why,
                told_state=told,
            )
        )
        session.flush()


def _around(session: Session, source: str, missed: Missed) -> Sequence[CoverageGap]:
    query = (
        select(CoverageGap)
        .where(CoverageGap.source == source)
        .where(col(CoverageGap.state).in_(_SETTLED))
        .where(col(CoverageGap.began_at) < missed.ended_at)
        .where(col(CoverageGap.ended_at) > missed.began_at)
    )
    return session.exec(query).all()


def _rest(gap: CoverageGap, missed: Missed) -> list[tuple[datetime, datetime]]:
    """What of a gap lies before and behind what was missed."""
    ended_at = gap.ended_at or missed.ended_at
    parts = [(gap.began_at, missed.began_at), (missed.ended_at, ended_at)]
    return [(began, ended) for began, ended in parts if began < ended]


def _part(gap: CoverageGap, began_at: datetime, ended_at: datetime) -> CoverageGap:
    said = gap.model_dump(exclude={"id", "began_at", "ended_at"})
    return CoverageGap(**said, began_at=began_at, ended_at=ended_at)
