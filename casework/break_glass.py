"""Let somebody outside a record's list see it for a day: two people, a reason, and all are told.

One asks; another, whom the policy makes responsible, lets them in or says no. Nobody who is named
in the record or in conflict with it can be either of them. It ends by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from casework.audit import note
from casework.errors import KeyDestroyedError, NoSuchIncidentError, NotAllowedError, StepUnfitError
from casework.office import Office
from casework.permissions import Concerned, concerned
from casework.reading import OpenKey, key_opened
from records.emergency import EmergencyAccess
from records.incident import Incident
from records.record_key import RecordKey
from records.sealing import seal, unseal

LASTS = timedelta(hours=24)
WAITS = timedelta(hours=24)
"""A request that nobody has answered lapses after this."""
LONGEST_WORDS = 1000
WHY: dict[str, str] = {
    "danger": "somebody may be in danger",
    "nobody-there": "nobody on the list can be reached",
    "police-or-court": "the police or a court ask for it",
    "complaint": "a complaint about how it was dealt with",
    "other": "something else",
}
"""Why somebody has to see a record: code and plain words."""


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody's request, as those who decide of it see it."""

    number: int
    reference: str
    staff_id: str
    why: str
    asked_at: datetime
    ends_at: datetime | None = None
    decided_by: str = ""
    allowed: bool = False


def ask(
    session: Session,
    office: Office,
    reference: str,
    *,
    why: str,
    words: str,
    actor: str,
    now: datetime,
) -> bool:
    """Ask to see a record; whether somebody is to be told that this waits for them.

    Whether there is such a record, and whether `actor` is named in it, shows in nothing but the
    audit trail: whoever asks is answered alike.
    """
    if why not in WHY:
        raise StepUnfitError(f"Say why: {', '.join(WHY)}.")
    if not words.strip():
        raise StepUnfitError("Say in a sentence what it is needed for.")
    query = select(Incident).where(Incident.reference == reference).with_for_update()
    incident = session.exec(query).first()
    about = {"why": why}
    if incident is None or not _may_ask(session, office, incident, actor, now):
        kept = None if incident is None else reference
        note(session, "break-glass refused", actor=actor, now=now, reference=kept, about=about)
        return False
    key = session.get(RecordKey, incident.key_id)
    assert incident.id is not None
    assert key is not None
    place = _place(reference, actor, now)
    session.add(
        EmergencyAccess(
            incident_id=incident.id,
            staff_id=actor,
            why=why,
            sealed_why=seal(
                words.strip()[:LONGEST_WORDS].encode("utf-8", "surrogatepass"),
                place=place,
                recipient=key.recipient,
            ),
            asked_at=now,
            untold=sorted(deciders(office, incident, actor, now)),
        )
    )
    note(session, "break-glass asked for", actor=actor, now=now, reference=reference, about=about)
    return True


def waiting_for(session: Session, office: Office, actor: str, now: datetime) -> list[Request]:
    """The requests that this person may answer."""
    return [
        _told(one, incident)
        for one, incident in _open_requests(session, now)
        if actor in deciders(office, incident, one.staff_id, now)
    ]


def open_to(session: Session, actor: str, now: datetime) -> list[Request]:
    """What this person may see now; a request that waits would tell that there is a record."""
    query = (
        select(EmergencyAccess, Incident)
        .join(Incident, col(Incident.id) == EmergencyAccess.incident_id)
        .where(EmergencyAccess.staff_id == actor, col(EmergencyAccess.allowed).is_(True))
        .where(col(EmergencyAccess.ends_at) > now)
        .order_by(col(EmergencyAccess.id))
    )
    return [_told(one, incident) for one, incident in session.exec(query)]


def history(session: Session, incident: Incident) -> list[Request]:
    """Everybody who was let in to this record, oldest first, for its own page."""
    query = select(EmergencyAccess).where(
        EmergencyAccess.incident_id == incident.id, col(EmergencyAccess.allowed).is_(True)
    )
    return [_told(one, incident) for one in session.exec(query.order_by(col(EmergencyAccess.id)))]


def read_words(
    session: Session, office: Office, number: int, open_key: OpenKey, *, actor: str, now: datetime
) -> tuple[Request, str]:
    """A request with its reason in full, for somebody who may answer it; noted first."""
    kept, incident = _to_decide(session, office, number, actor, now)
    reference = incident.reference
    note(session, "break-glass request read", actor=actor, now=now, reference=reference)
    identity = key_opened(session, incident, open_key)
    place = _place(reference, kept.staff_id, kept.asked_at)
    words = unseal(kept.sealed_why, place=place, identity=identity)
    return _told(kept, incident), words.decode("utf-8", "surrogatepass")


