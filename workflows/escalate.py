"""What happens when nobody says that they have seen an alert."""

import logging

from sqlmodel import Session, col, select

from alerts.escalation import next_step
from alerts.routing import Recipient
from casework.audit import note
from casework.permissions import Action, allowed, standing
from casework.reading import people_on
from records.alarm import AlarmKind
from records.alert import AlertKind
from records.audit import MACHINE
from records.incident import Incident
from workflows.engine import Engine
from workflows.notify import question, tell
from workflows.operations import raise_alarm
from workflows.services import Services, services

log = logging.getLogger(__name__)


def escalate_those_due(session: Session, engine: Engine) -> int:
    """Take the next step with every incident whose time is up; return how many there were."""
    held = services()
    query = (
        select(Incident)
        .where(col(Incident.escalates_at) <= held.now())
        .where(col(Incident.acknowledged_at).is_(None))
        .with_for_update(skip_locked=True)
        .limit(50)
    )
    due = list(session.exec(query))
    for incident in due:
        _escalate(session, engine, incident, held)
    return len(due)


def _escalate(session: Session, engine: Engine, incident: Incident, held: Services) -> None:
    asked = question(incident, held)
    told = people_on(session, incident)
    step = next_step(
        held.pack_for(incident.policy, incident.policy_version),
        held.organisation,
        held.roster,
        asked,
        frozenset(person.staff_id for person in told),
        severity=incident.severity,  # type: ignore[arg-type]
        level=incident.escalation_level,
        now=held.now(),
    )
    incident.escalation_level = step.level
    incident.escalates_at = step.due
    session.add(incident)
    note(
        session,
        "escalated",
        actor=MACHINE,
        now=held.now(),
        reference=incident.reference,
        about={"level": step.level, "alarm": step.alarm},
    )
    if step.remind:
        reminded = [
            Recipient(person.staff_id, person.role, person.reason)
            for person in told
            if _may_be_told(session, incident, person.staff_id, held)
        ]
        tell(session, engine, incident, reminded, AlertKind.REMINDER, level=step.level)
    if step.tell:
        tell(session, engine, incident, [step.tell], AlertKind.ESCALATION, level=step.level)
    if step.alarm:
        raise_alarm(session, AlarmKind.NOBODY_ANSWERS, incident.reference, now=held.now())
        log.error("%s: nobody acknowledges and nobody is left to tell", incident.reference)


def _may_be_told(session: Session, incident: Incident, staff_id: str, held: Services) -> bool:
    """Those who were told before and have since left, or been named in a further post, are not."""
    day = question(incident, held).day
    employed = staff_id in held.roster and held.roster[staff_id].works_on(day)
    stands = standing(session, incident, staff_id, employed=employed)
    return allowed(stands, Action.VIEW)
