"""One running total a day for each credential, which all who use it share and none exceeds."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol

from monitors.source import Source
from records.day_total import DayTotal


class Ledger(Protocol):
    """Where totals are kept. What can't be kept is a SourceError, so that nothing is asked."""

    def total(self, what: str, secret: str, *days: date) -> AbstractContextManager[DayTotal]:
        """The total of the first of `days` that has begun, or else of the last.

        Nobody else sees or changes it before the block ends.
        """


class OwnLedger:
    """Totals of this process alone, for as long as it lives."""

    def __init__(self) -> None:
        self._totals: dict[tuple[str, str, date], DayTotal] = {}
        self._lock = threading.Lock()

    @contextmanager
    def total(self, what: str, secret: str, *days: date) -> Iterator[DayTotal]:
        """As the protocol says."""
        with self._lock:
            begun = [day for day in days if (what, secret, day) in self._totals]
            day = (*begun, days[-1])[0]
            yield self._totals.setdefault((what, secret, day), DayTotal(what=what, day=day))


class DayCount:
    """What one credential has used of a day; days begin at midnight in `zone`."""

    def __init__(self, what: str, secret: str, zone: tzinfo) -> None:
        self.ledger: Ledger = OwnLedger()
        self._what, self._secret, self._zone = what, secret, zone
        self._known = (date.min, 0)

    @contextmanager
    def open(self, now: datetime, day: date | None = None) -> Iterator[DayTotal]:
        """The total of today, or of `day`; what the block changes is kept when it ends."""
        days = (day,) if day else _days(self.day(now))
        with self.ledger.total(self._what, self._secret, *days) as total:
            total.give_up_waiting(now)
            yield total
            if day is None or day == self._known[0]:
                self._known = (total.day, total.used)

    def look(self, now: datetime) -> None:
        """See what others have used, so that it is known."""
        with self.open(now):
            pass

    def day(self, now: datetime) -> date:
        """Today, where the platform counts."""
        return now.astimezone(self._zone).date()

    def known(self, now: datetime) -> int:
        """What was used when it was last looked at; never waits."""
        day, used = self._known
        return used if day in _days(self.day(now)) else 0


def _days(today: date) -> tuple[date, date]:
    """Tomorrow if it has begun, so that a clock that is set back by hours undoes nothing."""
    return today + timedelta(days=1), today


def share(ledger: Ledger, sources: Iterable[Source]) -> None:
    """Have all of them that keep to a sum or a quota count there."""
    for source in sources:
        if count_in := getattr(source, "count_in", None):
            count_in(ledger)
