"""How long each kind of record is kept before somebody has to decide: pure rules over times."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from policies.tables import Retention
from records.period import Period
from records.retention import Kept


@dataclass(frozen=True, slots=True)
class Ended:
    """A restriction; `at` is None while it stands."""

    number: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed record, as the clocks see it."""

    reference: str
    closed_at: datetime
    has_evidence: bool
    restrictions: tuple[Ended, ...] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """What runs out when, and by which rule."""

    kind: Kept
    subject: str
    since: datetime
    due_at: datetime
    period: Period


def after(since: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """The same day and hour by the body's own clock, months later."""
    return period.after(since.astimezone(zone)).astimezone(since.tzinfo)


def clocks_of(record: Closed, rules: Retention, zone: ZoneInfo) -> Iterator[Clock]:
    """Every clock of a closed record.

    While a restriction stands, or its own time runs, the record it rests on is kept: none of its
    clocks runs out before (WICS Comm-Term ¶3 asks for what was decided two years later).
    """
    standing = [one for one in record.restrictions if one.at is None]
    ended = [(one.number, one.at) for one in record.restrictions if one.at is not None]
    for number, at in ended:
        due = after(at, rules.restriction, zone)
        yield Clock(Kept.RESTRICTION, f"{record.reference}/{number}", at, due, rules.restriction)
    if standing:
        return
    not_before = max((after(at, rules.restriction, zone) for _, at in ended), default=None)
    if record.has_evidence:
        yield _of_record(Kept.EVIDENCE, record, rules.evidence, zone, not_before)
    yield _of_record(Kept.RECORD, record, rules.closed_record, zone, not_before)


def _of_record(
    kind: Kept, record: Closed, period: Period, zone: ZoneInfo, not_before: datetime | None
) -> Clock:
    due = after(record.closed_at, period, zone)
    if not_before is not None:
        due = max(due, not_before)
    return Clock(kind, record.reference, record.closed_at, due, period)


def clock_of_triage(month: datetime, rules: Retention, zone: ZoneInfo) -> Clock:
    """Posts that were kept for triage in one month, counted from its end."""
    began = month.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ended = Period(1).after(began)
    due = after(ended, rules.evidence, zone)
    return Clock(Kept.TRIAGE, f"{began:%Y-%m}", ended, due, rules.evidence)
