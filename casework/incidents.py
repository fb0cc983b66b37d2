"""Open incidents, let further posts join them, and record who has seen them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from casework.audit import note
from casework.deadlines import POLICE_WITHIN
from casework.errors import NoSuchIncidentError
from casework.lifecycle import Happens, after
from casework.permissions import Action, check_may, standing
from records.audit import MACHINE
from records.finding import Severity
from records.incident import Acknowledgement, Incident, IncidentAccess, IncidentCounter

_ORDER: tuple[str, ...] = ("none", "low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known when an incident opens; `alongside` are staff named in the same post."""

    staff_id: str | None
    alongside: tuple[str, ...]
    severity: Severity
    categories: tuple[str, ...]
    policy: str
    policy_version: str
    key_id: int
    escalates_at: datetime


def worse(one: str, other: str) -> bool:
    """Whether severity `one` is graver than `other`."""
    return _ORDER.index(one) > _ORDER.index(other)


def open_incident(session: Session, opening: Opening, *, now: datetime) -> Incident:
    """Open an incident with the next reference of the year."""
    incident = Incident(
        reference=_next_reference(session, now),
        staff_id=opening.staff_id,
        alongside=list(opening.alongside),
        key_id=opening.key_id,
        severity=opening.severity,
        categories=list(opening.categories),
        policy=opening.policy,
        policy_version=opening.policy_version,
        opened_at=now,
        last_mention_at=now,
        escalates_at=opening.escalates_at,
        duty_at=now + POLICE_WITHIN,
    )
    session.add(incident)
    session.flush()
    note(
        session,
        "incident opened",
        actor=MACHINE,
        now=now,
        reference=incident.reference,
        about={"severity": incident.severity, "categories": incident.categories},
    )
    return incident


def joinable(
    session: Session, staff_id: str | None, *, within: timedelta, now: datetime
) -> Incident | None:
    """The newest incident about `staff_id` that is not closed and had a post within `within`.

    None that was opened by hand: who hears of those is not what the policy says of a post.
    """
    query = (
        select(Incident)
        .where(Incident.staff_id == staff_id)
        .where(Incident.opened_by == "")
        .where(Incident.state != "closed")
        .where(col(Incident.last_mention_at) >= now - within)
        .order_by(col(Incident.id).desc())
    )
    return session.exec(query).first()


def join_incident(
    session: Session,
    incident: Incident,
    *,
    severity: Severity,
    categories: Sequence[str],
    alongside: Sequence[str],
    now: datetime,
) -> bool:
    """Add a further post to `incident`; return whether it makes it graver.

    A graver incident has to be acknowledged again (SPSO 24).
    """
    incident.mention_count += 1
    incident.last_mention_at = now
    graver = _worsen(incident, severity, categories, alongside, now)
    session.add(incident)
    note(
        session,
        "post joined incident",
        actor=MACHINE,
        now=now,
        reference=incident.reference,
        about={"posts": incident.mention_count, "graver": graver, "severity": incident.severity},
    )
    return graver


def learn_more(
    session: Session,
    incident: Incident,
    *,
    severity: Severity,
    categories: Sequence[str],
    alongside: Sequence[str],
    now: datetime,
) -> bool:
    """Add what reading the pictures of one of its posts has brought; return whether it is graver.

    As with a further post, a graver incident has to be acknowledged again.
    """
    graver = _worsen(incident, severity, categories, alongside, now)
    session.add(incident)
    note(
        session,
        "pictures read",
        actor=MACHINE,
        now=now,
        reference=incident.reference,
        about={"graver": graver, "severity": incident.severity},
    )
    return graver


def _worsen(
    incident: Incident,
    severity: Severity,
    categories: Sequence[str],
    alongside: Sequence[str],
    now: datetime,
) -> bool:
    incident.categories = list(dict.fromkeys([*incident.categories, *categories]))
    incident.alongside = list(dict.fromkeys([*incident.alongside, *alongside]))
    if not worse(severity, incident.severity):
        return False
    incident.severity = severity
    incident.state = after(incident.state, Happens.GRAVER, actor=MACHINE)
    incident.acknowledged_at = None
    incident.outcome, incident.closed_at = "", None
    soon = now + POLICE_WITHIN  # SPSO 31.4: what has become a threat is to be decided upon
    incident.duty_at = min(incident.duty_at or soon, soon)
    return True


def give_access(
    session: Session,
    incident: Incident,
    staff_id: str,
    *,
    role: str,
    reason: str,
    now: datetime,
    actor: str = MACHINE,
) -> bool:
    """Put somebody on the incident's list, with the reason; return whether they are new to it."""
    query = select(IncidentAccess).where(
        IncidentAccess.incident_id == incident.id, IncidentAccess.staff_id == staff_id
    )
    if session.exec(query).first():
        return False
    assert incident.id is not None
    session.add(
        IncidentAccess(
            incident_id=incident.id, staff_id=staff_id, role=role, reason=reason, added_at=now
        )
    )
    note(
        session,
        "access given",
        actor=actor,
        now=now,
        reference=incident.reference,
        about={"staff_id": staff_id, "role": role, "reason": reason},
    )
    return True


def by_reference(session: Session, reference: str) -> Incident:
    """The incident with this reference; raises NoSuchIncidentError."""
    found = session.exec(select(Incident).where(Incident.reference == reference)).first()
    if found is None:
        raise NoSuchIncidentError
    return found


def acknowledge(
    session: Session, incident: Incident, *, actor: str, via: str, employed: bool, now: datetime
) -> bool:
    """Record that `actor` has seen the incident, which stops its escalation.

    Returns whether this is news: a second press, or one by another channel, changes nothing.
    Raises NotAllowedError for anybody who is not on the incident's list.
    """
    check_may(standing(session, incident, actor, employed=employed), Action.ACKNOWLEDGE)
    return acknowledge_unasked(session, incident, actor=actor, via=via, now=now)


def acknowledge_unasked(
    session: Session, incident: Incident, *, actor: str, via: str, now: datetime
) -> bool:
    """As `acknowledge`, for whoever has been allowed something that takes having seen it."""
    query = select(Acknowledgement).where(
        Acknowledgement.incident_id == incident.id, Acknowledgement.staff_id == actor
    )
    earlier = session.exec(query).first()
    if earlier and incident.acknowledged_at is not None:
        return False
    assert incident.id is not None
    if earlier:
        earlier.at, earlier.via = now, via
        session.add(earlier)
    else:
        session.add(Acknowledgement(incident_id=incident.id, staff_id=actor, via=via, at=now))
    if incident.acknowledged_at is None:
        incident.acknowledged_at = now
        incident.state = after(incident.state, Happens.ACKNOWLEDGED, actor=actor)
        incident.escalates_at = None
        incident.page_link = None
        session.add(incident)
    note(
        session,
        "acknowledged",
        actor=actor,
        now=now,
        reference=incident.reference,
        about={"via": via},
    )
    return True


def _next_reference(session: Session, now: datetime) -> str:
    """NW-year-number; the counter's row lock keeps two workers from taking one number."""
    query = select(IncidentCounter).where(IncidentCounter.year == now.year).with_for_update()
    counter = session.exec(query).first()
    if counter is None:
        try:
            with session.begin_nested():
                session.add(IncidentCounter(year=now.year, last=0))
        except IntegrityError:
            session.expire_all()
        counter = session.exec(query).one()
    counter.last += 1
    session.add(counter)
    session.flush()
    return f"NW-{now.year}-{counter.last:04d}"
