"""Fetch the pictures of a post, through the guard: public addresses only, capped in all ways."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPResponse

from evidence.asking import NoAnswerError, answer_of
from evidence.guard import Guard
from records.addresses import loopback_port, web_address

MAX_BYTES = 10 * 1024 * 1024
_ROOM_FOR_HEADERS = 256 * 1024
_MOST_REDIRECTS = 3
_CHUNK = 64 * 1024
_ASKS_TO_WAIT = {408, 425, 429}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What its server sent, or None; `again` says whether a later try can help."""

    content: bytes | None
    again: bool = False
    kind: str = field(default="", compare=False)
    """What the server says it is."""


def fetch_pictures(
    urls: Iterable[str], *, allow_loopback: bool = False, seconds: float = 20
) -> list[Fetched]:
    """What stands at each address; `seconds` is the time for one of them. Raises nothing."""
    return asyncio.run(_fetch_all(list(urls), allow_loopback=allow_loopback, seconds=seconds))


async def _fetch_all(urls: list[str], *, allow_loopback: bool, seconds: float) -> list[Fetched]:
    return [await fetch(url, allow_loopback=allow_loopback, seconds=seconds) for url in urls]


async def fetch(
    url: str,
    *,
    allow_loopback: bool = False,
    seconds: float = 20,
    most: int = MAX_BYTES,
    accept: str = "image/*",
) -> Fetched:
    """What stands at one address, when it is no more than `most` bytes. Raises nothing."""
    parts = web_address(url)
    if parts is None:
        return Fetched(None)
    port = loopback_port(parts) if allow_loopback else None
    async with Guard(loopback_port=port, max_bytes=most + _ROOM_FOR_HEADERS) as guard:
        asked = _Asked(guard.address, seconds, most, accept)
        return await asyncio.to_thread(_get, url, asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The way out, and the limits."""

    guard: str
    seconds: float
    most: int
    accept: str


def _get(url: str, asked: _Asked) -> Fetched:
    ends = time.monotonic() + asked.seconds
    answers = answer_of(
        url,
        asked.guard,
        seconds=asked.seconds,
        redirects=_MOST_REDIRECTS,
        headers={"Accept": asked.accept},
    )
    try:
        with answers as (answer, _):
            return _content(answer, asked.most, ends)
    except NoAnswerError as fault:
        return Fetched(None, again=fault.again)


def _content(answer: HTTPResponse, most: int, ends: float) -> Fetched:
    if answer.status != HTTPStatus.OK:
        later = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in _ASKS_TO_WAIT
        return Fetched(None, again=later)
    content = bytearray()
    while chunk := answer.read1(_CHUNK):
        content += chunk
        if len(content) > most:
            return Fetched(None)
        if time.monotonic() > ends:
            return Fetched(None, again=True)
    cut_short = answer.length not in (None, 0)
    if cut_short:
        return Fetched(None, again=True)
    return Fetched(bytes(content), kind=answer.headers.get("Content-Type", ""))
