"""YouTube's quota: a hundred searches and ten thousand units a day, until midnight Pacific.

It is that of the key, whoever uses it.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitors.ledger import DayCount, Ledger

PACIFIC = ZoneInfo("America/Los_Angeles")


class Quota:
    """Counts what has been asked for today; nothing is asked that is not counted first."""

    def __init__(self, key: str, searches_a_day: int, units_a_day: int) -> None:
        self.looks_back = False
        """Then half of each is left to the watch."""
        self._searches_a_day, self._units_a_day = searches_a_day, units_a_day
        self._searches = DayCount("youtube searches", key, PACIFIC)
        self._units = DayCount("youtube units", key, PACIFIC)

    def count_in(self, ledger: Ledger) -> None:
        """Share the counts with all who use the key."""
        self._searches.ledger = self._units.ledger = ledger

    def look(self, now: datetime) -> None:
        """See what others have used, so that `in_words` tells it."""
        self._searches.look(now)
        self._units.look(now)

    def take_search(self, now: datetime) -> bool:
        """Whether one more search may be made; if so it is counted."""
        with self._searches.open(now) as total:
            return total.take(1, self._cap(self._searches_a_day))

    def take_unit(self, now: datetime) -> bool:
        """Whether one more of all other requests may be made; if so it is counted."""
        with self._units.open(now) as total:
            return total.take(1, self._cap(self._units_a_day))

    def no_more_searches(self, now: datetime) -> None:
        """YouTube says that they are used up, perhaps by another program with our key."""
        with self._searches.open(now) as total:
            total.used = max(total.used, self._searches_a_day)

    def no_more_units(self, now: datetime) -> None:
        """As for searches."""
        with self._units.open(now) as total:
            total.used = max(total.used, self._units_a_day)

    def day(self, now: datetime) -> date:
        """Today, where YouTube counts."""
        return self._units.day(now)

    def in_words(self, now: datetime) -> str:
        """What is left, for the console."""
        searches = max(self._searches_a_day - self._searches.known(now), 0)
        units = max(self._units_a_day - self._units.known(now), 0)
        return (
            f"{searches} of {self._searches_a_day} searches and "
            f"{units:,} of {self._units_a_day:,} units left today"
        )

    def _cap(self, a_day: int) -> int:
        return a_day // 2 if self.looks_back else a_day


def until_midnight(now: datetime) -> float:
    """Seconds until the next day begins where YouTube counts it."""
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), PACIFIC).astimezone(UTC)
    return (midnight - now).total_seconds()
