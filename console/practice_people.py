"""Who somebody can be while practising: one person for each role, and who is named."""

from collections import Counter
from dataclasses import dataclass

from console.desk import Desk
from policies.seats import holders
from policies.tables import LINE_MANAGER
from records.organisation import IT

NAMED = "named"
_WHAT = {
    LINE_MANAGER: "is told first, and tells the person named in private",
    "hr_officer": "sees that the person is supported",
    "communications_manager": "keeps the record, and looks at what is unsure",
    "director": "decides what others may not",
    "head_of_body": "steps in when nobody else can",
    IT: "sets things up, and sees counts and states only",
    NAMED: "sees nothing of it here; is told in private, and is given a page of their own",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part that somebody can play."""

    part: str
    title: str
    what: str
    staff_id: str


def parts(desk: Desk) -> list[Part]:
    """Every part, in the order in which they meet an incident."""
    roles = desk.pack.needed_roles
    seated = {one for role in roles for one in holders(desk.pack, desk.organisation, role)}
    led = Counter(one.line_manager for one in desk.roster.values() if one.line_manager)
    leader = next((one for one, _ in led.most_common() if one not in seated), "")
    named = next((one.staff_id for one in desk.roster.values() if one.line_manager == leader), "")
    found = {LINE_MANAGER: leader}
    for role in (*roles, IT):
        held = holders(desk.pack, desk.organisation, role)
        found[role] = held[0] if held else ""
    found[NAMED] = named
    titles = {IT: "IT officer", NAMED: "person named"}
    return [
        Part(one, titles.get(one) or desk.pack.role_title(one), _WHAT.get(one, ""), staff_id)
        for one, staff_id in found.items()
        if staff_id in desk.roster
    ]
