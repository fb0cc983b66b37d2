"""Requests that end: each answer is whole within a time and a size, or it is an error.

Every platform's client that takes a `requests` session is given one from here. Of an answer that is
asked for as a stream only the headers must come in time; the rest is left to whoever asked, to be
read for as long as it comes.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

from monitors.errors import SourceError, Why
from monitors.timed import Deadline, Hurry, timed_pools
from records.outgoing import refusal_in

CONNECT_SECONDS, PIECE_SECONDS = 5.0, 10.0
DEADLINE_SECONDS = 30.0
MOST_BYTES = 20_000_000
_MOST_REDIRECTS = 5
_PIECE = 65_536
_LONGEST_WAIT = 3600.0

_SIGN_IN, _FORBIDDEN, _GONE, _TOO_MANY = 401, 403, (404, 410), 429
_SERVER_FAULT = 500


class TooLargeError(requests.RequestException):
    """The answer is larger than it may be."""


class TooSlowError(requests.RequestException):
    """The answer did not end in time."""


class CappedAdapter(HTTPAdapter):
    """Reads each answer to its end at once, up to the limits."""

    def __init__(self, deadline_seconds: float, most_bytes: int) -> None:
        self._deadline_seconds = deadline_seconds
        self._most_bytes = most_bytes
        self._hurry = Hurry()
        super().__init__()

    def init_poolmanager(self, *args: int, **options: object) -> None:
        """As the library does, with connections that hold a deadline."""
        super().init_poolmanager(*args, **options)  # type: ignore[arg-type]
        self.poolmanager.pool_classes_by_scheme = timed_pools(self._hurry)

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, stream: bool = False, **options: Any
    ) -> requests.Response:
        """As the library does; raises TooLargeError or TooSlowError as well."""
        deadline = self._hurry.deadline = Deadline(self._deadline_seconds)
        if not stream:
            options["timeout"] = (CONNECT_SECONDS, min(PIECE_SECONDS, self._deadline_seconds))
        try:
            response = super().send(request, stream=True, **options)
        finally:
            self._hurry.deadline = None
        if stream:
            deadline.lift()
            return response
        try:
            content = self._whole(response)
        except ReadTimeoutError:
            response.close()
            raise TooSlowError from None
        except HTTPError:
            response.close()
            raise requests.ConnectionError from None
        except requests.RequestException:
            response.close()
            raise
        response._content = content  # noqa: SLF001 - what the library itself sets when it reads
        response._content_consumed = True  # noqa: SLF001
        response.close()
        return response

    def _whole(self, response: requests.Response) -> bytes:
        content = bytearray()
        while piece := response.raw.read1(_PIECE, decode_content=True):
            content += piece
            if len(content) > self._most_bytes:
                raise TooLargeError
        return bytes(content)


def session(
    *, deadline_seconds: float = DEADLINE_SECONDS, most_bytes: int = MOST_BYTES
) -> requests.Session:
    """A session of ours: certificates are checked, nothing is taken from the environment."""
    made = requests.Session()
    made.trust_env = False
    made.max_redirects = _MOST_REDIRECTS
    adapter = CappedAdapter(deadline_seconds, most_bytes)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    return made


def ask(
    title: str,
    of: requests.Session,
    url: str,
    *,
    now: datetime | None = None,
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> requests.Response:
    """GET; an answer that brings nothing is a SourceError in which only `title` is named."""
    try:
        answer = of.get(url, params=params, headers=headers)
    except requests.RequestException as fault:
        raise trouble(title, fault) from None
    refused = refusal(title, answer, now or datetime.now(UTC))
    if refused:
        raise refused
    return answer


def trouble(title: str, fault: Exception) -> SourceError:
    """What a request that brought no answer says to a person."""
    if barred := refusal_in(fault):
        return SourceError(f"{title} leads elsewhere: {barred}")  # for now, it may be
    match fault:
        case TooLargeError():
            return SourceError(
                f"The answer of {title} is larger than it may be.", why=Why.ODD_ANSWER
            )
        case TooSlowError() | requests.Timeout():
            return SourceError(f"{title} did not answer in time.", why=Why.NOT_REACHED)
        case requests.exceptions.SSLError():
            return SourceError(f"The certificate of {title} is not right.", why=Why.NOT_REACHED)
        case requests.TooManyRedirects():
            return SourceError(
                f"{title} sends us from one address to the next.", again=False, why=Why.ABSENT
            )
        case _:
            return SourceError(f"{title} can't be reached.", why=Why.NOT_REACHED)


def refusal(title: str, answer: requests.Response, now: datetime) -> SourceError | None:
    """The error in an answer's status, or None; 304 is no error."""
    status = answer.status_code
    if status < _SIGN_IN - 1:
        return None
    if status == _TOO_MANY:
        return SourceError(
            f"{title} asks us to wait, since we have asked too often.",
            wait_seconds=wait_of(answer.headers.get("Retry-After"), now),
            why=Why.TOO_OFTEN,
        )
    if status == _SIGN_IN:
        return SourceError(f"{title} wants us to sign in anew.", again=False, why=Why.SIGN_IN)
    if status == _FORBIDDEN:
        sentence, why = f"{title} does not let us read", Why.FORBIDDEN
    elif status in _GONE:
        sentence, why = f"There is nothing at this address of {title}", Why.ABSENT
    elif status >= _SERVER_FAULT:
        sentence, why = f"{title} has a fault", Why.THEIR_FAULT
    else:
        sentence, why = f"{title} does not understand what we ask", Why.NOT_UNDERSTOOD
    return SourceError(f"{sentence} (HTTP {status}).", why=why)


def wait_of(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or as a date; an hour at most."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    if seconds != seconds:  # noqa: PLR0124 - not a number
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT)
