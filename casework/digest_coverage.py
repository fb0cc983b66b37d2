"""What was watched in the time of a digest, and what was not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from casework.digest_counts import Span
from records.watching import CoverageGap, GapState, SourceWatch

UNNOTICED = timedelta(minutes=5)
"""Whoever watched until so shortly before the end watched all the time."""
_FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Unwatched:
    """How long one source was not watched in this time."""

    source: str
    gaps: int
    hours: float
    lost_hours: float
    """Of these, the hours that could not be read back."""
    doubt: str = ""
    bounds: str = ""
    """From when or until when it was watched at all, in plain words; empty if all the time."""

    @property
    def words(self) -> str:
        """It in plain words."""
        if not self.gaps:
            return self.bounds or "watched all the time"
        times = "once" if self.gaps == 1 else f"{self.gaps} times"
        lost = f"; {self.lost_hours:.1f} hours can't be read back" if self.lost_hours else ""
        bounds = f"{self.bounds}; " if self.bounds else ""
        return f"{bounds}not watched {times}, {self.hours:.1f} hours in all{lost}"


def coverage_of(session: Session, span: Span) -> list[Unwatched]:
    """Every source that is watched, or was, by name."""
    begins, ends = span
    query = select(CoverageGap).where(
        col(CoverageGap.began_at) < ends, col(CoverageGap.part).is_(False)
    )
    gaps = [one for one in session.exec(query) if (one.ended_at or ends) > begins]
    watches = {one.source: one for one in session.exec(select(SourceWatch))}
    found = []
    for source in sorted({*watches, *(one.source for one in gaps)}):
        own = [one for one in gaps if one.source == source]
        lost = [one for one in own if one.state == GapState.LOST.value]
        found.append(
            Unwatched(
                source=source,
                gaps=len(own),
                hours=_hours(own, begins, ends),
                lost_hours=_hours(lost, begins, ends),
                doubt=watches[source].doubt if source in watches else "",
                bounds=_bounds(watches.get(source), span, own),
            )
        )
    return found


def _bounds(watch: SourceWatch | None, span: Span, gaps: Sequence[CoverageGap]) -> str:
    """What of this time lies before the first look at a source, or after the last."""
    begins, ends = span
    if watch is None:
        return "no longer watched"
    first, last = watch.first_watched_at, max([watch.alive_at, *map(_end_of, gaps)])
    if first >= ends:
        return "not watched yet"
    if last <= begins:
        return "no longer watched"
    since = f" from {first:%-d %B} on" if first > begins else ""
    until = f" until {last:%-d %B}" if ends - last > UNNOTICED else ""
    return f"watched{since}{until}" if since or until else ""


def _end_of(gap: CoverageGap) -> datetime:
    """What is after a gap is watched again, and an open one is told of as a gap."""
    return gap.ended_at or _FOR_EVER


def _hours(gaps: Sequence[CoverageGap], begins: datetime, ends: datetime) -> float:
    spans = (min(one.ended_at or ends, ends) - max(one.began_at, begins) for one in gaps)
    return round(sum((one.total_seconds() for one in spans), 0.0) / 3600, 1)
