"""The calendars among the settings: read them, keep what they say, tell which can't be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from namewatch.absence_calendar import CalendarError, Read, absences_in, fetch, read_file
from namewatch.absences import forget_calendars, keep_from_calendar
from namewatch.settings import CalendarSettings
from records.organisation import Organisation
from records.roster import Roster


@dataclass(frozen=True, slots=True)
class Looked:
    """What reading one calendar brought: the sentence if it failed, else what it holds."""

    name: str
    fault: str | None = None
    read: Read | None = None


def look(
    home: Path,
    calendars: tuple[CalendarSettings, ...],
    organisation: Organisation,
    roster: Roster,
    today: date,
) -> Iterator[Looked]:
    """Read each calendar and keep what it says; what can't be read keeps what it said last."""
    names = [f"calendar-{number}" for number in range(1, len(calendars) + 1)]
    forget_calendars(home, names)
    for name, calendar in zip(names, calendars, strict=True):
        try:
            read = _read(name, home, calendar, organisation, roster, today)
        except CalendarError as fault:
            yield Looked(name, str(fault))
        else:
            keep_from_calendar(home, name, read.absences)
            yield Looked(name, read=read)


def _read(
    name: str,
    home: Path,
    calendar: CalendarSettings,
    organisation: Organisation,
    roster: Roster,
    today: date,
) -> Read:
    if calendar.staff_id and calendar.staff_id not in roster:
        raise CalendarError(f"{calendar.staff_id}, whose calendar {name} is, is not in the roster.")
    if calendar.file:
        content = read_file(name, home / calendar.file)
    else:
        assert calendar.address is not None
        content = fetch(name, calendar.address.get_secret_value())
    hours = organisation.calendar
    return absences_in(name, content, roster, hours, today, staff_id=calendar.staff_id)
