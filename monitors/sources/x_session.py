"""Requests to X: refusals become sentences, and a stream is one connection long."""

import math
from datetime import UTC, datetime
from typing import Any

import requests

from monitors.errors import SourceError, Why
from monitors.web import DEADLINE_SECONDS, MOST_BYTES, CappedAdapter, refusal, session, wait_of

TITLE = "X"
API = "https://api.twitter.com"
"""Where tweepy sends everything."""
CLOSED = "X closed the connection."
_NO_CREDIT, _TOO_MANY = 402, 429


def x_session(url: str, *, streams: int = 0) -> requests.Session:
    """A session whose requests for X go to `url`; `streams` is how many it may open in all."""
    made = session()
    made.mount(API, _Adapter(url, streams))
    made.hooks["response"].append(_refuse)
    return made


class _Adapter(CappedAdapter):
    def __init__(self, url: str, streams: int) -> None:
        super().__init__(DEADLINE_SECONDS, MOST_BYTES)
        self._url = url
        self._streams_left = streams

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, stream: bool = False, **options: Any
    ) -> requests.Response:
        """As the library does; tweepy opens a closed stream again at once, which is not let."""
        if stream:
            if not self._streams_left:
                raise SourceError(CLOSED)
            self._streams_left -= 1
        if request.url and self._url != API:
            request.url = self._url + request.url.removeprefix(API)
        return super().send(request, stream=stream, **options)


def _refuse(answer: requests.Response, **_: Any) -> None:
    if refused := _refusal(answer, datetime.now(UTC)):
        answer.close()
        raise refused


def _refusal(answer: requests.Response, now: datetime) -> SourceError | None:
    if answer.status_code == _NO_CREDIT:
        return SourceError(
            "The credit for reading X is used up (HTTP 402).", again=False, why=Why.UNPAID
        )
    refused = refusal(TITLE, answer, now)
    if refused and answer.status_code == _TOO_MANY and refused.wait_seconds is None:
        refused.wait_seconds = _until_reset(answer.headers.get("x-rate-limit-reset"), now)
    return refused


def _until_reset(value: str | None, now: datetime) -> float | None:
    """X says when we may ask again in seconds since 1970."""
    try:
        moment = float(value or "nan")
    except ValueError:
        return None
    return wait_of(str(moment - now.timestamp()), now) if math.isfinite(moment) else None
