"""How Reddit's answers are taken: what it refuses becomes our own error before its client sees it.

Its client by itself would sleep inside a request, break on a Retry-After that is a date, and
write addresses with what was searched for into the log when it tries again.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import requests

from monitors.errors import SourceError, Why
from monitors.web import CappedAdapter, refusal, trouble

TITLE = "Reddit"
_SIGN_IN, _TOO_MANY = 401, 429
_REDIRECTS = range(301, 309)
_NOT_SHOWN = (403, 404, 410)
_LONGEST_WAIT = 3600.0


class SignInNeededError(SourceError):
    """Reddit does not take the client id and secret."""


class NotShownError(SourceError):
    """Reddit does not let us read one of the places."""


class RedditAdapter(CappedAdapter):
    """Asks nothing once the budget is used up; raises SourceError for all that brings nothing."""

    def __init__(
        self,
        deadline_seconds: float,
        most_bytes: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(deadline_seconds, most_bytes)
        self._clock = clock
        self._left: float | None = None
        self._used = 0.0
        self._anew_at = 0.0

    @property
    def budget(self) -> str:
        """How many requests Reddit still allows before it counts anew."""
        if self._left is None or self._clock() >= self._anew_at:
            return ""
        return f"{self._left:.0f} of {self._left + self._used:.0f} requests left for now"

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, stream: bool = False, **options: Any
    ) -> requests.Response:
        """As the library does, but for what is said above."""
        self._see_that_we_may()
        try:
            response = super().send(request, stream, **options)
        except requests.RequestException as fault:
            raise trouble(TITLE, fault) from None
        said = {name: response.headers.pop(f"x-ratelimit-{name}", None) for name in _SAID}
        self._count(said)
        self._refuse(response, _number(said["reset"]))
        return response

    def _see_that_we_may(self) -> None:
        wait = self._anew_at - self._clock()
        if self._left is not None and self._left < 1 and wait > 0:
            raise SourceError(
                "What Reddit lets us ask for is used up for the moment.",
                wait_seconds=wait,
                why=Why.TOO_OFTEN,
            )

    def _count(self, said: dict[str, str | None]) -> None:
        left, reset = _number(said["remaining"]), _number(said["reset"])
        if left is None or reset is None:
            return
        self._left, self._used = left, _number(said["used"]) or 0.0
        self._anew_at = self._clock() + min(reset, _LONGEST_WAIT)

    def _refuse(self, response: requests.Response, reset: float | None) -> None:
        if response.status_code in _REDIRECTS:
            raise NotShownError("There is no such place at Reddit.", why=Why.ABSENT)
        refused = refusal(TITLE, response, datetime.now(UTC))
        if refused is None:
            return
        if response.status_code == _SIGN_IN:
            raise SignInNeededError(again=False, why=Why.SIGN_IN)
        if response.status_code in _NOT_SHOWN:
            raise NotShownError(str(refused), why=refused.why)
        if response.status_code == _TOO_MANY and refused.wait_seconds is None and reset is not None:
            raise SourceError(str(refused), wait_seconds=min(reset, _LONGEST_WAIT), why=refused.why)
        raise refused


_SAID = ("remaining", "used", "reset")


def _number(value: str | None) -> float | None:
    """A number that is not negative; None for anything else that a header may say."""
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
