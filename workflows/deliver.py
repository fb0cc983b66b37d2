"""Send one delivery: committed as begun before it is sent, so that a crash leaves its mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from queue import SimpleQueue
from threading import Lock
from typing import Literal

from dbos import DBOS
from sqlalchemy import update
from sqlmodel import Session, col

from alerts.channel import follows, readers
from alerts.errors import DeliveryError
from alerts.message import Message, compose
from casework.audit import note
from evidence.custody import head_words
from records.alert import AlertKind, Delivery, DeliveryState
from records.audit import MACHINE
from records.database import transaction
from records.incident import Incident
from records.turns import urgently
from workflows.custody import head_now
from workflows.engine import ALERTS, Engine
from workflows.second import call_the_next, is_needed
from workflows.services import Services, services

RETRIES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200)
)
"""Waits between tries of one delivery: four hours in all, the first five minutes the busiest."""

ASKED_AFTER = timedelta(minutes=1)
"""After this a channel that can be asked is asked what became of a delivery."""


TAKEN: Literal["taken"] = "taken"
"""The channel took it before a crash; it only remains to be written down."""


def enqueue_delivery(session: Session, engine: Engine, delivery: Delivery) -> None:
    """Have the next try of `delivery` made; each try is one workflow of its own."""
    assert delivery.id is not None
    delivery.next_try_at = None
    delivery.enqueued_at = services().now()
    session.add(delivery)
    workflow_id = f"deliver:{delivery.id}:{delivery.attempts}"
    engine.enqueue(session, ALERTS, "deliver", workflow_id, delivery.id, delivery.attempts)


@DBOS.workflow(name="deliver", max_recovery_attempts=1_000_000)
def deliver(delivery_id: int, attempt: int) -> str:
    """One try of one delivery: at least once, and marked as a repeat when it may be the second."""
    return send(delivery_id, attempt)


@DBOS.step(name="send")
def send(delivery_id: int, attempt: int) -> str:
    """Send and settle; run again from the start when the program died in between."""
    held = services()
    begun = _begin(held, delivery_id, attempt)
    if begun is None:
        return "settled before"
    if begun == TAKEN:
        return _settle_success(held, delivery_id)
    delivery, message, mark = begun
    try:
        code = _hand_over(held, delivery, message, mark)
    except DeliveryError as error:
        return _settle_failure(held, delivery_id, error)
    except Exception as fault:  # noqa: BLE001 - whatever it is, the alert must be tried again
        unexpected = DeliveryError(
            f"unexpected {type(fault).__name__}", permanent=False, may_have_arrived=True
        )
        return _settle_failure(held, delivery_id, unexpected)
    _note_taken(held, delivery_id, code)
    return _settle_success(held, delivery_id)


def _note_taken(held: Services, delivery_id: int, code: str) -> None:
    """Commit no more than that the channel has taken it: a crash before this makes a repeat.

    Several that were taken at once are written by whichever comes first, so that none waits longer
    than for one other commit.
    """
    own = _Taken(delivery_id, code)
    _taken.put(own)
    with _writing:
        if not own.written:
            _write(held, [_taken.get() for _ in range(_taken.qsize())])
    if own.fault:
        raise own.fault


@dataclass(eq=False, slots=True)
class _Taken:
    """A delivery that its channel has taken, and what came of writing that down."""

    delivery_id: int
    code: str
    written: bool = False
    fault: Exception | None = None


_taken: SimpleQueue[_Taken] = SimpleQueue()
_writing = Lock()


def _write(held: Services, together: Sequence[_Taken]) -> None:
    """Write down all of them in one transaction; called by one thread at a time."""
    try:
        with urgently(), transaction(held.database) as session:
            for one in together:
                sent = {"state": DeliveryState.SENT.value, "receipt": one.code, "error": None}
                of_it = col(Delivery.id) == one.delivery_id
                session.execute(update(Delivery).where(of_it).values(sent))
    except Exception as fault:  # noqa: BLE001 - each of them is told, by its own thread
        for one in together:
            one.fault = fault
    for one in together:
        one.written = True


def _hand_over(held: Services, delivery: Delivery, message: Message, mark: str) -> str:
    """Hand the alert to its channel, if settings and roster still know channel and person."""
    channel = held.channels.get(delivery.channel)
    member = held.roster.get(delivery.staff_id)
    if channel is None:
        raise DeliveryError("channel not set up", permanent=True)
    if member is None:
        raise DeliveryError("no longer in the roster", permanent=True)
    return channel.deliver(message, member, mark).code


def _begin(
    held: Services, delivery_id: int, attempt: int
) -> tuple[Delivery, Message, str] | Literal["taken"] | None:
    """Commit "sending" before anything is sent, so that a crash leaves its mark."""
    with transaction(held.database) as session:
        delivery = session.get(Delivery, delivery_id)
        if delivery is None or delivery.attempts != attempt or delivery.settled_at is not None:
            return None
        if delivery.state == DeliveryState.SENT.value:
            return TAKEN
        incident = session.get_one(Incident, delivery.incident_id)
        if _read_by_the_named(held, delivery, incident):
            # A further post has named this person since: they are told nothing more.
            delivery.state = DeliveryState.FAILED.value
            delivery.error = "named since"
            delivery.settled_at = held.now()
            note_delivery(session, held, delivery, "could not tell")
            return None
        if delivery.standby and not is_needed(session, delivery, incident):
            delivery.state = DeliveryState.SPARED.value
            delivery.settled_at = held.now()
            session.add(delivery)
            return None
        delivery.state = DeliveryState.SENDING.value
        delivery.starts += 1
        session.add(delivery)
        return delivery, _message(session, held, delivery, incident), _mark(delivery, incident)


def _mark(delivery: Delivery, incident: Incident) -> str:
    """By which a channel knows this delivery again, and never takes another one for it.

    Its number alone could be given again, once an older copy of the database has been put back.
    """
    return f"d{delivery.id}-{int(incident.opened_at.timestamp() * 1e6):x}"


def _message(session: Session, held: Services, delivery: Delivery, incident: Incident) -> Message:
    link = None
    if incident.page_link is not None:
        link = held.working_key.open(incident.page_link, f"link:{incident.reference}").decode()
    return compose(
        AlertKind(delivery.kind),
        pack=held.pack,
        reference=incident.reference,
        severity=incident.severity,
        role=delivery.role,
        record_link=held.record_link(incident.reference),
        page_link=link,
        reason=delivery.reason,
        repeat=delivery.starts > 1,
        count=incident.mention_count,
        custody=head_words(head_now(session)),
        telling=incident.staff_id is not None,
    )


def _settle_success(held: Services, delivery_id: int) -> str:
    with transaction(held.database) as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.settled_at = held.now()
        channel = held.channels.get(delivery.channel)
        if channel and follows(channel):
            delivery.ask_at = held.now() + ASKED_AFTER
        note_delivery(session, held, delivery, "told")
    return "sent"


def _settle_failure(held: Services, delivery_id: int, error: DeliveryError) -> str:
    with transaction(held.database) as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.error = error.code
        if not error.may_have_arrived:
            delivery.starts -= 1
        if not error.permanent and delivery.attempts < len(RETRIES):
            wait = max(RETRIES[delivery.attempts], timedelta(seconds=error.retry_after or 0))
            delivery.attempts += 1
            delivery.state = DeliveryState.DUE.value
            delivery.next_try_at = held.now() + wait
            session.add(delivery)
            return "later"
        delivery.state = DeliveryState.FAILED.value
        delivery.settled_at = held.now()
        note_delivery(session, held, delivery, "could not tell")
        call_the_next(session, held, delivery)
    return "failed"


def _read_by_the_named(held: Services, delivery: Delivery, incident: Incident) -> bool:
    excluded = {incident.staff_id, *incident.alongside, *incident.conflicted}
    channel = held.channels.get(delivery.channel)
    along = readers(channel) if channel else frozenset[str]()
    return not excluded.isdisjoint({delivery.staff_id, *along})


def note_delivery(session: Session, held: Services, delivery: Delivery, action: str) -> None:
    """Write into the audit trail what became of a delivery."""
    session.add(delivery)
    incident = session.get_one(Incident, delivery.incident_id)
    about: dict[str, object] = {
        "role": delivery.role,
        "staff_id": delivery.staff_id,
        "channel": delivery.channel,
        "kind": delivery.kind,
        "repeat": delivery.starts > 1,
    }
    if delivery.error:
        about["why"] = delivery.error
    note(session, action, actor=MACHINE, now=held.now(), reference=incident.reference, about=about)
