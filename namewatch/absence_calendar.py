"""Absences out of a calendar (iCalendar, RFC 5545): a file, or an address that is asked hourly."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from dateutil.rrule import rrulestr
from icalendar import Calendar

from monitors.errors import SourceError
from monitors.web import ask, session
from records.errors import NamewatchError
from records.roster import Absence, Roster
from records.working_time import WorkingHours

MOST_BYTES = 5_000_000
DEADLINE_SECONDS = 20.0
MOST_EVENTS = 20_000
AHEAD = timedelta(days=400)
BEHIND = timedelta(days=31)
_OLDEST = date(2000, 1, 1)
_DAY = timedelta(days=1)
_TOO_OFTEN = re.compile("FREQ=(SECOND|MINUTE|HOUR)LY")


class CalendarError(NamewatchError):
    """A calendar of absences can't be read."""


@dataclass
class Read:
    """What a calendar says; `unmatched` counts events that can't be read or are of no staff."""

    absences: list[Absence] = field(default_factory=list)
    unmatched: int = 0


def fetch(title: str, address: str, of: requests.Session | None = None) -> bytes:
    """What lies at `address`, over https alone; raises CalendarError, which never tells it."""
    if not address.startswith("https://"):
        raise CalendarError(f"The address of {title} must begin with https://.")
    own = of or session(deadline_seconds=DEADLINE_SECONDS, most_bytes=MOST_BYTES)
    own.mount("http://", _NoPlainText())
    try:
        return ask(title, own, address).content
    except SourceError as fault:
        raise CalendarError(str(fault)) from None


class _NoPlainText(requests.adapters.BaseAdapter):
    """Also where an answer sends us elsewhere, nothing is asked without encryption."""

    def send(self, *_args: Any, **_options: Any) -> requests.Response:
        raise requests.exceptions.SSLError

    def close(self) -> None:
        """Holds nothing."""


def read_file(title: str, file: Path) -> bytes:
    """The file's content; raises CalendarError."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise CalendarError(f"The file of {title} is larger than it may be.")
        return file.read_bytes()
    except OSError as error:
        raise CalendarError(f"The file of {title} can't be read ({error.strerror}).") from None


def absences_in(
    title: str,
    content: bytes,
    roster: Roster,
    hours: WorkingHours,
    today: date,
    *,
    staff_id: str | None = None,
) -> Read:
    """Every whole working day away, from a month ago to a year ahead; raises CalendarError.

    With `staff_id` every event is that person's. Otherwise an event is of whoever attends or
    organises it by mail address, or whose staff_id or full name its title holds.
    """
    read, people = Read(), _People(roster)
    events = list(_events(title, content))
    moved = _moved(events, hours)
    for event in events:
        if not _means_away(event):
            continue
        who = (staff_id,) if staff_id else people.of(event)
        try:
            span = today - BEHIND, today + AHEAD
            days = list(_days(event, hours, *span, moved.get(str(event.get("UID")), set())))
        except Exception:  # noqa: BLE001 - one odd event must not hide who else is away
            read.unmatched += 1
            continue
        read.unmatched += bool(days and not who)
        read.absences += [Absence(one, *span) for one in who for span in days]
    return read


def _events(title: str, content: bytes) -> Iterator[Any]:
    try:
        calendars = Calendar.from_ical(content, multiple=True)
    except Exception:  # noqa: BLE001 - whatever the library finds wrong, it is no calendar
        calendars = []
    if not calendars:  # an empty answer must not bring back everybody who is away
        raise CalendarError(f"What {title} holds is no calendar.")
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if len(events) > MOST_EVENTS:
        raise CalendarError(f"{title} holds more events than it may.")
    yield from events


def _moved(events: Iterable[Any], hours: WorkingHours) -> dict[str, set[datetime]]:
    """For each event that repeats, the beginnings that another event stands in for."""
    moved: dict[str, set[datetime]] = defaultdict(set)
    for event in events:
        with suppress(AttributeError, ValueError):
            if instead := event.get("RECURRENCE-ID"):
                moved[str(event.get("UID"))].add(_local(instead.dt, hours))
    return moved


def _means_away(event: Any) -> bool:
    """Whether it stands, and is not shown as free or as merely busy."""
    status = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "OOF"))
    return (
        str(event.get("STATUS", "")) != "CANCELLED"
        and str(event.get("TRANSP", "OPAQUE")) != "TRANSPARENT"
        and status == "OOF"
    )


class _People:
    """Whom an event of a shared calendar is of."""

    def __init__(self, roster: Roster) -> None:
        self._by_mail = {one.email.casefold(): one.staff_id for one in roster.values() if one.email}
        self._by_words = {
            one.staff_id: re.compile(
                rf"\b(?:{re.escape(one.staff_id)}|{re.escape(one.full_name)})\b", re.IGNORECASE
            )
            for one in roster.values()
        }

    def of(self, event: Any) -> tuple[str, ...]:
        addresses = [*_several(event.get("ATTENDEE")), *_several(event.get("ORGANIZER"))]
        mails = [str(one).casefold().removeprefix("mailto:") for one in addresses]
        if found := dict.fromkeys(self._by_mail[one] for one in mails if one in self._by_mail):
            return tuple(found)
        summary = str(event.get("SUMMARY", ""))
        return tuple(one for one, words in self._by_words.items() if words.search(summary))


def _several(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _days(
    event: Any, hours: WorkingHours, first: date, last: date, moved: set[datetime]
) -> Iterator[tuple[date, date]]:
    """The spans of whole days away that touch `first` to `last`."""
    begins, ends = _local(event.start, hours), _local(event.end, hours)
    length = ends - begins
    for start in _beginnings(event, begins, hours, first - length, last):
        if start in moved and event.get("RRULE") is not None:
            continue
        span = _whole_days(start, start + length, hours)
        if span and span[0] <= last and first <= span[1]:
            yield span


def _local(moment: date | datetime, hours: WorkingHours) -> datetime:
    """On the clock of the body; a day begins at midnight."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, datetime.min.time())
    return moment.astimezone(hours.zone).replace(tzinfo=None) if moment.tzinfo else moment


def _beginnings(
    event: Any, begins: datetime, hours: WorkingHours, first: date, last: date
) -> Iterator[datetime]:
    rule = event.get("RRULE")
    if rule is None:
        yield begins
        return
    text = re.sub(r"UNTIL=(\d{8})[T\dZ]*", r"UNTIL=\1T235959", rule.to_ical().decode())
    if _TOO_OFTEN.search(text) or begins.date() < _OLDEST:
        return
    left_out = {_local(one.dt, hours) for some in _several(event.get("EXDATE")) for one in some.dts}
    start = datetime.combine(first, datetime.min.time())
    end = datetime.combine(last, datetime.max.time())
    for moment in rrulestr(text, dtstart=begins).between(start, end, inc=True):
        if moment not in left_out:
            yield moment


def _whole_days(start: datetime, end: datetime, hours: WorkingHours) -> tuple[date, date] | None:
    """The days on which the body's whole working time is covered."""
    first = start.date() if start.time() <= hours.opens else start.date() + _DAY
    last = end.date() if end.time() >= hours.closes else end.date() - _DAY
    return (first, last) if first <= last else None
