"""`namewatch roster import`: the staff from a directory, shown first and written when asked to."""

import tempfile
from datetime import datetime
from pathlib import Path

from rich.console import Console as Terminal

from casework.audit import note
from console.set_up import People
from namewatch.casebook import database_of, read_home, who_acts
from namewatch.directories import roster_from
from namewatch.init import write_whole
from namewatch.people import look_at, roster_text, with_leavers
from namewatch.plain_text import shown
from namewatch.settings import Settings
from records.clock import utc_now
from records.database import transaction
from records.roster import read_roster

MOST_SHOWN = 20


def bring_in(directory: str, *, write: bool, by: str | None) -> bool:
    """Print what the list would change, and write it if asked to; whether it is good."""
    settings, held = read_home()
    actor = who_acts(settings, held, by, utc_now(), "roster import")[0] if write else ""
    day = datetime.now(held.organisation.calendar.zone).date()
    months = held.organisation.leavers_watched_months
    text = roster_from(settings, directory, held.roster)
    with tempfile.TemporaryDirectory(prefix=".roster-", dir=settings.home) as folder:
        file = Path(folder) / "roster.csv"
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
        people = look_at(file, held.roster, day, months, directory)
        terminal = Terminal(highlight=False, soft_wrap=True, markup=False)
        _show(terminal, people)
        if not people.usable:
            terminal.print("Nothing was changed. Put this right in the directory, and try again.")
            return False
        if not write:
            terminal.print("Nothing was changed; --write keeps it.")
            return True
        after = with_leavers(held.roster, read_roster(file), day, months)
    write_whole(settings.roster_file, roster_text(after))
    _note(settings, people, actor)
    terminal.print(f"Written to {settings.roster_file}; a running namewatch takes it up by itself.")
    return True


def _show(terminal: Terminal, people: People) -> None:
    terminal.print(f"People: {people.count}")
    lists = {
        "To put right": [
            f"{one.who}: {one.text}" if one.who else one.text for one in people.faults
        ],
        "Come": people.comes,
        "Are no longer there, and are watched on as leavers": people.goes,
        "Change": [f"{one.who}: {one.what}" for one in people.changes],
    }
    for title, lines in lists.items():
        if lines:
            terminal.print(f"{title}: {len(lines)}")
        for line in lines[:MOST_SHOWN]:
            terminal.print(f"  {shown(line)}")
        if len(lines) > MOST_SHOWN:
            terminal.print(f"  and {len(lines) - MOST_SHOWN} more")
    if people.week:
        terminal.print(people.week)


def _note(settings: Settings, people: People, actor: str) -> None:
    with transaction(database_of(settings)) as session:
        note(session, "roster imported", actor=actor, now=utc_now(), about=told_of(people))


def told_of(people: People) -> dict[str, object]:
    """What the audit trail keeps of a list: counts, no names."""
    return {
        "from": people.origin,
        "people": people.count,
        "come": len(people.comes),
        "go": len(people.goes),
        "change": len(people.changes),
    }
