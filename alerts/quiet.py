"""Quiet hours: what may wait until the morning, and what never does."""

from collections.abc import Collection
from datetime import datetime, time, timedelta

from policies.pack import Pack
from records.organisation import Organisation

_GRAVE = frozenset({"high", "critical"})


def not_before(
    pack: Pack,
    organisation: Organisation,
    severity: str,
    categories: Collection[str],
    now: datetime,
) -> datetime:
    """The moment at which people may be told: now, or when the body's quiet hours end.

    Only what the pack lets wait does so; a threat never does, and neither does anything grave.
    """
    quiet = organisation.quiet
    waits = bool(categories) and set(categories) <= set(pack.quiet.waits)
    if quiet is None or severity in _GRAVE or not waits:
        return now
    zone = organisation.calendar.zone
    local = now.astimezone(zone)
    if not _within(local.time(), *quiet):
        return now
    begins, ends = quiet
    over_night = begins > ends and local.time() >= begins
    day = local.date() + timedelta(days=1 if over_night else 0)
    return datetime.combine(day, ends, zone).astimezone(now.tzinfo)


def _within(at: time, begins: time, ends: time) -> bool:
    return begins <= at < ends if begins < ends else at >= begins or at < ends
