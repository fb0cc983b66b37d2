"""`namewatch coverage`: what was watched, and what was not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Console as Terminal
from sqlmodel import Session, col, select

from monitors.status import State
from namewatch.casebook import database_of, read_home
from records.clock import utc_now
from records.database import reading
from records.watching import CoverageGap, GapState, SourceWatch

MOST_GAPS = 100
FRESH = timedelta(minutes=1)


def print_coverage() -> bool:
    """Print the ledger; True if every source is being watched, or was read to its end."""
    settings, configuration = read_home()
    zone = configuration.organisation.calendar.zone
    terminal = Terminal(highlight=False, soft_wrap=True)
    with reading(database_of(settings)) as session:
        watches = session.exec(select(SourceWatch).order_by(col(SourceWatch.source))).all()
        gaps = _newest(session)
    now = utc_now()
    for watch in watches:
        terminal.print(_source(watch, now, zone))
    if not watches:
        terminal.print("Nothing was ever watched.")
    terminal.print("Not watched, the newest first:" if gaps else "No time is known as not watched.")
    for gap in gaps:
        terminal.print(_gap(gap, zone))
    if len(gaps) == MOST_GAPS:
        terminal.print(f"  These are the newest {MOST_GAPS}.")
    return bool(watches) and all(_well(watch, now) for watch in watches)


def _newest(session: Session) -> Sequence[CoverageGap]:
    query = select(CoverageGap).order_by(col(CoverageGap.began_at).desc()).limit(MOST_GAPS)
    return session.exec(query).all()


def _well(watch: SourceWatch, now: datetime) -> bool:
    if watch.state == State.FINISHED:
        return True
    return watch.state == State.WATCHING and now - watch.alive_at < FRESH


def _sentence(watch: SourceWatch, now: datetime) -> str:
    if watch.state == State.WATCHING and not _well(watch, now):
        return "namewatch is not running."
    return watch.sentence


def _source(watch: SourceWatch, now: datetime, zone: ZoneInfo) -> str:
    state = "[green]watched[/]" if _well(watch, now) else "[red]not watched[/]"
    if watch.state == State.FINISHED:
        state = "[green]read to its end[/]"
    last = f"the last came {_shown(watch.event_at, zone)}" if watch.event_at else "none has come"
    lines = [
        f"[bold]{watch.source}[/]: {state}. {_sentence(watch, now)}",
        f"  one of the sources since {_shown(watch.first_watched_at, zone)}",
        f"  posts {watch.posts} ({last}), kept {watch.candidates}, unreadable {watch.unread}",
    ]
    said = [watch.trouble, f"[yellow]{watch.doubt}[/]" if watch.doubt else "", watch.budget]
    return "\n".join(lines + [f"  {one}" for one in said if one])


def _gap(gap: CoverageGap, zone: ZoneInfo) -> str:
    until = f"until {_shown(gap.ended_at, zone)}" if gap.ended_at else "until now"
    state = "still not watched" if gap.state == GapState.OPEN else gap.state
    source = f"a part of {gap.source}" if gap.part else gap.source
    return f"  {source}: from {_shown(gap.began_at, zone)} {until}: {state}. {gap.reason}"


def _shown(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d %b %Y %H:%M:%S}"
