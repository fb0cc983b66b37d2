"""Whether the places that are watched are being checked, as the ledger of coverage has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from monitors.status import State
from records.watching import CoverageGap, GapState, SourceWatch

CHECKED_WITHIN = timedelta(minutes=10)
NOT_RUNNING = "Whatever watches it is not running."
_MOST_GAPS = 50


@dataclass(frozen=True, slots=True)
class Place:
    """One place: whether it is well, and if not, since when and why, in sentences of ours."""

    title: str
    well: bool
    since: datetime | None = None
    """When it was last checked; None if it never was."""
    why: str = ""
    doubt: str = ""
    """Why it may be deaf although it answers."""
    partly: bool = False
    """Whether only a part of it can't be read."""
    state: str = ""
    event_at: datetime | None = None
    posts: int = 0
    kept: int = 0
    unread: int = 0
    budget: str = ""


def places(session: Session, titles: Sequence[str] | None, now: datetime) -> list[Place]:
    """Every place that is set, in order; without `titles` every one that was ever watched."""
    rows = session.exec(select(SourceWatch).order_by(col(SourceWatch.source))).all()
    watched = {one.source: one for one in rows}
    return [_place(one, watched.get(one), now) for one in (watched if titles is None else titles)]


def gaps(session: Session, titles: Sequence[str] | None) -> list[CoverageGap]:
    """The newest times in which a place was not watched and that were not read back."""
    query = (
        select(CoverageGap)
        .where(CoverageGap.state != GapState.CLOSED.value)
        .order_by(col(CoverageGap.began_at).desc())
        .limit(_MOST_GAPS)
    )
    return [one for one in session.exec(query) if titles is None or one.source in titles]


def _place(title: str, watch: SourceWatch | None, now: datetime) -> Place:
    if watch is None:
        return Place(title, well=False, why="It has not been checked yet.")
    if _never(watch):
        return Place(title, well=False, why=watch.sentence, state=watch.state)
    lately = watch.alive_at > now - CHECKED_WITHIN
    done = watch.state == State.FINISHED
    asleep = watch.state == State.WATCHING and not lately
    return Place(
        title=title,
        well=(done or lately) and not watch.trouble and not watch.doubt,
        since=watch.alive_at,
        why=NOT_RUNNING if asleep else watch.trouble or watch.sentence,
        doubt=watch.doubt if lately else "",
        partly=bool(watch.trouble) and lately,
        state=watch.state,
        event_at=watch.event_at,
        posts=watch.posts,
        kept=watch.candidates,
        unread=watch.unread,
        budget=watch.budget,
    )


def _never(watch: SourceWatch) -> bool:
    """Whether it was tried but could not be read even once; its row begins with the first try."""
    read = watch.state in (State.WATCHING, State.FINISHED)
    return not read and watch.alive_at == watch.first_watched_at
