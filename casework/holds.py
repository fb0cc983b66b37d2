"""Legal holds: while one stands, nothing of its incident is erased."""

from datetime import datetime

from sqlmodel import Session, col, select

from casework.audit import note
from casework.errors import HeldError, NotHeldError
from casework.office import Office
from casework.permissions import Action, check, concerned
from records.custody import LegalHold
from records.incident import Incident


def place_hold(
    session: Session, incident: Incident, *, actor: str, office: Office, now: datetime
) -> bool:
    """Stop erasing; returns whether this is news."""
    check(office.actor(actor), Action.HOLD, concerned(session, incident, office, now), now)
    if hold_on(session, incident):
        return False
    assert incident.id is not None
    session.add(LegalHold(incident_id=incident.id, placed_at=now, placed_by=actor))
    note(session, "hold placed", actor=actor, now=now, reference=incident.reference)
    return True


def release_hold(
    session: Session, incident: Incident, *, actor: str, office: Office, now: datetime
) -> None:
    """Allow erasing again; raises NotHeldError when nothing stops it."""
    check(office.actor(actor), Action.HOLD, concerned(session, incident, office, now), now)
    hold = hold_on(session, incident)
    if hold is None:
        raise NotHeldError
    hold.released_at, hold.released_by = now, actor
    session.add(hold)
    note(session, "hold released", actor=actor, now=now, reference=incident.reference)


def hold_on(session: Session, incident: Incident) -> LegalHold | None:
    """The hold that stands on an incident."""
    query = select(LegalHold).where(
        LegalHold.incident_id == incident.id, col(LegalHold.released_at).is_(None)
    )
    return session.exec(query).first()


def check_not_held(session: Session, incident: Incident) -> None:
    """Raise HeldError while a hold stands."""
    if hold_on(session, incident):
        raise HeldError
