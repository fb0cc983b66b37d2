"""The fixed cast of these tests: one small body, seen on an ordinary Tuesday."""

from collections.abc import Iterable
from datetime import date

from alerts.routing import Question
from records.organisation import Organisation
from records.roster import Absence, Roster, StaffMember, roster_of

DAY = date(2026, 11, 24)
ISLA, MORAG, DUNCAN, SHEENA, RORY, CALUM, FIONA = (
    "isla",
    "morag",
    "duncan",
    "sheena",
    "rory",
    "calum",
    "fiona",
)
MANAGERS = {
    ISLA: "",
    MORAG: ISLA,
    DUNCAN: ISLA,
    SHEENA: MORAG,
    RORY: MORAG,
    CALUM: MORAG,
    FIONA: CALUM,
}
"""Isla heads the body; Morag is the Director; Calum is Fiona's line manager."""
HOLDERS = {
    "hr_officer": (RORY,),
    "communications_manager": (SHEENA,),
    "director": (MORAG,),
    "head_of_body": (ISLA,),
}


def roster(*, away: Iterable[str] = (), left: Iterable[str] = ()) -> Roster:
    gone = set(left)
    people = (
        StaffMember(
            name,
            name.title(),
            line_manager=manager,
            ends_on=date(2026, 11, 20) if name in gone else None,
        )
        for name, manager in MANAGERS.items()
    )
    return roster_of(people, (Absence(name, DAY, DAY) for name in away))


def organisation(**changes: tuple[str, ...]) -> Organisation:
    return Organisation(name="Scottish Example Ombudsman", policy="spso", roles=HOLDERS | changes)


def question(
    named: str | None = FIONA, *, alongside: Iterable[str] = (), barred: Iterable[str] = ()
) -> Question:
    return Question(named, frozenset(alongside), DAY, frozenset(barred))
