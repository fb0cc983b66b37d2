"""What a sweep has found, for people: counts, never a name or a post."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from rich.console import Console as Terminal
from rich.table import Table

from records.finding import Disposition, Severity
from records.sweep_place import SweepPlace
from workflows.services import Services

_WEEK = timedelta(weeks=1)
_LEAST = timedelta(hours=1)
"""Nothing is reckoned up from less than that."""
_HOURS_A_DAY = 24
_MINUTE = "%d %b %Y %H:%M"


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one source or file; `place` is None when it can't look back."""

    title: str
    place: SweepPlace | None
    fault: str | None = None
    read_before: bool = False
    reads_back: timedelta | None = None


def report(parts: Sequence[Part], services: Services, *, interrupted: bool) -> bool:
    """Print it; whether every part was read without a fault and without a bad line."""
    terminal = Terminal(highlight=False, soft_wrap=True)
    zone = services.organisation.calendar.zone
    table = Table("", "posts", "published from", "until", "alert", "review", "unread", box=None)
    swept = [part for part in parts if part.place]
    for part in swept:
        assert part.place
        found = by_disposition(part.place)
        table.add_row(
            part.title,
            f"{part.place.posts:,}",
            *(
                f"{at.astimezone(zone):{_MINUTE}}" if at else "unknown"
                for at in (part.place.oldest, part.place.newest)
            ),
            str(found["alert"]),
            str(found["review"]),
            str(part.place.unread),
        )
    if swept:
        terminal.print(table)
    for line in (*_found(swept), *_estimate(swept, services), *_remarks(parts, zone)):
        terminal.print(line, markup=False)
    if interrupted:
        terminal.print("Interrupted; the same command goes on from here.")
    terminal.print("This was a dry run: nobody was told and no incident was opened.")
    return not any(part.fault or (part.place and part.place.unread) for part in parts)


def by_disposition(place: SweepPlace) -> Counter[str]:
    """How many would have alerted, waited for triage, or nothing."""
    found: Counter[str] = Counter()
    for kind, count in place.found.items():
        found[kind.split()[0]] += count
    return found


def _found(parts: Sequence[Part]) -> list[str]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part.place.found if part.place else {})
    lines = []
    for disposition in get_args(Disposition)[:-1]:
        kinds = [
            f"{severity} {total[f'{disposition} {severity}']}"
            for severity in get_args(Severity)
            if total[f"{disposition} {severity}"]
        ]
        lines.append(f"{_WORDS[disposition]}: {', '.join(kinds) or 'none'}")
    known = sum(part.place.known for part in parts if part.place)
    pictures = sum(part.place.pictures for part in parts if part.place)
    if known:
        lines.append(f"Of these, {known} had been kept before.")
    if pictures:
        lines.append(f"Posts with pictures that a sweep does not read: {pictures}")
    return lines


_WORDS = {"alert": "Would have alerted", "review": "Would have waited for triage"}


def _estimate(parts: Sequence[Part], services: Services) -> list[str]:
    """How many posts that alert a week would bring, by what was read of each part."""
    rates = {part.title: rate for part in parts if (rate := a_week(part)) is not None}
    if not rates:
        return ["Too little time was read to estimate alerts a week."]
    hours = round(services.pack.joins_within.span.total_seconds() / 3600)
    joins = f"{hours // _HOURS_A_DAY} days" if hours >= 2 * _HOURS_A_DAY else f"{hours} hours"
    each = f" ({', '.join(f'{title} {rate:.1f}' for title, rate in rates.items())})"
    estimate = f"Estimate: {sum(rates.values()):.1f} posts a week that alert"
    incident = (
        f"Posts about the same person within {joins} are one incident, which is told of"
        " no more than once an hour unless it becomes graver."
    )
    return [f"{estimate}{each if len(rates) > 1 else ''}. {incident}"]


def a_week(part: Part) -> float | None:
    """Alerts a week in the time that was read; None if that is not known or too short."""
    place = part.place
    span = _span(part)
    if place is None or span is None or span < _LEAST:
        return None
    return by_disposition(place)["alert"] * (_WEEK / span)


def _span(part: Part) -> timedelta | None:
    place = part.place
    if place is None or place.oldest is None or place.newest is None:
        return None
    if place.since is None:
        return place.newest - place.oldest
    until = place.updated_at if place.done_at else place.newest
    return until - max(place.since, min(place.oldest, _edge(part, place.since)))


def _edge(part: Part, since: datetime) -> datetime:
    """How far back the platform gives everything; what it gave of before then is more."""
    if part.place is None or part.reads_back is None:
        return datetime.max.replace(tzinfo=since.tzinfo)
    began = part.place.began_at
    return began - min(part.reads_back, began - since)


def _remarks(parts: Sequence[Part], zone: ZoneInfo) -> list[str]:
    lines = []
    for part in parts:
        if part.place is None:
            lines.append(f"{part.title}: can't look back; it was not swept.")
            continue
        if part.read_before:
            lines.append(f"{part.title}: was read before; --anew reads it again.")
        if part.fault:
            lines.append(f"{part.title}: {part.fault}")
        if part.place.since and not part.read_before:
            lines += _how_far(part, part.place)
        lines += _missed(part.title, part.place, zone)
        if part.place.unread:
            lines.append(f"{part.title}: {part.place.unread} could not be understood.")
    return lines


def _missed(title: str, place: SweepPlace, zone: ZoneInfo) -> list[str]:
    """One line for each reason that the platform had, which it may give for many times."""
    lines = []
    for why, (first, last, parts) in place.missed.items():
        began, ended = datetime.fromisoformat(str(first)), datetime.fromisoformat(str(last))
        what = "a part of what" if int(parts) > 1 else "what"
        between = (
            f"between {began.astimezone(zone):{_MINUTE}} and {ended.astimezone(zone):{_MINUTE}}"
        )
        lines.append(f"{title}: {what} was said {between} can't be had back. {why}")
    return lines


def _how_far(part: Part, place: SweepPlace) -> list[str]:
    assert place.since
    asked = place.began_at - place.since
    if place.oldest is None:
        return [f"{part.title}: gave no post of the time asked for."]
    if part.reads_back is not None and part.reads_back < asked - _LEAST:
        full, oldest = _told(part.reads_back), _told(place.began_at - place.oldest)
        return [
            f"{part.title}: gives the last {full} in full; the oldest that came is {oldest} old."
        ]
    return []


def _told(span: timedelta) -> str:
    hours = round(span.total_seconds() / 3600)
    return f"{hours} hours" if hours < 3 * _HOURS_A_DAY else f"{hours // _HOURS_A_DAY} days"
