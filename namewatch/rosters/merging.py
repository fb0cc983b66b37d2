"""What a directory says, put together with what the roster alone knows."""

from collections.abc import Iterable
from dataclasses import replace

from namewatch.rosters.reading import Entry
from records.roster import Roster, StaffMember


def merged(before: Roster | None, found: Iterable[Entry]) -> list[StaffMember]:
    """Everybody who was found, each with the id, other names and marks of the roster.

    Somebody is known again by Teams id or e-mail address. A name that has changed is kept among
    the other names: people go on using it.
    """
    entries = list(found)
    held = _known(before, entries)
    ids = {one.id: held[one.id].staff_id if one.id in held else one.id for one in entries}
    return [_member(one, held.get(one.id), ids) for one in entries]


def _known(before: Roster | None, entries: list[Entry]) -> dict[str, StaffMember]:
    members = list(before.values()) if before else []
    by_id = {one.teams_id.casefold(): one for one in members if one.teams_id}
    by_id |= {one.staff_id.casefold(): one for one in members}
    by_email = {one.email.casefold(): one for one in members if one.email}
    found = {
        one.id: by_id.get(one.id.casefold()) or by_email.get(one.email.casefold())
        for one in entries
    }
    return {entry_id: member for entry_id, member in found.items() if member}


def _member(entry: Entry, old: StaffMember | None, ids: dict[str, str]) -> StaffMember:
    base = old or StaffMember(entry.id, entry.full_name)
    others = base.known_as
    if base.full_name != entry.full_name and base.full_name not in others:
        others = (*others, base.full_name)
    return replace(
        base,
        full_name=entry.full_name,
        known_as=tuple(one for one in others if one != entry.full_name),
        email=entry.email or base.email,
        role_title=entry.role_title or base.role_title,
        team=entry.team or base.team,
        teams_id=entry.teams_id or base.teams_id,
        line_manager=ids.get(entry.line_manager, base.line_manager),
    )
