"""The leadership digest by the clock: drafted by itself, sent only once somebody released it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine
from sqlmodel import func, select

from alerts.errors import DeliveryError
from casework.digest import (
    ReleasedError,
    content_of,
    draft,
    leadership,
    of_period,
    release,
    waiting,
    who_releases,
)
from casework.digest_page import plain_text
from casework.digest_period import last_period
from casework.office import Office
from records.audit import MACHINE
from records.database import reading, transaction
from records.digest import Digest
from records.roster import StaffMember
from records.watching import SourceWatch

Send = Callable[[StaffMember, str, str], None]
"""Mails (to, subject, text) to one person."""


@dataclass(frozen=True, slots=True)
class DigestDesk:
    """What drafting and releasing need."""

    database: Engine
    office: Office
    send: Send


def draft_due(desk: DigestDesk, every: Literal["week", "month", "never"], now: datetime) -> bool:
    """Draft the digest of the newest week or month that is over; whether there was none yet.

    None of a time before anything was watched.
    """
    if every == "never":
        return False
    period = last_period(every, now, desk.office.organisation.calendar.zone)
    with reading(desk.database) as session:
        first = session.exec(select(func.min(SourceWatch.first_watched_at))).one()
        if first is None or first >= period.ends_at or of_period(session, period.name):
            return False
    with transaction(desk.database) as session:
        draft(session, period, actor=MACHINE, now=now)
    return True


def tell_waiting(desk: DigestDesk, now: datetime) -> int:
    """Tell whoever releases, once for each draft; raises DeliveryError when that can't be sent."""
    with reading(desk.database) as session:
        untold = [one for one in waiting(session) if one.told_at is None]
    for digest in untold:
        for staff_id in who_releases(desk.office, now):
            desk.send(desk.office.roster[staff_id], _WAITS, _waits(digest.period))
        with transaction(desk.database) as session:
            kept = session.get_one(Digest, digest.id)
            kept.told_at = now
            session.add(kept)
    return len(untold)


_WAITS = "namewatch: a digest for the leadership waits for you"


def _waits(period: str) -> str:
    return (
        f"The digest of {period} is drafted. It goes to nobody before you release it.\n\n"
        f"Read it:     namewatch digest show --period {period}\n"
        f"Release it:  namewatch digest release --period {period}\n"
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """Whom a released digest has reached, and whom it has not (staff ids)."""

    digest: Digest
    reached: tuple[str, ...]
    missed: tuple[str, ...]


def release_and_send(desk: DigestDesk, period: str, *, actor: str, now: datetime) -> Sent:
    """Release, then mail each of the leadership; again for those whom it did not reach.

    Raises ReleasedError only when it has reached all of them.
    """
    try:
        with transaction(desk.database) as session:
            digest = release(session, period, actor=actor, office=desk.office, now=now)
    except ReleasedError:
        with reading(desk.database) as session:
            known = of_period(session, period)
        if known is None or not _left(desk, known, now):
            raise
        digest = known
    tried = {staff_id: _send(desk, digest, staff_id) for staff_id in _left(desk, digest, now)}
    return Sent(
        digest,
        reached=tuple(one for one, arrived in tried.items() if arrived),
        missed=tuple(one for one, arrived in tried.items() if not arrived),
    )


def _left(desk: DigestDesk, digest: Digest, now: datetime) -> Sequence[str]:
    return [one for one in leadership(desk.office, now) if one not in digest.sent_to]


def _send(desk: DigestDesk, digest: Digest, staff_id: str) -> bool:
    member = desk.office.roster[staff_id]
    if not member.email:
        return False
    content = content_of(digest)
    body = desk.office.organisation.name
    try:
        desk.send(member, f"Confidential: digest for {content.words}", plain_text(content, body))
    except DeliveryError:
        return False
    with transaction(desk.database) as session:
        kept = session.get_one(Digest, digest.id, with_for_update=True)
        kept.sent_to = [*kept.sent_to, staff_id]
        session.add(kept)
    return True
