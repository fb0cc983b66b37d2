"""Whether a page is still there: its HTTP status through the guard, and nothing of its content."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from evidence.asking import NoAnswerError, answer_of
from evidence.guard import Guard
from records.addresses import loopback_port, web_address
from records.capture import Found

SECONDS = 20.0
_ROOM_FOR_HEADERS = 512 * 1024
_MOST_REDIRECTS = 5
_HEADERS = {"Accept": "text/html,*/*;q=0.8"}
_GONE = {404, 410, 451}
_SIGN_IN_STEPS = {"login", "log-in", "signin", "sign-in", "checkpoint", "authwall", "consent"}


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
        asking = asyncio.to_thread(_follow, url, guard.address, seconds / 2)
        return await asyncio.wait_for(asking, seconds)


def _follow(url: str, guard: str, seconds: float) -> Standing:
    asked = answer_of(url, guard, seconds=seconds, redirects=_MOST_REDIRECTS, headers=_HEADERS)
    try:
        with asked as (answer, came_to):
            return judged(answer.status, url, came_to)
    except NoAnswerError as fault:
        return Standing(Found.UNKNOWN, again=fault.again)


def _place(url: str) -> tuple[str, str]:
    """Host and path, whichever of its usual ways they are written in."""
    parts = urlsplit(url)
    return (parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/").lower())
