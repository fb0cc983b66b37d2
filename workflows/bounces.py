"""Alerts that were taken and did not arrive: bounces, and channels that tell it when asked."""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ValidationError
from sqlmodel import Session, col, select

from alerts.bounce import Bounce, read_bounce
from alerts.channel import Fate, Receipt, follows
from alerts.errors import DeliveryError
from casework.audit import note
from monitors.errors import SourceError
from monitors.sources.mailbox_imap import Access, Box, RefusedMessageError, opened
from records.alert import Delivery, DeliveryState
from records.audit import MACHINE
from records.database import reading, transaction
from records.watching import SourceCursor
from workflows.deliver import ASKED_AFTER, note_delivery
from workflows.second import call_the_next, hurry
from workflows.services import Services

CURSOR = "alerts:bounces"
"""Under which it is kept how far the mailbox was read; no source can have this name."""
EVERY_SECONDS = 60.0
ASKED_FOR = timedelta(days=4)
_MOST_AT_ONCE = 100
_MOST_BYTES = 1_048_576
_ANEW = timedelta(days=1)
log = logging.getLogger(__name__)


class _Place(BaseModel):
    """How far the mailbox was read."""

    validity: int = 0
    uid: int = 0
    seen: AwareDatetime


class Bounces:
    """A thread that looks, once a minute, for what became of alerts."""

    def __init__(
        self, services: Services, access: Access | None, every_seconds: float = EVERY_SECONDS
    ) -> None:
        """Without `access` there is no mailbox, and only channels are asked."""
        self._services = services
        self._access = access
        self._every_seconds = every_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bounces", daemon=True)
        self._trouble = ""

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End after the present look, or leave it behind."""
        self._stop.set()
        self._thread.join(timeout=5)

    def look(self) -> int:
        """One look: how many alerts turned out not to have arrived."""
        lost = ask_channels(self._services)
        if self._access is None:
            return lost
        with opened(self._access) as box:
            return lost + _read(self._services, box)

    def _run(self) -> None:
        while not self._stop.wait(self._every_seconds):
            try:
                self.look()
                self._trouble = ""
            except Exception as fault:  # noqa: BLE001 - whatever it is, the next look may succeed
                sentence = str(fault) if isinstance(fault, SourceError) else type(fault).__name__
                if sentence != self._trouble:
                    log.error("bounces can't be read: %s", sentence)  # noqa: TRY400
                self._trouble = sentence


def _read(services: Services, box: Box) -> int:
    """Take what is new in the mailbox, which is only ever read."""
    now = services.now()
    with reading(services.database) as session:
        place = _place(session, now)
    numbers = _new(box, place)
    lost = passed = 0
    for number in numbers[:_MOST_AT_ONCE]:
        bounce = read_bounce(_raw(box, number))
        with transaction(services.database) as session:
            settled = bounce is not None and settle(session, services, bounce)
            place.uid, place.seen = number, now
            _keep(session, place, now)
        lost += settled
        passed += not settled
    if not numbers:
        place.seen = now
    with transaction(services.database) as session:
        _keep(session, place, now)
        if passed:
            note(session, "mail passed over", actor=MACHINE, now=now, about={"count": passed})
    return lost


def settle(session: Session, services: Services, bounce: Bounce) -> bool:
    """Turn the delivery of which a bounce tells; whether it changed anything.

    A forged, late or repeated one changes nothing: an id that we never gave is none of ours.
    """
    query = select(Delivery).where(Delivery.receipt == bounce.message_id)
    delivery = session.exec(query).first()
    if delivery is None or delivery.state != DeliveryState.SENT:
        return False
    if bounce.fate == Fate.UNDERWAY:
        if delivery.error is not None:
            return False
        delivery.error = f"delayed ({bounce.status})"
        session.add(delivery)
        hurry(session, services, delivery)
        return True
    turn(session, services, delivery, bounce.fate, bounce.status)
    return True


def turn(session: Session, services: Services, delivery: Delivery, fate: Fate, status: str) -> None:
    """What was taken has not arrived: the second channel goes out, or the next person is told."""
    delivery.state = DeliveryState.FAILED.value
    delivery.error = f"{fate.value} afterwards ({status})"
    delivery.arrived_at = delivery.ask_at = None
    note_delivery(session, services, delivery, "could not tell")
    call_the_next(session, services, delivery)


def ask_channels(services: Services) -> int:
    """Ask the channels that can be asked what became of alerts; how many did not arrive."""
    now = services.now()
    with reading(services.database) as session:
        query = select(Delivery).where(col(Delivery.ask_at) <= now).order_by(col(Delivery.ask_at))
        due = session.exec(query.limit(_MOST_AT_ONCE)).all()
    return sum(_ask(services, one, now) for one in due)


def _ask(services: Services, delivery: Delivery, now: datetime) -> bool:
    channel = services.channels.get(delivery.channel)
    ask = follows(channel) if channel else None
    try:
        fate = ask(Receipt(delivery.receipt or "")) if ask else Fate.UNDERWAY
    except DeliveryError:
        fate = Fate.UNDERWAY
    with transaction(services.database) as session:
        kept = session.get_one(Delivery, delivery.id)
        if kept.state != DeliveryState.SENT:
            kept.ask_at = None
        elif fate in {Fate.REFUSED, Fate.GIVEN_UP}:
            turn(session, services, kept, fate, "told by the channel")
        elif fate == Fate.ARRIVED:
            kept.arrived_at, kept.ask_at = now, None
        else:
            age = now - (kept.settled_at or now)
            kept.ask_at = None if ask is None or age > ASKED_FOR else now + _wait(age)
        session.add(kept)
        return kept.state == DeliveryState.FAILED


def _wait(age: timedelta) -> timedelta:
    """Until it is asked again: the longer it takes, the longer the wait."""
    return max(ASKED_AFTER, age / 2)


def _new(box: Box, place: _Place) -> Sequence[int]:
    """The numbers of the messages to be read; `place` is set to the mailbox's numbering."""
    if box.validity == place.validity:
        return box.after(place.uid)
    numbers = box.since((place.seen - _ANEW).date())
    place.validity = box.validity
    place.uid = numbers[0] - 1 if numbers else max(box.next - 1, 0)
    return numbers


def _raw(box: Box, number: int) -> bytes:
    """The beginning of a message; nothing of one that is gone or not given."""
    try:
        return box.piece(number, 0)[:_MOST_BYTES]
    except RefusedMessageError:
        return b""


def _place(session: Session, now: datetime) -> _Place:
    kept = session.get(SourceCursor, CURSOR)
    try:
        return _Place.model_validate_json(kept.cursor) if kept else _Place(seen=now)
    except ValidationError:
        return _Place(seen=now)


def _keep(session: Session, place: _Place, now: datetime) -> None:
    cursor = place.model_dump_json()
    kept = session.get(SourceCursor, CURSOR)
    if kept is None:
        kept = SourceCursor(source=CURSOR, cursor=cursor, updated_at=now.astimezone(UTC))
    kept.cursor, kept.updated_at = cursor, now
    session.add(kept)
