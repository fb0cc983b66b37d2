"""Ask a site for one address through the guard, and follow where it leads; as nobody special."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from evidence.errors import EvidenceError
from records.addresses import web_address

_MOVED = {301, 302, 303, 307, 308}
_KEPT_IN_PATHS = "/%:@!$&'()*+,;=~?"
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "Mozilla/5.0"}
"""No referrer, no cookie: nobody is told who looks, or from where they came."""


class NoAnswerError(EvidenceError):
    """The site gave no answer."""


@contextmanager
def answer_of(
    url: str, guard: str, *, seconds: float, redirects: int, headers: Mapping[str, str]
) -> Iterator[tuple[HTTPResponse, str]]:
    """The final answer, while its connection is open, and the address that it came to.

    Raises NoAnswerError, also when the connection breaks while the answer is read.
    """
    at = url
    for _ in range(redirects + 1):
        parts = web_address(at)
        if parts is None:
            break
        connection = _connection(parts, urlsplit(guard), seconds)
        try:
            connection.request("GET", _target(parts), headers={**_HEADERS, **headers})
            answer = connection.getresponse()
            if answer.status not in _MOVED:
                yield answer, at
                return
            at = urljoin(at, answer.headers.get("Location", ""))
        except (OSError, HTTPException):
            raise NoAnswerError(again=True) from None
        except ValueError:  # an address that can't be asked for, such as one with a line break
            break
        finally:
            connection.close()
    raise NoAnswerError


def _connection(parts: SplitResult, guard: SplitResult, seconds: float) -> HTTPConnection:
    """A connection to the guard, and for https through it to the site; no other way is tried."""
    assert guard.hostname
    assert parts.hostname
    if parts.scheme == "http":
        return HTTPConnection(guard.hostname, guard.port, timeout=seconds)
    context = ssl.create_default_context()
    connection = HTTPSConnection(guard.hostname, guard.port, timeout=seconds, context=context)
    connection.set_tunnel(parts.hostname, parts.port or 443)
    return connection


def _target(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    path = quote((parts.path or "/") + query, safe=_KEPT_IN_PATHS)
    return path if parts.scheme == "https" else f"http://{parts.netloc}{path}"
