"""When a capture is tried again, and when a page is looked for again: pure rules."""

from datetime import datetime, timedelta

RECORD_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600))
"""Waits between tries of a record; the last one for as long as it takes: it is never given up."""
PAGE_WAITS = (
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""Waits between tries of a page; after the last one it stays as it is."""
LOOKS = (
    ("1 hour", timedelta(hours=1)),
    ("24 hours", timedelta(hours=24)),
    ("7 days", timedelta(days=7)),
    ("30 days", timedelta(days=30)),
)
"""When a page is looked for again after it was found."""
LOOK_WAITS = (timedelta(minutes=10), timedelta(minutes=10), timedelta(minutes=40))
"""Waits between tries of one look that brought no answer."""
_RANKS = ("", "failed", "blocked", "gone", "login wall", "partial", "complete")
_STAYS = frozenset({"complete", "login wall", "gone"})
"""What a page stays: trying again helps with none of these."""


def next_page_try(grade: str, tries: int, now: datetime) -> datetime | None:
    """When a page that came out as `grade` is tried again after `tries` tries; None for never."""
    if grade in _STAYS or tries > len(PAGE_WAITS):
        return None
    return now + PAGE_WAITS[max(tries, 1) - 1]


def next_record_try(tries: int, now: datetime) -> datetime:
    """When a record that could not be kept is tried again after `tries` tries."""
    return now + RECORD_WAITS[min(max(tries, 1), len(RECORD_WAITS)) - 1]


def is_better(grade: str, before: str) -> bool:
    """Whether a page's grade is better than the best one before, which may be none (empty)."""
    return _rank(grade) > _rank(before)


def next_look(since: datetime, done: int) -> datetime | None:
    """When a page found at `since` is looked for next, after `done` looks; None for never again."""
    return since + LOOKS[done][1] if done < len(LOOKS) else None


def look_due(since: datetime, done: int, now: datetime) -> int | None:
    """Which look is to be made now, by its number from 0; None when none is due.

    After a long standstill it is the latest one that is due: those before it can't be had any more.
    """
    due = [number for number in range(done, len(LOOKS)) if since + LOOKS[number][1] <= now]
    return due[-1] if due else None


def _rank(grade: str) -> int:
    return _RANKS.index(grade) if grade in _RANKS else 1
