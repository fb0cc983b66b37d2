"""The custody of a record as whoever opened its evidence reads it: moments, people and reasons."""

from dataclasses import dataclass

from sqlmodel import Session

from casework.permissions import Action, check, concerned
from console.custody_words import act_words, why_words
from console.desk import Desk
from console.words import moment_words
from evidence.custody import Link
from records.audit import MACHINE
from records.incident import Incident
from records.roster import Roster, StaffMember
from workflows.custody import chain


@dataclass(frozen=True, slots=True)
class CustodyLine:
    """One entry."""

    when: str
    what: str


def custody_of(
    session: Session, incident: Incident, desk: Desk, reader: StaffMember
) -> tuple[CustodyLine, ...]:
    """Everything that was done with a record's evidence, oldest first; raises NotAllowedError."""
    office, now = desk.office, desk.now()
    who = concerned(session, incident, office, now)
    check(office.actor(reader.staff_id), Action.OPEN_EVIDENCE, who, now)
    zone = desk.organisation.calendar.zone
    return tuple(
        CustodyLine(moment_words(link.at, zone), _what(link, desk.roster))
        for link in chain(session, reference=incident.reference)
    )


def _what(link: Link, roster: Roster) -> str:
    member = roster.get(link.actor)
    # Who has left the roster is still told by their staff id.
    who = MACHINE if link.actor == MACHINE else member.full_name if member else link.actor
    of = "the record" if link.exhibit is None else f"exhibit {link.exhibit}"
    return f"{who} {act_words(link.act)} {of}: {why_words(link.why)}."
