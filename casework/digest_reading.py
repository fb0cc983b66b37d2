"""Read digests: each as it was released, and longer times added up from those, never counted anew.

Everybody who may read reads the same numbers, whoever they are and whomever a record is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from casework.digest import (
    Content,
    content_of,
    of_period,
    own_part,
    released_ones,
    told_of,
    touches,
)
from casework.digest_counts import not_yet_told, within
from casework.digest_coverage import coverage_of
from casework.digest_period import DigestPeriod, NoSuchPeriodError, longer_ones, period_called
from records.digest import Digest


@dataclass(frozen=True, slots=True)
class Choice:
    """A time of which something may be read."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be read: as released, and added up; the newest first."""

    released: tuple[Choice, ...]
    quarters: tuple[Choice, ...]
    years: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One time: what is told of it, and of which days of it nothing is told yet."""

    content: Content
    added_up: bool
    untold: tuple[tuple[datetime, datetime], ...] = ()


def choices(session: Session, zone: ZoneInfo) -> Choices:
    """Every time of which a released digest tells."""
    found = released_ones(session)
    names = {name for one in found for name in longer_ones(one.begins_at.astimezone(zone).date())}
    longer = [period_called(name, zone) for name in sorted(names, reverse=True)]
    useful = [one for one in longer if any(_in(digest, one) for digest in found)]
    return Choices(
        released=tuple(Choice(one.period, one.content["words"]) for one in reversed(found)),
        quarters=tuple(Choice(one.name, one.words) for one in useful if "Q" in one.name),
        years=tuple(Choice(one.name, one.words) for one in useful if "Q" not in one.name),
    )


def read(session: Session, name: str, zone: ZoneInfo) -> Reading | None:
    """What was released of this time, or what can be added up of it; None when that is nothing."""
    digest = of_period(session, name)
    if digest is not None and digest.released_at is not None:
        return Reading(content_of(digest), added_up=False)
    try:
        period = period_called(name, zone)
    except NoSuchPeriodError:
        return None
    if name not in longer_ones(period.begins_at.astimezone(zone).date()):
        return None
    return _added_up(session, period)


def _added_up(session: Session, period: DigestPeriod) -> Reading | None:
    found = released_ones(session)
    inside = [one for one in found if _in(one, period)]
    if not inside:
        return None
    newest = content_of(inside[-1])
    counted = [one for one in inside if own_part(one).spans]
    across = [one for one in found if one not in inside and touches(own_part(one), period)]
    content = Content(
        period=period.name,
        words=period.words,
        parts=tuple(own_part(one) for one in counted),
        left_out=tuple(one.content["words"] for one in across),
        earlier_open=None,
        decisions_due=newest.decisions_due,
        overdue=newest.overdue,
        let_in=any(content_of(one).let_in for one in inside),
        coverage=tuple(coverage_of(session, period.span)),
        before=tuple((one.content["words"], own_part(one)) for one in counted),
    )
    untold = not_yet_told(period.span, told_of(session))
    return Reading(content, added_up=True, untold=tuple(untold))


def _in(digest: Digest, period: DigestPeriod) -> bool:
    return within((digest.begins_at, digest.ends_at), period.span)


def of(digests: Sequence[Digest]) -> tuple[Choice, ...]:
    """These digests, as they are chosen."""
    return tuple(Choice(one.period, one.content["words"]) for one in digests)
