"""What `namewatch absence` does."""

from datetime import date, datetime

from rich.console import Console as Terminal
from rich.table import Table

from casework.audit import note
from namewatch.absences import add_by_hand, all_told, remove_by_hand
from namewatch.calendars import look
from namewatch.casebook import database_of, read_home, who_acts
from namewatch.configuration import Configuration
from namewatch.settings import Settings
from records.clock import utc_now
from records.database import transaction
from records.errors import NamewatchError
from records.roster import Absence


def add(staff_id: str, away_from: date, until: date, by: str | None) -> str:
    """Write it down in the name of `by`; returns what to say."""
    settings, held = read_home()
    if staff_id not in held.roster:
        raise NamewatchError(f"{staff_id} is not in the roster.")
    if until < away_from:
        raise NamewatchError("the last day is before the first.")
    actor, _ = who_acts(settings, held, by, utc_now(), "absence add")
    absence = Absence(staff_id, away_from, until)
    if not add_by_hand(settings.home, absence, held.roster):
        return f"{_words(absence)}: this had been said before; nothing was changed."
    _note(settings, "absence added", actor, absence)
    return f"{_words(absence)}. Others are told in their place."


def remove(staff_id: str, away_from: date, until: date, by: str | None) -> str:
    """Take it back in the name of `by`; raises NamewatchError when it was not said by hand."""
    settings, held = read_home()
    actor, _ = who_acts(settings, held, by, utc_now(), "absence remove")
    absence = Absence(staff_id, away_from, until)
    if not remove_by_hand(settings.home, absence, held.roster):
        raise NamewatchError(
            f"{_words(absence)}: nobody has said so by hand; `namewatch absence list` shows all."
        )
    _note(settings, "absence removed", actor, absence)
    return f"{_words(absence)}: taken back."


def _words(absence: Absence) -> str:
    span = f"on {absence.away_from}"
    if absence.until != absence.away_from:
        span = f"from {absence.away_from} to {absence.until}"
    return f"{absence.staff_id} is away {span}"


def _note(settings: Settings, action: str, actor: str, absence: Absence) -> None:
    about = {
        "staff_id": absence.staff_id,
        "from": absence.away_from.isoformat(),
        "until": absence.until.isoformat(),
    }
    with transaction(database_of(settings)) as session:
        note(session, action, actor=actor, now=utc_now(), about=about)


def print_list() -> None:
    """A table of who is away from today on."""
    settings, held = read_home()
    today = _today(held)
    table = Table("who", "from", "until", "said by", box=None)
    told = all_told(held.roster, settings.roster_file)
    for one in sorted(told, key=lambda each: each.absence.away_from):
        away = one.absence
        if away.until >= today:
            span = away.away_from.isoformat(), away.until.isoformat()
            table.add_row(away.staff_id, *span, one.origin)
    terminal = Terminal(highlight=False)
    terminal.print(table if table.row_count else "Nobody is away.")


def read_calendars() -> int:
    """Read each calendar, say what it holds, and return how many could not be read."""
    settings, held = read_home()
    terminal = Terminal(highlight=False, soft_wrap=True, markup=False)
    faults = 0
    for one in look(
        settings.home, settings.calendars, held.organisation, held.roster, _today(held)
    ):
        faults += one.fault is not None
        read = one.read
        held_back = f"; events passed over: {read.unmatched}" if read else ""
        said = one.fault or f"{len(read.absences) if read else 0} absences{held_back}."
        terminal.print(f"{one.name}: {said}")
    if not settings.calendars:
        terminal.print("No calendar is set up; see [[calendars]] in docs/reference/settings.md.")
    return faults


def _today(held: Configuration) -> date:
    return datetime.now(held.organisation.calendar.zone).date()
