"""Whether alerts go out, channel by channel: counts and moments, never whose they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, func, not_, or_, select

from casework.named import excludes
from records.alarm import OperationsAlarm
from records.alert import Delivery, DeliveryState
from records.incident import Incident

LATE = timedelta(minutes=5)
"""An alert that has not gone out after this is told of."""
LATELY = timedelta(days=1)
"""A failure that somebody has taken up since, or that is older, is no longer told of."""
NAMED_SINCE = "named since"
_UNDER_WAY = (DeliveryState.DUE.value, DeliveryState.SENDING.value)


@dataclass(frozen=True, slots=True)
class Sender:
    """One channel: when it last delivered, what waits, and what could not be delivered."""

    channel: str
    last_at: datetime | None = None
    waiting: int = 0
    late: int = 0
    """How many of those that wait should have gone out before."""
    since: datetime | None = None
    """Since when the oldest of these waits."""
    failed: int = 0

    @property
    def well(self) -> bool:
        """Whether everything has gone out."""
        return not (self.late or self.failed)


def senders(
    session: Session, viewer: str, now: datetime, channels: Iterable[str] = ()
) -> list[Sender]:
    """Every channel; what is about an incident that `viewer` is named in counts for nothing."""
    last = dict(_by_channel(session, viewer, func.max(Delivery.settled_at), _sent()))
    troubled = {one.channel: one for one in not_going_out(session, viewer, now)}
    waiting = dict(_by_channel(session, viewer, func.count(), _waits()))
    names = sorted({*channels, *last, *waiting, *troubled})
    return [
        replace(
            troubled.get(one) or Sender(one),
            last_at=last.get(one),
            waiting=waiting.get(one, 0),
        )
        for one in names
    ]


def not_going_out(session: Session, viewer: str, now: datetime) -> list[Sender]:
    """The channels by which something has not gone out that should have."""
    late = dict(_by_channel(session, viewer, func.count(), _waits(), _late(now)))
    since = dict(_by_channel(session, viewer, func.min(Delivery.created_at), _waits(), _late(now)))
    failed = dict(_by_channel(session, viewer, func.count(), _failed(now)))
    return [
        Sender(one, late=late.get(one, 0), since=since.get(one), failed=failed.get(one, 0))
        for one in sorted({*late, *failed})
    ]


def alarms_untold(session: Session) -> int:
    """How many alarms have reached nobody yet."""
    query = select(func.count()).select_from(OperationsAlarm)
    return session.exec(query.where(col(OperationsAlarm.told_at).is_(None))).one()


def _by_channel(
    session: Session, viewer: str, what: Any, *conditions: ColumnElement[bool]
) -> Iterator[tuple[str, Any]]:
    query = (
        select(Delivery.channel, what)
        .join(Incident, col(Incident.id) == Delivery.incident_id)
        .where(*conditions, not_(excludes(viewer)))
        .group_by(Delivery.channel)
    )
    yield from session.exec(query)


def _sent() -> ColumnElement[bool]:
    return col(Delivery.state) == DeliveryState.SENT.value


def _waits() -> ColumnElement[bool]:
    """Stand-by deliveries wait for nothing but the others' failing."""
    return and_(col(Delivery.state).in_(_UNDER_WAY), col(Delivery.standby).is_(False))


def _late(now: datetime) -> ColumnElement[bool]:
    """Tried in vain, or neither tried nor put off until later, as in quiet hours."""
    put_off = and_(col(Delivery.next_try_at) > now, col(Delivery.attempts) == 0)
    not_put_off = or_(col(Delivery.next_try_at).is_(None), not_(put_off))
    return and_(col(Delivery.created_at) <= now - LATE, not_put_off)


def _failed(now: datetime) -> ColumnElement[bool]:
    """Not the delivery that was held back since its recipient was named meanwhile."""
    return and_(
        col(Delivery.state) == DeliveryState.FAILED.value,
        col(Delivery.settled_at) > now - LATELY,
        func.coalesce(col(Delivery.error), "") != NAMED_SINCE,
        col(Incident.acknowledged_at).is_(None),
        col(Incident.state) != "closed",
    )
