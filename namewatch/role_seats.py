"""Who can hold which role of a policy, asked and checked in words."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from console.faults import Fault
from console.set_up import Choice, Seat
from policies.pack import Pack
from records.organisation import IT
from records.roster import Roster, StaffMember

HEAD = "head_of_body"
_IT_TITLE = "IT officer"
_IT_HINT = (
    "Looks after namewatch itself: sets things up, and sees counts and states. Never sees what a"
    " record says."
)
_SMALL_WORDS = frozenset({"and", "of", "the", "&"})

Roles = Mapping[str, tuple[str, ...]]


def seats_of(pack: Pack, held: Roles, roster: Roster) -> list[Seat]:
    """Every role, with who holds it; where nobody does yet, who seems to by their job title."""
    found = [Seat(role, title) for role, title in pack.roles.items()]
    found.append(Seat(IT, _IT_TITLE, _IT_HINT))
    for role, one in pack.left_open.items():
        hint = (
            f"Your policy leaves this open. Until you choose, it is the {_meanwhile(pack, role)}."
        )
        found.append(Seat(role, one.title, hint, needed=False))
    for role, title in pack.groups.items():
        found.append(
            Seat(role, title, "Choose everybody who belongs to it.", needed=False, several=True)
        )
    return [
        Seat(
            one.role,
            one.title,
            one.hint,
            one.needed,
            one.several,
            held.get(one.role) or (() if held else tuple(_likely(one, roster))),
        )
        for one in found
    ]


def _meanwhile(pack: Pack, role: str) -> str:
    return pack.role_title(pack.left_open[role].meanwhile)


def _likely(seat: Seat, roster: Roster) -> Iterator[str]:
    wanted = _words(seat.title)
    for member in roster.values():
        title = _words(member.role_title)
        leads = seat.role == HEAD and not member.line_manager
        if leads or title == wanted or (len(title) > 1 and title < wanted):
            yield member.staff_id
            return


def _words(title: str) -> frozenset[str]:
    return frozenset(title.casefold().split()) - _SMALL_WORDS


def choices_of(roster: Roster, day: date) -> list[Choice]:
    """Everybody who works here, by name, with what tells namesakes apart."""
    working = (one for one in roster.values() if one.works_on(day))
    return [
        Choice(one.staff_id, ", ".join(part for part in (one.full_name, one.role_title) if part))
        for one in sorted(working, key=lambda each: each.full_name.casefold())
    ]


def role_faults(seats: Sequence[Seat], chosen: Roles, roster: Roster, day: date) -> list[Fault]:
    """What has to be put right before these can hold the roles."""
    faults = []
    for seat in seats:
        field, holders = f"role-{seat.role}", chosen.get(seat.role, ())
        if seat.needed and not holders:
            faults.append(
                Fault(field, f"Choose who is the {seat.title}." if seat.role != IT else _NO_IT)
            )
        told = (_unfit(roster.get(staff_id), day) for staff_id in holders)
        faults += [Fault(field, sentence) for sentence in told if sentence]
    heads = chosen.get(HEAD, ())
    top = [one for one in roster.values() if not one.line_manager and one.works_on(day)]
    if heads and any(one.staff_id not in heads for one in top):
        faults.append(Fault(f"role-{HEAD}", _WRONG_HEAD.format(name=top[0].full_name)))
    return faults


_NO_IT = "Choose who looks after namewatch itself. It may be somebody who has another role too."
_WRONG_HEAD = (
    "{name} has no line manager in your list of staff, so must be the head of the body. Choose"
    " them here, or give them a line manager in the list."
)


def _unfit(member: StaffMember | None, day: date) -> str:
    if member is None or not member.works_on(day):
        return "Choose somebody from the list who works here."
    if not member.email:
        return (
            f"{member.full_name} has no e-mail address in your list of staff, so could neither be"
            " told nor sign in. Add it to the list, or choose somebody else."
        )
    return ""


def doubts_of(seats: Sequence[Seat], roster: Roster) -> list[str]:
    """What is allowed, and still worth a thought."""
    doubts = []
    alone = [one for one in seats if not one.several and one.role != IT]
    for staff_id, member in roster.items():
        held = [one.title for one in alone if staff_id in one.holders]
        if len(held) > 1:
            doubts.append(
                f"{member.full_name} has {len(held)} roles: {', '.join(held)}. If they are away or"
                " are the one who is named, all of them fall to somebody else."
            )
    single = [one.title for one in alone if one.needed and len(one.holders) == 1]
    if single:
        doubts.append(
            f"Nobody stands in for: {', '.join(single)}. A second choice helps when the first is"
            " away."
        )
    return doubts
