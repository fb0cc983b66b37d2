"""Somebody who was asked to tell the person named cannot: the next in the order is asked."""

from sqlmodel import Session, select

from alerts.routing import Recipient
from casework.audit import note
from casework.office import Office
from casework.permissions import Action, check, concerned
from records.alarm import AlarmKind
from records.alert import AlertKind
from records.audit import AuditEntry
from records.incident import Incident
from workflows.engine import Engine
from workflows.notify import tell
from workflows.operations import raise_alarm
from workflows.services import services

PASSED_ON = "passed on"


def pass_on(
    session: Session, engine: Engine, incident: Incident, *, actor: str, via: str
) -> Recipient | None:
    """Note that `actor` cannot, and ask the next (SPSO 69, WICS Named ¶3); who that is.

    Whether somebody has seen the incident stays as it is, so a clock that runs goes on running.
    None when there is nobody left, which raises an alarm. A second time changes nothing. Raises
    NotAllowedError for anybody who is not on the incident's list.
    """
    held = services()
    pack = held.pack_for(incident.policy, incident.policy_version)
    office = Office(pack, held.organisation, held.roster)
    now = held.now()
    check(office.actor(actor), Action.ACKNOWLEDGE, concerned(session, incident, office, now), now)
    passed = _who_passed(session, incident)
    following = _next_teller(office, incident, frozenset({*passed, actor}))
    if actor in passed:
        return following
    note(
        session,
        PASSED_ON,
        actor=actor,
        now=now,
        reference=incident.reference,
        about={"via": via, "to": following.staff_id if following else ""},
    )
    if following is None:
        raise_alarm(session, AlarmKind.NOBODY_TO_TELL, incident.reference, now=now)
        return None
    level = len(passed) + 1
    tell(session, engine, incident, [following], AlertKind.PASSED_ON, level=level)
    return following


def _who_passed(session: Session, incident: Incident) -> set[str]:
    query = select(AuditEntry.actor).where(
        AuditEntry.reference == incident.reference, AuditEntry.action == PASSED_ON
    )
    return set(session.exec(query))


def _next_teller(office: Office, incident: Incident, passed: frozenset[str]) -> Recipient | None:
    """The first of the order who is there and has not passed it on, then the last resort."""
    pack, desk = office.pack, office.desk(incident, services().now())
    for role in (*pack.telling.chain, *pack.alerting.last_resort):
        for staff_id in desk.can_be_told(role):
            if staff_id not in passed:
                return Recipient(
                    staff_id, role, f"because it was passed on to you ({pack.telling.clause})"
                )
    return None
