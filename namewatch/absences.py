"""Who is away, from all there is: absences.csv, what was said by hand, and calendars."""

import csv
import fcntl
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from records.errors import ConfigurationError
from records.roster import Absence, Roster, read_absences

BY_HAND = "by-hand"
_HEADER = ("staff_id", "away_from", "until")


@dataclass(frozen=True, slots=True)
class Told:
    """An absence, and where it is from: "absences.csv", "by-hand" or a calendar's name."""

    absence: Absence
    origin: str


def folder_beside(roster_file: Path) -> Path:
    """Where namewatch itself keeps absences, one file for each origin."""
    return roster_file.parent / "absences"


def all_told(roster: Roster, roster_file: Path) -> Iterator[Told]:
    """Every absence from every origin; raises ConfigurationError for a fault in absences.csv."""
    own = roster_file.parent / "absences.csv"
    if own.exists():
        yield from (Told(one, own.name) for one in read_absences(own, roster))
    folder = folder_beside(roster_file)
    for file in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        yield from (Told(one, file.stem) for one in read_absences(file, roster, strangers=True))


def add_by_hand(home: Path, absence: Absence, roster: Roster) -> bool:
    """Write it down; whether it was news."""
    with _by_hand(home, roster) as told:
        if absence in told:
            return False
        told.append(absence)
    return True


def remove_by_hand(home: Path, absence: Absence, roster: Roster) -> bool:
    """Take it away again; whether it was there."""
    with _by_hand(home, roster) as told:
        if absence not in told:
            return False
        told.remove(absence)
    return True


@contextmanager
def _by_hand(home: Path, roster: Roster) -> Iterator[list[Absence]]:
    folder = _folder(home)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = folder / f"{BY_HAND}.csv"
        told = list(read_absences(file, roster, strangers=True)) if file.exists() else []
        yield told
        _write(file, told)


def keep_from_calendar(home: Path, name: str, absences: Iterable[Absence]) -> bool:
    """Keep what a calendar says, so that it holds when it can't be read; whether it is news."""
    file = _folder(home) / f"{name}.csv"
    before = file.read_bytes() if file.exists() else None
    _write(file, sorted(set(absences), key=lambda one: (one.staff_id, one.away_from, one.until)))
    return file.read_bytes() != before


def forget_calendars(home: Path, but: Iterable[str]) -> None:
    """Leave out what calendars said that are no longer among the settings."""
    folder = folder_beside(home / "roster.csv")
    for file in folder.glob("calendar-*.csv"):
        if file.stem not in set(but):
            file.unlink(missing_ok=True)


def _folder(home: Path) -> Path:
    folder = folder_beside(home / "roster.csv")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"this folder can't be made ({error.strerror}).", file=folder
        ) from None
    return folder


def _write(file: Path, absences: Iterable[Absence]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows((one.staff_id, one.away_from, one.until) for one in absences)
    content = text.getvalue().encode()
    if file.exists() and file.read_bytes() == content:
        return
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_bytes(content)
    part.replace(file)
