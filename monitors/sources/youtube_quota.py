"""YouTube's quota: a hundred searches and ten thousand units a day, until midnight Pacific."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")


class Quota:
    """Counts what has been asked for today; nothing is asked that is not counted first."""

    def __init__(self, searches_a_day: int, units_a_day: int) -> None:
        self._searches_a_day, self._units_a_day = searches_a_day, units_a_day
        self._day = date.min
        self._searches = self._units = 0

    def remember(self, day: date, searches: int, units: int) -> None:
        """What an earlier run, or this one, has used; of one day the larger counts hold."""
        if day == self._day:
            searches, units = max(searches, self._searches), max(units, self._units)
        if day >= self._day:
            self._day, self._searches, self._units = day, searches, units

    def take_search(self, now: datetime) -> bool:
        """Whether one more search may be made; if so it is counted."""
        self._turn_to(now)
        granted = self._searches < self._searches_a_day
        self._searches += granted
        return granted

    def take_unit(self, now: datetime) -> bool:
        """Whether one more of all other requests may be made; if so it is counted."""
        self._turn_to(now)
        granted = self._units < self._units_a_day
        self._units += granted
        return granted

    def no_more_searches(self) -> None:
        """YouTube says that they are used up, perhaps by another program with our key."""
        self._searches = max(self._searches, self._searches_a_day)

    def no_more_units(self) -> None:
        """As for searches."""
        self._units = max(self._units, self._units_a_day)

    def used(self, now: datetime) -> tuple[date, int, int]:
        """The day, its searches and its units."""
        self._turn_to(now)
        return self._day, self._searches, self._units

    def in_words(self, now: datetime) -> str:
        """What is left, for the console."""
        self._turn_to(now)
        searches = max(self._searches_a_day - self._searches, 0)
        units = max(self._units_a_day - self._units, 0)
        return (
            f"{searches} of {self._searches_a_day} searches and "
            f"{units:,} of {self._units_a_day:,} units left today"
        )

    def _turn_to(self, now: datetime) -> None:
        """A new day begins with nothing; a clock that is set back by hours does not undo one."""
        today = now.astimezone(PACIFIC).date()
        if today > self._day:
            self._day, self._searches, self._units = today, 0, 0
        elif self._day - today > timedelta(days=1):  # it had been far ahead, and must not block us
            self._day = today


def until_midnight(now: datetime) -> float:
    """Seconds until the next day begins where YouTube counts it."""
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), PACIFIC).astimezone(UTC)
    return (midnight - now).total_seconds()
