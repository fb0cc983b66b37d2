"""What reading X costs: a running total for the day and a cap that holds. No network here.

X counts its days in UTC and charges for each post, picture or other thing that it returns.
"""

import threading
from datetime import UTC, date, datetime, timedelta

from monitors.errors import SourceError, Why

MILLIONTHS = 1_000_000


class Spending:
    """The day's total in millionths of a dollar; may be used by several threads."""

    def __init__(self, dollars_a_day: float, dollars_a_post: float) -> None:
        self._cap = round(dollars_a_day * MILLIONTHS)
        self._price = max(round(dollars_a_post * MILLIONTHS), 1)
        self._day = date.min
        self._spent = 0
        self._lock = threading.Lock()

    def remember(self, day: date, spent: int) -> None:
        """What was spent by an earlier run, or by this one; the larger of two totals holds."""
        with self._lock:
            if day == self._day:
                self._spent = max(self._spent, spent)
            elif day > self._day:
                self._day, self._spent = day, spent

    def pay(self, things: int, now: datetime) -> None:
        """Count what has been returned."""
        with self._lock:
            self._turn_to(now)
            self._spent += things * self._price

    def affords(self, now: datetime) -> int:
        """How many more things may be returned today."""
        with self._lock:
            self._turn_to(now)
            return max(self._cap - self._spent, 0) // self._price

    def total(self, now: datetime) -> tuple[date, int]:
        """The day and what was spent in it."""
        with self._lock:
            self._turn_to(now)
            return self._day, self._spent

    def in_words(self, now: datetime) -> str:
        """What is left, for the console."""
        _, spent = self.total(now)
        left = max(self._cap - spent, 0) / MILLIONTHS
        return f"${left:.2f} of ${self._cap / MILLIONTHS:.2f} left today"

    def all_spent(self, now: datetime) -> SourceError:
        """What to say when nothing more may be asked for today."""
        return SourceError(
            f"The {self.cap_in_words} a day for X are spent; "
            "it is not read again before midnight UTC.",
            wait_seconds=until_midnight(now),
            why=Why.USED_UP,
        )

    @property
    def cap_in_words(self) -> str:
        """As `$5.00`."""
        return f"${self._cap / MILLIONTHS:.2f}"

    def _turn_to(self, now: datetime) -> None:
        """A new day begins with nothing; a clock that is set back by hours does not undo one."""
        today = now.astimezone(UTC).date()
        if today > self._day:
            self._day, self._spent = today, 0
        elif self._day - today > timedelta(days=1):  # it had been far ahead, and must not block us
            self._day = today


def until_midnight(now: datetime) -> float:
    """Seconds until the next day begins in UTC."""
    tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
    return (datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=UTC) - now).total_seconds()