def allow(
    session: Session, office: Office, number: int, *, actor: str, now: datetime
) -> EmergencyAccess:
    """Let them in for a day; everybody on the record is then told, by `untold` of what is kept."""
    kept, incident = _to_decide(session, office, number, actor, now)
    who = concerned(session, incident, office, now)
    if not _may_be_let_in(office, who, kept.staff_id, now):
        raise NotAllowedError
    kept.decided_by, kept.decided_at = actor, now
    kept.allowed, kept.ends_at = True, now + LASTS
    kept.untold = sorted(to_tell(office, who, kept.staff_id, now))
    session.add(kept)
    about = {"staff_id": kept.staff_id, "why": kept.why, "hours": LASTS.total_seconds() / 3600}
    reference = incident.reference
    note(session, "break-glass", actor=actor, now=now, reference=reference, about=about)
    return kept


def refuse(session: Session, office: Office, number: int, *, actor: str, now: datetime) -> None:
    """Say no."""
    kept, incident = _to_decide(session, office, number, actor, now)
    kept.decided_by, kept.decided_at = actor, now
    session.add(kept)
    about = {"staff_id": kept.staff_id}
    reference = incident.reference
    note(session, "break-glass turned down", actor=actor, now=now, reference=reference, about=about)


def deciders(office: Office, incident: Incident, asks: str, now: datetime) -> frozenset[str]:
    """Who may let somebody in: whoever keeps the record or steps in, but for who asks."""
    office = office.of(incident)
    desk, pack = office.desk(incident, now), office.pack
    roles = (pack.custody.custodian, pack.custody.deputy, *pack.alerting.last_resort)
    found = frozenset(one for role in roles for one in desk.who_may_know(role))
    return found - {asks}


def to_tell(office: Office, who: Concerned, asks: str, now: datetime) -> frozenset[str]:
    """Everybody on the record who may know of it."""
    keeper = {who.custodian} if who.custodian else set()
    return frozenset(
        one
        for one in who.listed | keeper
        if one not in who.named | who.conflicted | {asks} and office.actor(one).employed(now)
    )


def used_between(session: Session, began: datetime, ended: datetime) -> bool:
    """Whether anybody was let in to any record in this time, for the digest."""
    query = select(EmergencyAccess.id).where(
        col(EmergencyAccess.allowed).is_(True),
        col(EmergencyAccess.decided_at) >= began,
        col(EmergencyAccess.decided_at) < ended,
    )
    return session.exec(query).first() is not None


def _may_ask(
    session: Session, office: Office, incident: Incident, actor: str, now: datetime
) -> bool:
    who = concerned(session, incident, office, now)
    key = session.get(RecordKey, incident.key_id)
    if key is None or key.wrapped is None or not _may_be_let_in(office, who, actor, now):
        return False
    return not any(
        one.staff_id == actor
        for one, other in _open_requests(session, now)
        if other.id == incident.id
    )


def _may_be_let_in(office: Office, who: Concerned, staff_id: str, now: datetime) -> bool:
    """Nobody who is named or in conflict, ever (SPSO 68); nor whoever may see it already."""
    inside = who.listed | who.let_in | ({who.custodian} if who.custodian else set())
    barred = who.named | who.conflicted | inside
    return staff_id not in barred and office.actor(staff_id).employed(now)


def _open_requests(session: Session, now: datetime) -> Sequence[tuple[EmergencyAccess, Incident]]:
    query = (
        select(EmergencyAccess, Incident)
        .join(Incident, col(Incident.id) == EmergencyAccess.incident_id)
        .where(col(EmergencyAccess.decided_at).is_(None), EmergencyAccess.asked_at > now - WAITS)
        .order_by(col(EmergencyAccess.id))
    )
    return [(one, incident) for one, incident in session.exec(query)]


def _to_decide(
    session: Session, office: Office, number: int, actor: str, now: datetime
) -> tuple[EmergencyAccess, Incident]:
    """The request, held for this transaction, if `actor` may answer it and nobody has."""
    query = select(EmergencyAccess).where(EmergencyAccess.id == number).with_for_update()
    kept = session.exec(query).first()
    if kept is None or kept.decided_at is not None or kept.asked_at <= now - WAITS:
        raise NoSuchIncidentError
    incident = session.get_one(Incident, kept.incident_id)
    if actor not in deciders(office, incident, kept.staff_id, now):
        raise NotAllowedError
    key = session.get(RecordKey, incident.key_id)
    if key is None or key.wrapped is None:
        raise KeyDestroyedError
    return kept, incident


def _told(kept: EmergencyAccess, incident: Incident) -> Request:
    assert kept.id is not None
    return Request(
        number=kept.id,
        reference=incident.reference,
        staff_id=kept.staff_id,
        why=kept.why,
        asked_at=kept.asked_at,
        ends_at=kept.ends_at,
        decided_by=kept.decided_by,
        allowed=kept.allowed,
    )


def _place(reference: str, staff_id: str, asked_at: datetime) -> str:
    return f"break-glass:{reference}:{staff_id}:{asked_at.isoformat()}"
