"""What was watched in the time of a digest, and what was not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from casework.digest_counts import Span
from records.watching import CoverageGap, GapState, SourceWatch


@dataclass(frozen=True, slots=True)
class Unwatched:
    """How long one source was not watched in this time."""

    source: str
    gaps: int
    hours: float
    lost_hours: float
    """Of these, the hours that could not be read back."""
    doubt: str = ""

    @property
    def words(self) -> str:
        """It in plain words."""
        if not self.gaps:
            return "watched all the time"
        times = "once" if self.gaps == 1 else f"{self.gaps} times"
        lost = f"; {self.lost_hours:.1f} hours can't be read back" if self.lost_hours else ""
        return f"not watched {times}, {self.hours:.1f} hours in all{lost}"


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
            )
        )
    return found


def _hours(gaps: Sequence[CoverageGap], begins: datetime, ends: datetime) -> float:
    spans = (min(one.ended_at or ends, ends) - max(one.began_at, begins) for one in gaps)
    return round(sum((one.total_seconds() for one in spans), 0.0) / 3600, 1)
