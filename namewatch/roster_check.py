"""`namewatch roster check`: what to know about the staff list before watching for its people."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path

from rich.console import Console as Terminal
from rich.table import Table
from rich.text import Text

from namewatch.configuration import configuration_of
from namewatch.plain_text import shown
from namewatch.roster_remarks import Remark, Staffing, in_a_week, remarks_on
from records.organisation import Organisation
from records.roster import Roster, read_absences, read_roster

_MONTHS: int = Organisation.model_fields["leavers_watched_months"].default
_MEANINGS = {
    "no address": "would be told, and can't be.",
    "no line manager": "give --organisation to check who the head of the body is.",
    "not at work": "others are told instead, as the policy says.",
    "common name": "passed over unless something in the post speaks for this person.",
    "common elsewhere": "others bear this name; an estimate (docs/reference/roster-check.md).",
    "shared address": "one would read what is meant for the other.",
    "shared name": "may mean any of them: possible only, unless the post says who.",
    "may be named": "being named alone is no incident.",
    "watch raised": "looked at more closely.",
}


def check(roster_file: Path, organisation_file: Path | None) -> int:
    """Print what there is to know; return how many things have to be put right."""
    staffing = _read(roster_file, organisation_file)
    remarks = tuple(remarks_on(staffing))
    wanting = sum(one.wanting for one in remarks)
    terminal = Terminal(highlight=False)
    watched = len(staffing.watched)
    terminal.print(f"In the roster: {len(staffing.roster)} · watched for: {watched}")
    if not staffing.roles:
        terminal.print("Roles are not checked without --organisation.", style="dim")
    if remarks:
        terminal.print(_table(remarks, staffing.roster))
    terminal.print(in_a_week(staffing), style="dim")
    terminal.print(f"To put right: {wanting}" if wanting else "Nothing has to be put right.")
    return wanting


def _table(remarks: Iterable[Remark], roster: Roster) -> Table:
    table = Table("about", "who", "what", box=None, pad_edge=False)
    for about, group in groupby(remarks, key=lambda one: one.about):
        table.add_row(Text(about, "bold"), "", Text(_MEANINGS.get(about, ""), "dim"))
        for one in group:
            style = "red" if one.wanting else ""
            who = ", ".join(f"{shown(roster[each].full_name)} ({each})" for each in one.staff_ids)
            table.add_row("", Text(who, style), Text(shown(one.what), style))
    return table


def _read(roster_file: Path, organisation_file: Path | None) -> Staffing:
    day = date.today()  # noqa: DTZ011 - the day it is where the command is typed
    absences_file = roster_file.parent / "absences.csv"
    if organisation_file is None:
        roster = read_roster(roster_file)
        if absences_file.exists():
            roster = replace(roster, absences=read_absences(absences_file, roster))
        return Staffing(roster, day, _MONTHS)
    configuration = configuration_of(organisation_file, roster_file, absences_file)
    for warning in configuration.warnings:
        sys.stderr.write(f"namewatch: {warning}\n")
    pack, body = configuration.pack, configuration.organisation
    roles = tuple((pack.role_title(role), body.roles[role]) for role in pack.needed_roles)
    return Staffing(configuration.roster, day, body.leavers_watched_months, roles)
