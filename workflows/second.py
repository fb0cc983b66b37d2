"""The second channel, and the next person: what follows when a delivery does not reach somebody."""

from collections.abc import Sequence

from sqlmodel import Session, select

from alerts.order import tells
from records.alert import AlertKind, Delivery, DeliveryState
from records.incident import Incident
from workflows.services import Services

ANSWERED_BY_SEEING = frozenset(
    {AlertKind.FIRST, AlertKind.WORSE, AlertKind.REMINDER, AlertKind.ESCALATION}
)
"""Kinds that only ask somebody to look: once somebody has, no further channel is needed."""


def is_needed(session: Session, delivery: Delivery, incident: Incident) -> bool:
    """Whether a channel that stands by has to go out after all."""
    if incident.acknowledged_at is not None and AlertKind(delivery.kind) in ANSWERED_BY_SEEING:
        return False
    others = _of_the_same(session, delivery)
    return not any(_has_reached(one) for one in others)


def call_the_next(session: Session, held: Services, delivery: Delivery) -> None:
    """A delivery has failed: have the channels that stand by go out, or else the next person told.

    Neither waits for its time limit. Nothing is done once the person has been reached another way.
    """
    incident = session.get_one(Incident, delivery.incident_id)
    if not tells(delivery.channel) or not is_needed(session, delivery, incident):
        return
    if hurry(session, held, delivery):
        return
    others = _of_the_same(session, delivery)
    if any(one.settled_at is None and tells(one.channel) for one in others):
        return
    if incident.acknowledged_at is None:
        incident.escalates_at = held.now()
        session.add(incident)


def hurry(session: Session, held: Services, delivery: Delivery) -> bool:
    """Have what stands by go out now; whether anything that tells what is asked does."""
    waiting = [
        one
        for one in _of_the_same(session, delivery)
        if one.standby
        and one.attempts == 0
        and one.starts == 0
        and one.state in {DeliveryState.DUE, DeliveryState.SPARED}
    ]
    for one in waiting:
        if one.state == DeliveryState.SPARED or one.enqueued_at is None:
            # A try of its own: the one that was spared is over for the engine.
            one.attempts += one.state == DeliveryState.SPARED
            one.state = DeliveryState.DUE.value
            one.settled_at = None
            one.next_try_at = held.now()
            session.add(one)
    return any(tells(one.channel) for one in waiting)


def _has_reached(delivery: Delivery) -> bool:
    """Whether it was taken, tells what is asked, and nobody has said since that it is late."""
    return (
        delivery.state == DeliveryState.SENT and delivery.error is None and tells(delivery.channel)
    )


def _of_the_same(session: Session, delivery: Delivery) -> Sequence[Delivery]:
    """The other deliveries of the same alert to the same person."""
    session.flush()
    query = select(Delivery).where(
        Delivery.incident_id == delivery.incident_id,
        Delivery.staff_id == delivery.staff_id,
        Delivery.kind == delivery.kind,
        Delivery.level == delivery.level,
        Delivery.id != delivery.id,
    )
    return session.exec(query).all()
