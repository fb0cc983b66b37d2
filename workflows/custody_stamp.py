"""Have the head of the custody log stamped once a day, when a time-stamp authority is set."""

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta

from sqlmodel import Session, col, select

from evidence.custody import Head
from evidence.errors import StampError
from evidence.stamp import check_stamp
from records.custody import CustodyStamp
from records.database import reading, transaction
from workflows.custody import head_now
from workflows.services import Services

EVERY = timedelta(days=1)
LOOK_EVERY_SECONDS = 600
log = logging.getLogger(__name__)


def stamp_head(held: Services) -> bool:
    """Stamp the newest entry when that is due; whether it was. Raises StampError."""
    authority = held.sealer.authority
    if authority is None:
        return False
    with reading(held.database) as session:
        head, last = head_now(session), _last(session)
    if head is None or (last and (last.number == head.number or last.at > held.now() - EVERY)):
        return False
    token = authority.stamp(stamped_bytes(head))
    with transaction(held.database) as session:
        if session.get(CustodyStamp, head.number) is None:
            session.add(
                CustodyStamp(number=head.number, sha256=head.sha256, at=held.now(), token=token)
            )
    return True


def stamped_bytes(head: Head) -> bytes:
    """What the token is over: the head in one line, as `namewatch custody head` prints it."""
    return f"{head.number}:{head.sha256}\n".encode()


def stamps(session: Session) -> list[CustodyStamp]:
    """Every stamp, oldest first."""
    return list(session.exec(select(CustodyStamp).order_by(col(CustodyStamp.number))))


def faults_of_stamps(kept: list[CustodyStamp], certificates: bytes) -> Iterator[str]:
    """What is wrong with the stamps themselves; their heads are held against the chain as well."""
    for one in kept:
        try:
            check_stamp(one.token, stamped_bytes(Head(one.number, one.sha256)), certificates)
        except StampError as fault:
            yield f"The stamp over entry {one.number} does not hold. {fault}"


def _last(session: Session) -> CustodyStamp | None:
    return session.exec(select(CustodyStamp).order_by(col(CustodyStamp.at).desc())).first()


class DailyStamp:
    """A thread of its own, since an authority may be slow."""

    def __init__(self, services: Services) -> None:
        """Starts nothing before `start`."""
        self._services = services
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="custody stamp", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End; a stamp that is being asked for is asked for again at the next start."""
        self._stop.set()

    def _run(self) -> None:
        trouble = ""
        while True:
            try:
                stamp_head(self._services)
                trouble = ""
            except Exception as fault:  # noqa: BLE001 - it is tried again; alerts tell the head too
                kind = type(fault).__name__
                if kind != trouble:
                    log.error("the custody log was not stamped (%s); trying again", kind)  # noqa: TRY400
                trouble = kind
            if self._stop.wait(LOOK_EVERY_SECONDS):
                return
