"""The body's staff, read from roster.csv (docs/reference/contracts.md)."""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal, cast

from records.errors import ConfigurationError

COLUMNS = (
    "staff_id",
    "full_name",
    "known_as",
    "role_title",
    "team",
    "email",
    "slack_id",
    "phone",
    "teams_id",
    "line_manager",
    "handles",
    "may_be_named",
    "watch",
    "starts_on",
    "ends_on",
)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One row of the roster."""

    staff_id: str
    full_name: str
    known_as: tuple[str, ...] = ()
    role_title: str = ""
    team: str = ""
    email: str = ""
    slack_id: str = ""
    phone: str = ""
    teams_id: str = ""
    line_manager: str = ""
    handles: tuple[str, ...] = ()
    may_be_named: bool = False
    watch: Literal["normal", "raised"] = "normal"
    starts_on: date | None = None
    ends_on: date | None = None

    def works_on(self, day: date) -> bool:
        """Whether this person is employed on `day`."""
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away from `away_from` to `until`, both days included."""

    staff_id: str
    away_from: date
    until: date


@dataclass(frozen=True)
class Roster(Mapping[str, StaffMember]):
    """All staff by id, in the order of the file, with who is away when."""

    members: Mapping[str, StaffMember]
    absences: tuple[Absence, ...] = ()
    file: Path | None = field(default=None, compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    def __getitem__(self, staff_id: str) -> StaffMember:
        return self.members[staff_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def employs(self, staff_id: str, day: date) -> bool:
        """Whether this person is in the roster and employed on `day`."""
        member = self.members.get(staff_id)
        return member is not None and member.works_on(day)

    def available(self, staff_id: str, day: date) -> bool:
        """Whether this person is employed and not away on `day`."""
        return self.employs(staff_id, day) and not any(
            away.staff_id == staff_id and away.away_from <= day <= away.until
            for away in self.absences
        )


def roster_of(members: Iterable[StaffMember], absences: Iterable[Absence] = ()) -> Roster:
    """A roster made in code, without a file behind it."""
    return Roster({member.staff_id: member for member in members}, tuple(absences))


def read_roster(file: Path, faults: list[ConfigurationError] | None = None) -> Roster:
    """Read and check roster.csv; raises ConfigurationError with file and line.

    With `faults` a row that is wrong is left out and its fault put there, so that all of them can
    be told at once; what is wrong with the file as a whole is still raised.

    The head of the body is the one row without a line manager that heads the others; the
    organisation file names the head, so that check is made in `records.organisation`.
    """
    members: dict[str, StaffMember] = {}
    lines: dict[str, int] = {}
    spoken_of: set[str] = set()
    for line, row in _rows(file, COLUMNS, required=("staff_id", "full_name"), faults=faults):
        spoken_of.add(row["staff_id"])
        try:
            member = _member(row, file, line)
            _check_once(member, lines, file, line)
        except ConfigurationError as fault:
            _tell(fault, faults)
            continue
        members[member.staff_id] = member
        lines[member.staff_id] = line
    if not members and not faults:
        raise ConfigurationError(
            "there is nobody in the roster; add a row for each person.", file=file
        )
    roster = Roster(_with_manager_ids(members), file=file, lines=lines)
    for wrong in _manager_faults(roster, spoken_of):
        _tell(wrong, faults)
    return roster


def _with_manager_ids(members: Mapping[str, StaffMember]) -> dict[str, StaffMember]:
    """Everybody, with an id where the line manager was given by e-mail address."""
    ids = {one.email.casefold(): one.staff_id for one in members.values() if one.email}

    def with_id(one: StaffMember) -> StaffMember:
        found = ids.get(one.line_manager.casefold())
        return (
            replace(one, line_manager=found) if found and one.line_manager not in members else one
        )

    return {staff_id: with_id(one) for staff_id, one in members.items()}


def _tell(fault: ConfigurationError, faults: list[ConfigurationError] | None) -> None:
    if faults is None:
        raise fault
    faults.append(fault)


def _check_once(member: StaffMember, lines: Mapping[str, int], file: Path, line: int) -> None:
    if member.staff_id in lines:
        raise ConfigurationError(
            f"staff_id {member.staff_id} stands twice (first on line {lines[member.staff_id]});"
            " give each person an id of their own.",
            file=file,
            line=line,
        )


def read_absences(file: Path, roster: Roster, *, strangers: bool = False) -> tuple[Absence, ...]:
    """Read absences.csv (staff_id, away_from, until); raises ConfigurationError.

    With `strangers`, rows of people who are not in the roster (any more) are passed over.
    """
    columns = ("staff_id", "away_from", "until")
    absences = []
    for line, row in _rows(file, columns, required=columns):
        if row["staff_id"] not in roster and strangers:
            continue
        if row["staff_id"] not in roster:
            raise ConfigurationError(
                f"staff_id {row['staff_id']} is not in the roster.", file=file, line=line
            )
        away_from = _day(row["away_from"], "away_from", file, line)
        until = _day(row["until"], "until", file, line)
        if away_from is None or until is None or until < away_from:
            raise ConfigurationError("until is before away_from.", file=file, line=line)
        absences.append(Absence(row["staff_id"], away_from, until))
    return tuple(absences)


def _rows(
    file: Path,
    columns: tuple[str, ...],
    *,
    required: tuple[str, ...],
    faults: list[ConfigurationError] | None = None,
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, row with every column of `columns`, stripped)."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(
            "this file is missing; `namewatch init` writes a commented one.", file=file
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"this file can't be read ({error.strerror}).", file=file
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(
            "this file is not UTF-8; save it as UTF-8 CSV.", file=file
        ) from None
    kept = [
        (number, line)
        for number, line in enumerate(io.StringIO(text, newline=None), start=1)
        if line.strip() and not line.startswith("#")
    ]
    reader = csv.reader(line for _, line in kept)
    header: list[str] | None = None
    for cells in reader:
        number = kept[reader.line_num - 1][0]
        if header is None:
            header = [cell.strip() for cell in cells]
            _check_header(header, columns, required, file, number)
        elif len(cells) > len(header):
            too_many = (
                f"this row has {len(cells)} cells and the header {len(header)}; put cells that"
                " hold a comma in double quotes."
            )
            _tell(ConfigurationError(too_many, file=file, line=number), faults)
        else:
            row = dict.fromkeys(columns, "")
            row.update(zip(header, (cell.strip() for cell in cells), strict=False))
            empty = next((name for name in required if not row[name]), None)
            if empty:
                _tell(ConfigurationError(f"{empty} is empty.", file=file, line=number), faults)
            else:
                yield number, row


def _check_header(
    header: list[str], columns: tuple[str, ...], required: tuple[str, ...], file: Path, line: int
) -> None:
    for name in header:
        if name not in columns:
            raise ConfigurationError(
                f'unknown column "{name}"; the columns are {", ".join(columns)}.',
                file=file,
                line=line,
            )
        if header.count(name) > 1:
            raise ConfigurationError(f"column {name} stands twice.", file=file, line=line)
    for name in required:
        if name not in header:
            raise ConfigurationError(f"column {name} is missing.", file=file, line=line)


def _member(row: dict[str, str], file: Path, line: int) -> StaffMember:
    may_be_named = row["may_be_named"].lower() or "no"
    if may_be_named not in ("yes", "no"):
        raise ConfigurationError("may_be_named must be yes or no.", file=file, line=line)
    watch = row["watch"].lower() or "normal"
    if watch not in ("normal", "raised"):
        raise ConfigurationError("watch must be normal or raised.", file=file, line=line)
    return StaffMember(
        staff_id=row["staff_id"],
        full_name=row["full_name"],
        known_as=_several(row["known_as"]),
        role_title=row["role_title"],
        team=row["team"],
        email=row["email"],
        slack_id=row["slack_id"],
        phone=row["phone"],
        teams_id=row["teams_id"],
        line_manager=row["line_manager"],
        handles=_several(row["handles"]),
        may_be_named=may_be_named == "yes",
        watch=cast("Literal['normal', 'raised']", watch),
        starts_on=_day(row["starts_on"], "starts_on", file, line),
        ends_on=_day(row["ends_on"], "ends_on", file, line),
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part for piece in cell.split(";") if (part := piece.strip()))


def _day(cell: str, column: str, file: Path, line: int) -> date | None:
    try:
        return date.fromisoformat(cell) if cell else None
    except ValueError:
        raise ConfigurationError(
            f"{column} is no date; write it as 2026-11-21.", file=file, line=line
        ) from None


def _manager_faults(roster: Roster, spoken_of: Collection[str]) -> Iterator[ConfigurationError]:
    """Every line manager is in the roster, and nobody is their own manager's manager.

    `spoken_of` are all who have a row, be it a wrong one: they aren't missing.
    """
    in_a_circle: set[str] = set()
    for member in roster.values():
        line = roster.lines[member.staff_id]
        if member.line_manager and member.line_manager not in spoken_of:
            yield ConfigurationError(
                f"line_manager {member.line_manager} of {member.staff_id} is not in the roster;"
                " add that person or correct the id.",
                file=roster.file,
                line=line,
            )
        circle = _circle(roster, member)
        if circle and not in_a_circle.intersection(circle):
            in_a_circle.update(circle)
            yield ConfigurationError(
                f"line managers go round in a circle: {' → '.join(circle)};"
                " correct one line_manager.",
                file=roster.file,
                line=line,
            )


def _circle(roster: Roster, member: StaffMember) -> list[str]:
    """The way up from somebody to where it comes back to itself; empty if it ends."""
    seen = [member.staff_id]
    above = member.line_manager
    while above:
        if above in seen:
            return [*seen, above]
        seen.append(above)
        above = roster[above].line_manager if above in roster else ""
    return []
