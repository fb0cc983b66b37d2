"""Whether a page is still there: its HTTP status through the guard, and nothing of its content."""

import asyncio
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from evidence.guard import Guard
from records.addresses import loopback_port, web_address
from records.capture import Found

SECONDS = 20.0
_ROOM_FOR_HEADERS = 512 * 1024
_MOST_REDIRECTS = 5
_HEADERS = {"Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "identity"} | {
    "User-Agent": "Mozilla/5.0"
}
"""No referrer, no cookie: nobody is told who looks, or from where they came."""
_MOVED = {301, 302, 303, 307, 308}
_GONE = {404, 410, 451}
_SIGN_IN_STEPS = {"login", "log-in", "signin", "sign-in", "checkpoint", "authwall", "consent"}
_KEPT_IN_PATHS = "/%:@!$&'()*+,;=~?"


@dataclass(frozen=True, slots=True)
class Standing:
    """What has become of a page; `again` says whether asking soon once more can help."""

    found: Found
    status: int | None = None
    again: bool = False


def ask_page(url: str, *, allow_loopback: bool = False, seconds: float = SECONDS) -> Standing:
    """Ask the page itself. Raises nothing; what can't be known is said to be unknown."""
    parts = web_address(url)
    if parts is None:
        return Standing(Found.UNKNOWN)
    port = loopback_port(parts) if allow_loopback else None
    try:
        return asyncio.run(_ask(url, port, seconds))
    except TimeoutError:
        return Standing(Found.UNKNOWN, again=True)


def judged(status: int, asked: str, came_to: str) -> Standing:
    """What a final status at the address `came_to` says of the page at `asked`."""
    if status in _GONE:
        return Standing(Found.GONE, status)
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        later = status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return Standing(Found.UNKNOWN, status, again=later)
    if _SIGN_IN_STEPS & set(urlsplit(came_to).path.lower().split("/")):
        return Standing(Found.UNKNOWN, status)
    same = _place(asked) == _place(came_to)
    return Standing(Found.UP if same else Found.CHANGED, status)


async def _ask(url: str, port: int | None, seconds: float) -> Standing:
    async with Guard(loopback_port=port, max_bytes=_ROOM_FOR_HEADERS) as guard:
        asking = asyncio.to_thread(_follow, url, urlsplit(guard.address), seconds / 2)
        return await asyncio.wait_for(asking, seconds)


def _follow(url: str, guard: SplitResult, seconds: float) -> Standing:
    at = url
    for _ in range(_MOST_REDIRECTS + 1):
        parts = web_address(at)
        if parts is None:
            break
        connection = _connection(parts, guard, seconds)
        try:
            connection.request("GET", _target(parts), headers=_HEADERS)
            answer = connection.getresponse()
            if answer.status not in _MOVED:
                return judged(answer.status, url, at)
            at = urljoin(at, answer.headers.get("Location", ""))
        except (OSError, HTTPException):
            return Standing(Found.UNKNOWN, again=True)
        except ValueError:  # an address that can't be asked for, such as one with a line break
            break
        finally:
            connection.close()
    return Standing(Found.UNKNOWN)


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


def _place(url: str) -> tuple[str, str]:
    """Host and path, whichever of its usual ways they are written in."""
    parts = urlsplit(url)
    return (parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/").lower())
