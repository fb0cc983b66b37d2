"""Who is told of an incident: routed, given access and written down, all in one transaction."""

from collections.abc import Iterable

from sqlmodel import Session, select

from alerts.channel import readers
from alerts.order import SECOND_AFTER, Way, tells, ways
from alerts.quiet import not_before
from alerts.routing import Question, Recipient, Routing, route
from casework.audit import note
from casework.incidents import give_access
from policies.seats import holders
from records.alarm import AlarmKind
from records.alert import AlertKind, Delivery
from records.audit import MACHINE
from records.incident import Incident
from workflows.deliver import enqueue_delivery
from workflows.engine import Engine
from workflows.operations import raise_alarm
from workflows.services import Services, services

NO_ADDRESS = "no address"
ROOM_FOR = "communications_manager"
"""Whose a channel with several readers may be, and nobody else's."""


def question(incident: Incident, held: Services) -> Question:
    """What routing has to know about an incident today."""
    zone = held.organisation.calendar.zone
    return Question(
        named=incident.staff_id,
        alongside=frozenset(incident.alongside),
        day=held.now().astimezone(zone).date(),
        barred=frozenset(incident.conflicted),
    )


def tell_those_due(
    session: Session, engine: Engine, incident: Incident, kind: AlertKind, *, level: int = 0
) -> Routing:
    """Route the alert and write one delivery for each recipient and channel, in `session`."""
    held = services()
    rules = held.pack_for(incident.policy, incident.policy_version)
    routing = route(rules, held.organisation, held.roster, question(incident, held))
    reached = tell(session, engine, incident, routing.recipients, kind, level=level)
    if reached < max(1, len(routing.recipients)) and incident.acknowledged_at is None:
        incident.escalates_at = held.now()  # somebody is missing: don't wait for the time limit
        session.add(incident)
    if not routing.recipients:
        raise_alarm(session, AlarmKind.NOBODY_TO_TELL, incident.reference, now=held.now())
    for place in routing.unfilled:
        note(
            session,
            "nobody to tell",
            actor=MACHINE,
            now=held.now(),
            reference=incident.reference,
            about={"role": place},
        )
    return routing


def tell(
    session: Session,
    engine: Engine,
    incident: Incident,
    recipients: Iterable[Recipient],
    kind: AlertKind,
    *,
    level: int = 0,
) -> int:
    """Give each recipient access and write their deliveries, to be sent once `session` commits.

    Returns how many of them have an address on any channel that tells them what is asked.
    """
    held = services()
    reached = 0
    for recipient in recipients:
        give_access(
            session,
            incident,
            recipient.staff_id,
            role=recipient.role,
            reason=recipient.reason,
            now=held.now(),
        )
        reached += _tell_one(session, engine, incident, recipient, kind, level)
    return reached


def _tell_one(
    session: Session,
    engine: Engine,
    incident: Incident,
    recipient: Recipient,
    kind: AlertKind,
    level: int,
) -> bool:
    """Write this recipient's deliveries; whether one of them tells what is asked."""
    held = services()
    reaching = _channels_to(recipient.staff_id, question(incident, held), held)
    for way in ways(reaching, severity=incident.severity, at_once=held.at_once):
        _write_delivery(session, engine, incident, recipient, way, kind, level)
    if any(tells(one) for one in reaching):
        return True
    note(
        session,
        "could not tell",
        actor=MACHINE,
        now=held.now(),
        reference=incident.reference,
        about={"role": recipient.role, "staff_id": recipient.staff_id, "why": NO_ADDRESS},
    )
    return False


def _channels_to(staff_id: str, asked: Question, held: Services) -> list[str]:
    """The channels that reach somebody, but for those where somebody else could read along."""
    member = held.roster[staff_id]
    keepers = set(holders(held.pack, held.organisation, ROOM_FOR)) - asked.excluded
    return [
        name
        for name, one in held.channels.items()
        if one.reaches(member) and keepers.issuperset(readers(one))
    ]


def _write_delivery(
    session: Session,
    engine: Engine,
    incident: Incident,
    recipient: Recipient,
    way: Way,
    kind: AlertKind,
    level: int,
) -> None:
    assert incident.id is not None
    held = services()
    query = select(Delivery).where(
        Delivery.incident_id == incident.id,
        Delivery.staff_id == recipient.staff_id,
        Delivery.channel == way.channel,
        Delivery.kind == kind.value,
        Delivery.level == level,
    )
    if session.exec(query).first():
        return
    begins = not_before(
        held.pack_for(incident.policy, incident.policy_version),
        held.organisation,
        incident.severity,
        incident.categories,
        held.now(),
    )
    waits = begins > held.now()
    delivery = Delivery(
        incident_id=incident.id,
        staff_id=recipient.staff_id,
        role=recipient.role,
        reason=recipient.reason,
        channel=way.channel,
        kind=kind.value,
        level=level,
        created_at=held.now(),
        standby=way.stands_by,
        next_try_at=begins + SECOND_AFTER if way.stands_by else begins if waits else None,
    )
    session.add(delivery)
    session.flush()
    if not way.stands_by and not waits:
        enqueue_delivery(session, engine, delivery)
