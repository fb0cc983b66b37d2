"""What was left undone about an incident by the time it was due: who is reminded, who is asked."""

from datetime import datetime

from sqlmodel import Session, col, select

from alerts.escalation import next_step
from alerts.routing import Recipient
from casework.audit import note
from casework.deadlines import POLICE_WITHIN
from casework.duties import Duty, duties
from casework.known import known_of
from casework.office import Office
from casework.permissions import Action, allowed, concerned, stands
from casework.reading import people_on
from casework.step_rules import Known
from records.alarm import AlarmKind
from records.alert import AlertKind
from records.audit import MACHINE
from records.incident import Incident
from workflows.engine import Engine
from workflows.notify import question, tell
from workflows.operations import raise_alarm
from workflows.services import Services, services

MOST = 5
"""So often is somebody reminded of what is undone; then whoever runs namewatch is called."""
_TELLING = frozenset({"told-in-private", "wishes", "support"})
_LEVELS = 100
"""Deliveries count from here on, apart from those about acknowledging."""


def look_at_duties(session: Session, engine: Engine) -> int:
    """Look at every incident of which something falls due; return how many there were."""
    held = services()
    query = (
        select(Incident)
        .where(col(Incident.duty_at) <= held.now())
        .with_for_update(skip_locked=True)
        .limit(50)
    )
    due = list(session.exec(query))
    for incident in due:
        _look(session, engine, incident, held)
    return len(due)


def _look(session: Session, engine: Engine, incident: Incident, held: Services) -> None:
    now = held.now()
    pack = held.pack_for(incident.policy, incident.policy_version)
    office = Office(pack, held.organisation, held.roster)
    known = known_of(session, incident, office, now)
    late = [one for one in duties(known) if one.overdue(now)]
    session.add(incident)
    if not late:
        incident.duty_at, incident.duty_level = _next(known, now), 0
        return
    kinds = sorted({one.kind for one in late})
    if incident.duty_level >= MOST:
        incident.duty_at = _next(known, now)
        raise_alarm(session, AlarmKind.LEFT_UNDONE, incident.reference, now=now)
    else:
        incident.duty_level += 1
        working_day = held.organisation.calendar.close_of(now, 1)
        incident.duty_at = now + POLICE_WITHIN if "police" in kinds else working_day
        _tell(session, engine, incident, known, office, late)
    note(
        session,
        "left undone",
        actor=MACHINE,
        now=now,
        reference=incident.reference,
        about={"kinds": kinds, "times": incident.duty_level},
    )


def _next(known: Known, now: datetime) -> datetime | None:
    ahead = [one.due_at for one in duties(known) if one.due_at and one.due_at > now]
    return min(ahead, default=None)


def _tell(
    session: Session,
    engine: Engine,
    incident: Incident,
    known: Known,
    office: Office,
    late: list[Duty],
) -> None:
    kinds = {one.kind for one in late}
    level = _LEVELS + incident.duty_level
    if "police" in kinds:
        _ask_the_next(session, engine, incident, office, level)
    if kinds & _TELLING and incident.acknowledged_at is not None:
        teller = _teller(incident, known)
        tell(session, engine, incident, teller, AlertKind.UNTOLD, level=level)
    if kinds - _TELLING - {"police"}:
        keeper = _keeper(session, incident, office, known)
        tell(session, engine, incident, keeper, AlertKind.UNDONE, level=level)


def _teller(incident: Incident, known: Known) -> list[Recipient]:
    """The first of the chain, and each further time the next (SPSO 69, WICS Named ¶3)."""
    rule = known.pack.telling
    order = [
        Recipient(one, role, f"as {known.pack.role_title(role)} ({rule.clause})")
        for role in rule.chain
        for one in known.desk.can_be_told(role)
    ]
    return order[: incident.duty_level][-1:]


def _ask_the_next(
    session: Session, engine: Engine, incident: Incident, office: Office, level: int
) -> None:
    """SPSO 33: a threat about which nobody decides goes on to the next in line."""
    held = services()
    told = _readers(session, incident, office)
    step = next_step(
        office.pack,
        office.organisation,
        office.roster,
        question(incident, held),
        frozenset(one.staff_id for one in told),
        severity=incident.severity,  # type: ignore[arg-type]
        level=incident.duty_level,
        now=held.now(),
    )
    following = [step.tell] if step.tell else []
    tell(session, engine, incident, [*told, *following], AlertKind.UNDONE, level=level)


def _keeper(session: Session, incident: Incident, office: Office, known: Known) -> list[Recipient]:
    """Whoever keeps the record, when they know of it; else everybody on its list."""
    told = _readers(session, incident, office)
    keeper = known.desk.custodian()
    return [one for one in told if keeper and one.staff_id == keeper.staff_id] or told


def _readers(session: Session, incident: Incident, office: Office) -> list[Recipient]:
    now = services().now()
    whom = concerned(session, incident, office, now)
    return [
        Recipient(one.staff_id, one.role, one.reason)
        for one in people_on(session, incident)
        if allowed(stands(office.actor(one.staff_id), whom, now), Action.VIEW)
    ]
