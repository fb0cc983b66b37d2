"""Close an incident once its record is whole, and open it again with a reason."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from casework.audit import note
from casework.closing import wanting, wanting_words
from casework.errors import KeyDestroyedError, StepUnfitError
from casework.known import known_of
from casework.lifecycle import Happens, after
from casework.office import Office
from casework.permissions import Action, check, concerned
from casework.steps import locked, look_again
from records.incident import Incident
from records.record_key import RecordKey

REOPENING: dict[str, str] = {
    "more-found": "more was found",
    "decided-wrongly": "it was decided wrongly",
    "appeal": "an appeal has changed it",
    "persons-wish": "the person named asked for it",
}
"""Why a closed incident is opened again: code and plain words."""


def close(
    session: Session, office: Office, reference: str, *, actor: str, now: datetime
) -> Incident:
    """Close it, which only a person can; raises StepUnfitError with what is still missing."""
    incident = locked(session, reference)
    check(office.actor(actor), Action.CLOSE, concerned(session, incident, office, now), now)
    target = after(incident.state, Happens.CLOSED, actor=actor)
    if missing := wanting(known_of(session, incident, office, now)):
        raise StepUnfitError(wanting_words(missing))
    incident.state, incident.closed_at = target, now
    about = {"outcome": incident.outcome}
    return _kept(session, office, incident, "incident closed", about, actor, now)


def reopen(
    session: Session, office: Office, reference: str, *, why: str, actor: str, now: datetime
) -> Incident:
    """Open it again, to be decided anew; what was decided stays in its history."""
    if why not in REOPENING:
        raise StepUnfitError(f"Say why: {', '.join(REOPENING)}.")
    incident = locked(session, reference)
    check(office.actor(actor), Action.REOPEN, concerned(session, incident, office, now), now)
    key = session.get(RecordKey, incident.key_id)
    if key is None or key.wrapped is None:
        raise KeyDestroyedError
    incident.state = after(incident.state, Happens.REOPENED, actor=actor)
    incident.closed_at, incident.outcome = None, ""
    return _kept(session, office, incident, "incident reopened", {"why": why}, actor, now)


def _kept(
    session: Session,
    office: Office,
    incident: Incident,
    action: str,
    about: Mapping[str, object],
    actor: str,
    now: datetime,
) -> Incident:
    session.add(incident)
    pack = office.of(incident).pack
    told = {**about, "playbook": f"{pack.name} {pack.version}"}
    note(session, action, actor=actor, now=now, reference=incident.reference, about=told)
    look_again(session, incident, office, now)
    return incident
