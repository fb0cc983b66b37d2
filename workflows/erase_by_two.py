"""Erase once a second person has agreed, for the console and the command line alike."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from casework import erasures
from casework.erasures import Wanted
from casework.office import Office
from records.database import transaction
from records.erasing import NOW, ErasureRequest
from records.errors import NamewatchError
from records.retention import Kept
from workflows.digest import Send
from workflows.erase import Eraser, HalfErasedError, Order, erase
from workflows.retention import Decided, Decider, erase_due

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits: its number, until when, and who may agree (staff ids)."""

    number: int
    until: datetime
    seconds: tuple[str, ...]


def ask_to_erase(
    database: Engine, office: Office, wanted: Wanted, *, actor: str, now: datetime
) -> Asked:
    """Ask; raises a CaseworkError when that may not be."""
    with transaction(database) as session:
        request = erasures.ask(session, office, wanted, actor=actor, now=now)
        others = erasures.seconds_for(session, office, wanted, now) - {actor}
        assert request.id is not None
        return Asked(request.id, request.ends_at, tuple(sorted(others)))


def tell_seconds(office: Office, asked: Asked, send: Send) -> None:
    """Mail those who may agree; whom no mail reaches finds it in the console all the same."""
    for staff_id in asked.seconds:
        try:
            send(office.roster[staff_id], _SUBJECT, _WORDS.format(until=f"{asked.until:%-d %B %Y}"))
        except NamewatchError as fault:
            _log.warning("A second person could not be told (%s).", type(fault).__name__)


_SUBJECT = "namewatch: a second person has to agree that something is erased"
_WORDS = (
    "Somebody has asked that something in the register be erased. Erasing takes two people, and"
    " you may be the second. Nothing is erased before somebody agrees; the request runs out on"
    " {until}.\n\n"
    "See it in the console under “Keep or erase”, or on the command line:\n"
    "  namewatch retention due\n"
)


def agree_and_erase(
    eraser: Eraser, office: Office, number: int, *, actor: str, now: datetime
) -> Decided:
    """Be the second person, and erase; raises a CaseworkError when that may not be."""
    with transaction(eraser.database) as session:
        request = erasures.agree(session, office, number, actor=actor, now=now)
        session.flush()
        session.expunge(request)
    return go_on(eraser, office, request, now=now)


def go_on(eraser: Eraser, office: Office, request: ErasureRequest, *, now: datetime) -> Decided:
    """Erase what was agreed to, also where an earlier try was broken off."""
    assert request.id is not None
    assert request.settled_by is not None
    try:
        decided = _erase(eraser, office, request, request.settled_by, now)
    except HalfErasedError:
        with transaction(eraser.database) as session:
            erasures.finished(session, request.id, now)
        raise
    with transaction(eraser.database) as session:
        erasures.finished(session, request.id, now)
    return decided


def _erase(
    eraser: Eraser, office: Office, request: ErasureRequest, second: str, now: datetime
) -> Decided:
    if request.kind == NOW:
        order = Order(request.subject, request.exhibit, request.asked_by, second, request.why)
        return Decided(done=(erase(eraser, office, order, now=now),))
    who = Decider(Kept(request.kind), request.subject, request.asked_by, second)
    return erase_due(eraser, office, who, now=now)


def agreed(session: Session, wanted: Wanted, now: datetime) -> ErasureRequest | None:
    """The request for this that was agreed to and is not done, free of the session."""
    request = erasures.agreed_one(session, wanted, now)
    if request is not None:
        session.expunge(request)
    return request
