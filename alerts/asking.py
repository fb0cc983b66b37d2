"""One request to a service that takes alerts, within a time and a size, never made twice by itself.

No fault of it tells an address or a token: only a short code leaves this module.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from alerts.errors import DeliveryError
from alerts.within import within

MOST_ANSWERED = 262_144
TOO_MANY, FAULT = 429, 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said; `said` is what its JSON holds, None if it is none."""

    status: int
    headers: Mapping[str, str]
    said: Any

    def text(self, *path: str | int) -> str:
        """The text at this place, or nothing."""
        value = self.said
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return ""
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; `leaves_a_mark`: a fault after it was sent may have acted all the same."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    query: Mapping[str, str] | None = field(default=None, repr=False)
    leaves_a_mark: bool = False


def ask(request: Request, seconds: float) -> Answer:
    """The answer, whatever its status; raises DeliveryError when there is none or too many ask."""
    try:
        answer = within(seconds, lambda: _ask(request, seconds))
    except requests.exceptions.SSLError:
        raise DeliveryError("certificate not trusted", permanent=False) from None
    except (TimeoutError, requests.exceptions.Timeout) as fault:
        never_sent = isinstance(fault, requests.exceptions.ConnectTimeout)
        raise DeliveryError(
            "out of time",
            permanent=False,
            may_have_arrived=request.leaves_a_mark and not never_sent,
        ) from None
    except (OSError, HTTPError, ValueError) as fault:
        sent = request.leaves_a_mark and not _never_sent(fault)
        raise DeliveryError("not reached", permanent=False, may_have_arrived=sent) from None
    if answer.status == TOO_MANY:
        wait = answer.headers.get("Retry-After", "")
        raise DeliveryError(
            "too many at once",
            permanent=False,
            retry_after=float(wait) if wait.isascii() and wait.isdecimal() else None,
        )
    if answer.status >= FAULT:
        raise DeliveryError(
            f"fault of the service ({answer.status})",
            permanent=False,
            may_have_arrived=request.leaves_a_mark,
        )
    return answer


def _ask(request: Request, seconds: float) -> Answer:
    with (
        requests.Session() as session,
        session.request(
            request.method,
            request.url,
            headers=dict(request.headers),
            json=request.json,
            data=request.form,
            params=request.query,
            auth=lambda prepared: prepared,  # or a .netrc would put its own in the place of ours
            timeout=seconds,
            allow_redirects=False,
            stream=True,
        ) as answer,
    ):
        body = answer.raw.read(MOST_ANSWERED, decode_content=True)
        return Answer(answer.status_code, dict(answer.headers), _json(body))


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _never_sent(fault: Exception) -> bool:
    """Whether the connection never came about, so that nothing can have been done."""
    reason = getattr(fault.args[0] if fault.args else None, "reason", None)
    return isinstance(reason, NewConnectionError | NameResolutionError)
