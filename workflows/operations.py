"""Alarms to whoever runs namewatch: raised with what they are about, told afterwards until taken.

They hold a sentence of ours and a reference at most: never a name, a post or an address.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from alerts.errors import DeliveryError
from records.alarm import AlarmKind, OperationsAlarm
from records.database import reading, transaction
from records.incident import Incident
from records.roster import StaffMember
from workflows.alarm import ROLE
from workflows.services import Services

AGAIN_AFTER = timedelta(minutes=5)
EVERY_SECONDS = 5.0
_WORDS = {
    AlarmKind.NOBODY_TO_TELL: "There is nobody left to tell of {reference}.",
    AlarmKind.NOBODY_ANSWERS: "Nobody says that they have seen {reference}.",
    AlarmKind.LEFT_UNDONE: "Something about {reference} is still not done, after reminders.",
    AlarmKind.NOT_DELIVERED: "An alert about {reference} could not be delivered to somebody.",
    AlarmKind.UNCOVERED: "There is somebody of whose naming nobody would be told today.",
}
_THEN = "Run `namewatch doctor` on the machine, and speak to the communications manager."
log = logging.getLogger(__name__)

Call = Callable[[str, str, frozenset[str]], None]
"""Takes a subject, a sentence and the staff ids of those who must not hear of it.

Raises when nobody has taken them.
"""
Send = Callable[[StaffMember, str, str], None]


def raise_alarm(session: Session, kind: AlarmKind, reference: str, *, now: datetime) -> bool:
    """Raise it with what `session` writes; whether it is news. `reference` may also be a day."""
    query = select(OperationsAlarm).where(
        OperationsAlarm.kind == kind.value, OperationsAlarm.reference == reference
    )
    if session.exec(query).first():
        return False
    session.add(OperationsAlarm(kind=kind.value, reference=reference, raised_at=now, due_at=now))
    log.error("%s", _WORDS[kind].format(reference=reference))
    return True


def by_mail(services: Services, send: Send, staff_ids: Sequence[str]) -> Call:
    """Mail to those who look after the machine, but for who is named or in conflict.

    If none of them is there, to whoever holds the first role with somebody left, since an alarm
    must not lie about unread: the communications manager before all others.
    """

    def call(subject: str, sentence: str, excluded: frozenset[str]) -> None:
        by_role = sorted(services.organisation.roles.items(), key=lambda one: one[0] != ROLE)
        for chosen in (staff_ids, *(holders for _, holders in by_role)):
            there = [one for one in chosen if one in services.roster and one not in excluded]
            if there:
                break
        for staff_id in there:
            send(services.roster[staff_id], subject, sentence)
        if not there:
            raise DeliveryError("nobody to mail to", permanent=False)

    return call


class OperationsAlarms:
    """Tells alarms by every means there is; one that nobody took is tried again."""

    def __init__(self, services: Services, calls: Sequence[Call]) -> None:
        """`calls` are tried one after another; an alarm counts as told once one has taken it."""
        self._services = services
        self._calls = calls
        self._not_before = 0.0

    def look(self) -> int:
        """Tell what is due; how many alarms were told."""
        if time.monotonic() < self._not_before:
            return 0
        self._not_before = time.monotonic() + EVERY_SECONDS
        return self.once()

    def once(self) -> int:
        """As `look`, whenever it was done last."""
        now = self._services.now()
        with reading(self._services.database) as session:
            due = session.exec(select(OperationsAlarm).where(col(OperationsAlarm.due_at) <= now))
            alarms = list(due)
        return sum(self._tell(one, now) for one in alarms)

    def _tell(self, alarm: OperationsAlarm, now: datetime) -> bool:
        taken = [self._call(one, alarm) for one in self._calls]
        with transaction(self._services.database) as session:
            kept = session.get_one(OperationsAlarm, alarm.id)
            kept.tries += 1
            kept.due_at = None if any(taken) else now + AGAIN_AFTER
            kept.told_at = now if any(taken) else None
            session.add(kept)
        return any(taken)

    def _call(self, call: Call, alarm: OperationsAlarm) -> bool:
        words = _WORDS[AlarmKind(alarm.kind)].format(reference=alarm.reference)
        try:
            call("namewatch needs somebody", f"{words} {_THEN}", self._excluded(alarm))
        except Exception as fault:  # noqa: BLE001 - whatever it is, the next means is tried
            log.warning("An alarm could not be sent (%s).", type(fault).__name__)
            return False
        return True

    def _excluded(self, alarm: OperationsAlarm) -> frozenset[str]:
        """Whoever must not hear even of the reference (SPSO 68)."""
        with reading(self._services.database) as session:
            query = select(Incident).where(Incident.reference == alarm.reference)
            incident = session.exec(query).first()
        if incident is None:
            return frozenset()
        named = {incident.staff_id} if incident.staff_id else set()
        return frozenset({*named, *incident.alongside, *incident.conflicted})
