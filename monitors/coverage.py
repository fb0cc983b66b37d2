"""What becomes of a time in which a source was not watched: pure rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from records.watching import GapState

UNNOTICED = timedelta(seconds=30)
"""A restart that is over so soon is no gap: the source goes on from its place."""
SETTLES = timedelta(seconds=5)
"""A source that says so long after its return that nothing is waiting has read back everything."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From when to when, and what has become of it."""

    began_at: datetime
    ended_at: datetime
    state: GapState


def settled(
    began_at: datetime, ended_at: datetime, reads_back: timedelta | None
) -> tuple[Interval, ...]:
    """What a source that came back at `ended_at` can still read of the time since `began_at`.

    `reads_back` is how far back the platform lets it read; None: not at all.
    """
    if reads_back is None:
        return (Interval(began_at, ended_at, GapState.LOST),)
    edge = ended_at - min(reads_back, ended_at - began_at)
    lost = (Interval(began_at, edge, GapState.LOST),) if edge > began_at else ()
    return (*lost, Interval(edge, ended_at, GapState.READING_BACK))


def read_back(ended_at: datetime, *, reached: datetime | None, idle_at: datetime | None) -> bool:
    """Whether a gap that ended at `ended_at` has been read back to its end.

    `reached` is when the last post that came in was published, `idle_at` when the source last
    said that nothing more was waiting.
    """
    return bool((reached and reached >= ended_at) or (idle_at and idle_at >= ended_at + SETTLES))
