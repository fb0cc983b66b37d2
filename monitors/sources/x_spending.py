"""What reading X costs: a running total for the day and a cap that holds. No network here.

X counts its days in UTC and charges for each post, picture or other thing that it returns. The
total is that of the token, whoever uses it, so what a request may bring is set aside before it is
made.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self, TypeVar

from monitors.errors import SourceError, Why
from monitors.ledger import DayCount
from records.day_total import DayTotal

MILLIONTHS = 1_000_000
ANSWERED_WITHIN = timedelta(minutes=2)
"""A request has an answer, or has failed, long before."""
PATIENCE_SECONDS, LOOK_SECONDS = 3.0, 0.1
"""How long to wait for what somebody else has set aside and may give back."""
ASK_ANEW_SECONDS = 5.0

Taken = TypeVar("Taken")


@dataclass
class Asked:
    """A request that is being made: what was set aside for it, and what its answer brought."""

    day: date
    posts: int
    """How many may be asked for."""
    things: int = 0
    """How many came."""


class Spending:
    """What may be spent of a day's sum, in millionths of a dollar."""

    def __init__(self, token: str, dollars_a_day: float, dollars_a_post: float) -> None:
        self.count = DayCount("x", token, UTC)
        self.looks_back = False
        """Then half of the sum is left to the watch."""
        self._cap = round(dollars_a_day * MILLIONTHS)
        self._price = max(round(dollars_a_post * MILLIONTHS), 1)

    @contextmanager
    def ask(self, least: int, most: int, each: int = 1) -> Iterator[Asked]:
        """Set aside what up to `most` posts cost with `each` things in one, for a request.

        Its answer's things are counted at the end and the rest is given back. Raises SourceError
        when not even `least` can be paid for.
        """
        one = each * self._price
        day, posts = self._set_aside(least, most, one)
        asked = Asked(day, posts)
        try:
            yield asked
        finally:
            now, used = datetime.now(UTC), asked.things * self._price
            with self.count.open(now, day) as total:
                total.settle(posts * one, used)
            if self.count.day(now) > day:  # answered on either side of midnight: count it on both
                with self.count.open(now) as total:
                    total.used += used

    def in_words(self, now: datetime) -> str:
        """What is left, for the console."""
        left = max(self._cap - self.count.known(now), 0) / MILLIONTHS
        return f"${left:.2f} of {self._in_words} left today"

    def _refused(self, total: DayTotal, amount: int, now: datetime) -> SourceError | None:
        """Why so much can't be spent, if it can't."""
        cap = self.cap
        if total.left(cap) >= amount:
            return None
        if cap - total.used >= amount:
            return SourceError(
                f"The rest of the {self._in_words} a day for X is set aside at this moment.",
                wait_seconds=ASK_ANEW_SECONDS,
                why=Why.USED_UP,
            )
        spent = f"The {self._in_words} a day for X are spent; it is not read again"
        if self.looks_back:
            spent = f"Half of the {self._in_words} a day for X is spent; X is not looked back at"
        return SourceError(
            f"{spent} before midnight UTC.", wait_seconds=until_midnight(now), why=Why.USED_UP
        )

    @property
    def cap(self) -> int:
        """What the total of the day may come to."""
        return self._cap // 2 if self.looks_back else self._cap

    @property
    def price(self) -> int:
        """Of one thing."""
        return self._price

    @property
    def _in_words(self) -> str:
        return f"${self._cap / MILLIONTHS:.2f}"

    def _set_aside(self, least: int, most: int, one: int) -> tuple[date, int]:
        def take(total: DayTotal, now: datetime) -> tuple[date, int]:
            posts = min(total.left(self.cap) // one, most)
            total.hold(posts * one, now + ANSWERED_WITHIN)
            return total.day, posts

        return self.if_left(least * one, take)

    def if_left(self, amount: int, take: Callable[[DayTotal, datetime], Taken]) -> Taken:
        """What `take` returns, called while so much is left; SourceError if it is not."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            now = datetime.now(UTC)
            with self.count.open(now) as total:
                refused = self._refused(total, amount, now)
                if refused is None:
                    return take(total, now)
            if refused.wait_seconds != ASK_ANEW_SECONDS or time.monotonic() > until:
                raise refused
            time.sleep(LOOK_SECONDS)


class Advance:
    """What a stream brings next is paid for before it comes, since X decides when it sends."""

    def __init__(self, spending: Spending, post: int, page: int) -> None:
        """`post`: how many things one may bring; `page`: how many are left for a search."""
        self._spending = spending
        self._post, self._page = post * spending.price, page * spending.price
        self._day, self._left = date.min, 0

    def __enter__(self) -> Self:
        self._renew(datetime.now(UTC))
        return self

    def __exit__(self, *_: object) -> None:
        left, self._left = self._left, 0
        with self._spending.count.open(datetime.now(UTC), self._day) as total:
            total.used -= left

    def pay(self, things: int) -> None:
        """Count what has come; raises SourceError when no more may come."""
        now = datetime.now(UTC)
        if self._spending.count.day(now) > self._day:
            self._left = 0  # what was not used of the last day stays counted there
        self._left -= things * self._spending.price
        self._renew(now)

    def _renew(self, now: datetime) -> None:
        if self._left < 0:  # it came, whatever it costs
            with self._spending.count.open(now) as total:
                total.used, self._left = total.used - self._left, 0
        self._day, self._left = self._spending.if_left(max(self._page, self._post), self._pay_next)

    def _pay_next(self, total: DayTotal, _: datetime) -> tuple[date, int]:
        total.used += self._post - self._left
        return total.day, self._post


def until_midnight(now: datetime) -> float:
    """Seconds until the next day begins in UTC."""
    tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
    return (datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=UTC) - now).total_seconds()
