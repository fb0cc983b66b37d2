"""Doubts about a source that answers: far less than usual comes in, or the canary is missing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from monitors.expected import KEPT, HourSeen, canary_is_late, too_few
from records.finding import Category, Finding
from records.watching import SourceHour, SourceWatch

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Canary:
    """A post about somebody invented, which the body publishes again and again, to be found."""

    staff_id: str
    sources: frozenset[str]
    every: timedelta


def is_canary(finding: Finding, staff_id: str) -> bool:
    """Whether nobody but the invented person is named, and nothing worse than that is said."""
    meant = {one.staff_id for one in finding.staff}
    return meant == {staff_id} and set(finding.categories) <= {Category.NAMING}


def without_canary(finding: Finding, staff_id: str) -> Finding:
    """The finding about everybody else, unless it is the canary post itself."""
    if is_canary(finding, staff_id) or staff_id not in {one.staff_id for one in finding.staff}:
        return finding
    others = tuple(one for one in finding.staff if one.staff_id != staff_id)
    return finding.model_copy(update={"staff": others})


def note_hour(
    session: Session, source: str, *, posts: int, watched_seconds: float, now: datetime
) -> None:
    """Add to the count of this hour; hours that are no longer looked at go."""
    began_at = now.replace(minute=0, second=0, microsecond=0)
    hour = session.get(SourceHour, (source, began_at))
    if hour is None:
        hour = SourceHour(source=source, began_at=began_at)
        old = delete(SourceHour).where(
            col(SourceHour.source) == source, col(SourceHour.began_at) < began_at - KEPT - HOUR
        )
        session.exec(old)
    hour.posts += posts
    hour.watched_seconds += watched_seconds
    session.add(hour)


def note_doubt(
    session: Session, watch: SourceWatch, canary: Canary | None, now: datetime, *, count: bool
) -> None:
    """Write down what speaks against a source that answers; `count` compares the hours anew."""
    late = ""
    if canary and watch.source in canary.sources:
        watch.canary_at = watch.canary_at or now
        late = canary_is_late(watch.canary_at, now, canary.every)
    if late:
        watch.doubt = late
    elif count or watch.doubt.startswith("The canary"):
        watch.doubt = too_few(_hours(session, watch.source, now), now)
    session.add(watch)


def _hours(session: Session, source: str, now: datetime) -> list[HourSeen]:
    query = select(SourceHour).where(
        SourceHour.source == source, col(SourceHour.began_at) >= now - KEPT - HOUR
    )
    rows = session.exec(query).all()
    return [HourSeen(one.began_at, one.posts, one.watched_seconds) for one in rows]
