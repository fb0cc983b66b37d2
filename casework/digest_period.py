"""The weeks, months, quarters and years that digests are about, by the body's own clock."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from casework.digest_counts import Span
from casework.errors import CaseworkError
from records.period import Period

Every = Literal["week", "month"]
_QUARTERS = ("first", "second", "third", "fourth")


class NoSuchPeriodError(CaseworkError):
    """Say a month (2026-11), a week (2026-W48), a quarter (2026-Q4) or a year (2026)."""


class NotOverError(CaseworkError):
    """This time is not over yet, so there is no digest of it."""


@dataclass(frozen=True, slots=True)
class DigestPeriod:
    """One week, month, quarter or year, by name, with its moments."""

    name: str
    words: str
    begins_at: datetime
    ends_at: datetime

    @property
    def span(self) -> Span:
        """From when until when."""
        return self.begins_at, self.ends_at


def period_called(name: str, zone: ZoneInfo) -> DigestPeriod:
    """The period of this name; raises NoSuchPeriodError."""
    try:
        if found := re.fullmatch(r"(\d{4})-(\d{2})", name):
            first = date(int(found[1]), int(found[2]), 1)
            return _period(name, f"{first:%B %Y}", first, Period(1).after(first), zone)
        if found := re.fullmatch(r"(\d{4})-W(\d{2})", name):
            first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
            words = f"the week of {first:%-d %B %Y}"
            return _period(name, words, first, first + timedelta(days=7), zone)
        if found := re.fullmatch(r"(\d{4})-Q([1-4])", name):
            number = int(found[2])
            first = date(int(found[1]), 3 * number - 2, 1)
            words = f"{_QUARTERS[number - 1]} quarter of {first.year}"
            return _period(name, f"the {words}", first, Period(3).after(first), zone)
        if re.fullmatch(r"\d{4}", name):
            first = date(int(name), 1, 1)
            return _period(name, f"the year {name}", first, Period(12).after(first), zone)
    except (ValueError, OverflowError):
        pass
    raise NoSuchPeriodError


def last_period(every: Every, now: datetime, zone: ZoneInfo) -> DigestPeriod:
    """The newest week or month that is over."""
    today = now.astimezone(zone).date()
    if every == "month":
        last = today.replace(day=1) - timedelta(days=1)
        return period_called(f"{last:%Y-%m}", zone)
    year, week, _ = (today - timedelta(days=7)).isocalendar()
    return period_called(f"{year}-W{week:02d}", zone)


def longer_ones(day: date) -> tuple[str, str]:
    """The names of the quarter and of the year in which a day lies."""
    return f"{day.year}-Q{(day.month + 2) // 3}", str(day.year)


def _period(name: str, words: str, first: date, after: date, zone: ZoneInfo) -> DigestPeriod:
    begins_at, ends_at = (
        datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, after)
    )
    return DigestPeriod(name, words, begins_at, ends_at)
