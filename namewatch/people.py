"""Lists of staff before they are used: read with all their faults, compared, written."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

from console.set_up import Change, People, Remark, RowFault
from namewatch.roster_remarks import Staffing, in_a_week, remarks_on
from nlp.screening import is_watched
from records.errors import ConfigurationError
from records.roster import COLUMNS, Roster, StaffMember, read_roster

MOST_BYTES = 2_000_000
MOST_FAULTS = 50
"""So many are told; whoever has more puts these right first."""
NO_CSV = "this is no CSV file; save the list from your spreadsheet as “CSV UTF-8”."
_WORDS = {
    "full_name": "name",
    "known_as": "other names",
    "role_title": "job title",
    "slack_id": "Slack id",
    "teams_id": "Teams id",
    "line_manager": "line manager",
    "may_be_named": "may be named",
    "starts_on": "first day",
    "ends_on": "last day",
}
TEMPLATE = (
    f"{','.join(COLUMNS)}\n"
    "s001,Rosalind Quarrier,,Ombudsman,,rosalind.quarrier@seo.example,,,,,,yes,normal,,\n"
    "s002,Fiona MacLeod,Fi MacLeod;Fiona Munro,Complaints Reviewer,Investigations,"
    "fiona.macleod@seo.example,,,,rosalind.quarrier@seo.example,,no,normal,2024-02-01,\n"
)
"""A CSV file to fill in; the two people in it are invented."""


def look_at(file: Path, before: Roster | None, day: date, months: int, origin: str = "") -> People:
    """Everything there is to say of the list in `file`, which replaces `before`."""
    stamp = hashlib.sha256(file.read_bytes()).hexdigest()[:32]
    found: list[ConfigurationError] = []
    try:
        roster = read_roster(file, found)
    except ConfigurationError as fault:
        return People(stamp, 0, origin, (RowFault(fault.line, fault.sentence),))
    except csv.Error:
        return People(stamp, 0, origin, (RowFault(None, NO_CSV),))
    found += _without_manager(roster)
    names = {roster.lines[one]: roster[one].full_name for one in roster}
    told = (RowFault(one.line, one.sentence, names.get(one.line or 0, "")) for one in found)
    faults = sorted(told, key=_place)
    if faults:
        return People(stamp, len(roster), origin, tuple(faults[:MOST_FAULTS]))
    staffing = Staffing(roster, day, months)
    return People(
        stamp,
        len(roster),
        origin,
        comes=tuple(_shown(roster[one]) for one in roster if before is None or one not in before),
        goes=tuple(_shown(before[one]) for one in before or () if before and one not in roster),
        changes=tuple(_changes(before, roster)),
        remarks=tuple(_remarks(staffing)),
        week=in_a_week(staffing),
        first=before is None,
    )


def _place(fault: RowFault) -> int:
    return fault.line or 0


def _without_manager(roster: Roster) -> Iterator[ConfigurationError]:
    """All but the head of the body need one: the first without may be the head."""
    without = [one for one in roster.values() if not one.line_manager]
    led = {one.line_manager for one in roster.values()}
    heads = [one for one in without if one.staff_id in led] or without
    for one in without:
        if one.staff_id != heads[0].staff_id:
            yield ConfigurationError(
                f"{one.staff_id} has no line_manager; only the head of the body may have none.",
                line=roster.lines.get(one.staff_id),
            )


def _shown(member: StaffMember) -> str:
    return f"{member.full_name} ({member.staff_id})"


def _changes(before: Roster | None, after: Roster) -> Iterator[Change]:
    for staff_id, member in after.items():
        old = before.get(staff_id) if before else None
        if old is None or old == member:
            continue
        names = [one.name for one in fields(StaffMember)]
        other = [one for one in names if getattr(old, one) != getattr(member, one)]
        yield Change(_shown(member), ", ".join(_WORDS.get(one, one) for one in other))


def _remarks(staffing: Staffing) -> Iterator[Remark]:
    for one in remarks_on(staffing):
        who = tuple(_shown(staffing.roster[each]) for each in one.staff_ids)
        yield Remark(one.about, who, one.what, one.wanting)


def with_leavers(before: Roster, after: Roster, day: date, months: int) -> list[StaffMember]:
    """Everybody of `after`, and those of `before` who are missing there as people who have left.

    Their names are still watched for as long as the body says, and nobody tells them anything.
    """
    left = day - timedelta(days=1)
    gone = (
        replace(one, ends_on=min(one.ends_on, left) if one.ends_on else left)
        for staff_id, one in before.items()
        if staff_id not in after
    )
    return [*after.values(), *(one for one in gone if is_watched(one, day, months))]


def roster_text(members: Iterable[StaffMember]) -> str:
    """The members as roster.csv holds them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(chain((COLUMNS,), ([_cell(one, name) for name in COLUMNS] for one in members)))
    return text.getvalue()


def _cell(member: StaffMember, name: str) -> str:
    value = getattr(member, name)
    match value:
        case tuple():
            return ";".join(value)
        case bool():
            return "yes" if value else "no"
        case None:
            return ""
        case _:
            return str(value)
