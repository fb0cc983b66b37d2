"""Record all that a page asks for and is answered, as WARC, packed as WACZ.

Playwright's events of the whole context are used: those of the page alone miss frames of other
sites and workers. The browser gives answers unpacked; headers that spoke of their packing are kept
as X-Archive-Orig-*. What can't be had is listed and never passed over.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import BrowserContext, Page, Request, Response, WebSocket
from playwright.async_api import Error as BrowserError

from evidence.wacz import pack
from evidence.warc import Exchange, Headers, write_warc

MEGABYTE = 1024 * 1024
MAX_ANSWER = 16 * MEGABYTE
MAX_WHOLE = 48 * MEGABYTE
MAX_REQUESTS = 1_500
MAX_LISTED = 200

_TOO_LARGE = "The answer is larger than the limit."
_TOO_MUCH = "The archive was full."
_NOT_GIVEN = "The browser no longer had the answer."
_ENDLESS = "The answer had not ended when the page was left; its beginning is in the archive."
_ENDLESS_UNKNOWN = "The answer had not ended when the page was left; it is not in the archive."
_UNANSWERED = "There was no answer, or it broke off."
_SOCKET = "What is said over a WebSocket is not archived."

Beginnings = Callable[[str], Awaitable[bytes | None]]
"""Gives what has come so far of an answer that has not ended."""


@dataclass
class _Heard:
    """One request with what became of it."""

    request: Request
    at: datetime
    response: Response | None = None
    body: bytes | None = None
    asked_with: Headers = field(default_factory=list)
    answered_with: Headers = field(default_factory=list)
    version: str = "HTTP/1.1"
    ended: bool = False
    cut: bool = False
    why: str = ""

    def exchange(self) -> Exchange:
        """The same as it is written."""
        assert self.response is not None
        return Exchange(
            address=self.request.url,
            at=self.at,
            method=self.request.method,
            posted=self.request.post_data_buffer or b"",
            asked_with=self.asked_with,
            status=self.response.status,
            reason=self.response.status_text,
            answered_with=self.answered_with,
            body=self.body or b"",
            version=self.version,
            cut=self.cut,
        )


class Archive:
    """Listens to a browser context from its making until `close`."""

    def __init__(self, context: BrowserContext) -> None:
        self._heard: dict[Request, _Heard] = {}
        self._missed: list[tuple[str, str]] = []
        self._reading: set[asyncio.Task[None]] = set()
        self._held = 0
        self._requests = 0
        context.on("request", self._began)
        context.on("response", self._answered)
        context.on("requestfinished", self._finished)
        context.on("requestfailed", self._failed)
        context.on("page", self._listen_for_sockets)

    async def close(
        self, address: str, title: str, beginnings: Beginnings, seconds: float
    ) -> tuple[bytes | None, dict[str, Any]]:
        """The WACZ, or None when nothing came; and for the report what is in it and what isn't."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._read_rest(beginnings)
        for task in self._reading:
            task.cancel()
        kept = [one for one in self._heard.values() if self._belongs(one)]
        about = {
            "requests": self._requests,
            "answers": len(kept),
            "missed": len(self._missed),
            "missed_addresses": [
                {"address": place, "why": why} for place, why in self._missed[:MAX_LISTED]
            ],
        }
        if not kept:
            return None, about
        warc, entries = write_warc(one.exchange() for one in kept)
        first = kept[0]
        shown = next((one for one in kept if one.request.url == address), first)
        return pack(warc, entries, address=shown.request.url, at=shown.at, title=title), about

    def _began(self, request: Request) -> None:
        if not request.url.startswith(("http://", "https://")):
            return
        self._requests += 1
        if len(self._heard) < MAX_REQUESTS:
            self._heard[request] = _Heard(request, datetime.now(UTC))
        else:
            self._missed.append((request.url, _TOO_MUCH))

    def _answered(self, response: Response) -> None:
        if heard := self._heard.get(response.request):
            heard.response = response

    def _finished(self, request: Request) -> None:
        if heard := self._heard.get(request):
            heard.ended = True
            task = asyncio.ensure_future(self._read(heard))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)

    def _failed(self, request: Request) -> None:
        if heard := self._heard.get(request):
            heard.ended, heard.why = True, _UNANSWERED

    def _listen_for_sockets(self, page: Page) -> None:
        page.on("websocket", self._note_socket)

    def _note_socket(self, socket: WebSocket) -> None:
        self._missed.append((socket.url, _SOCKET))

    async def _read(self, heard: _Heard) -> None:
        try:
            await self._read_heads(heard)
            if heard.request.redirected_to:
                heard.body = b""
                return
            sizes = await heard.request.sizes()
            if sizes["responseBodySize"] > MAX_ANSWER:
                heard.why = _TOO_LARGE
                return
            assert heard.response is not None
            self._keep(heard, await heard.response.body())
        except BrowserError:
            heard.why = _NOT_GIVEN

    async def _read_heads(self, heard: _Heard) -> None:
        request = heard.request
        heard.response = heard.response or await request.response()
        if heard.response is None:
            raise BrowserError(_NOT_GIVEN)
        heard.asked_with = _pairs(await request.headers_array())
        heard.answered_with = _pairs(await heard.response.headers_array())
        with contextlib.suppress(BrowserError):
            heard.version = (await heard.response.http_version()).upper()

    def _keep(self, heard: _Heard, body: bytes) -> None:
        if len(body) > MAX_ANSWER:
            heard.why = _TOO_LARGE
        elif self._held + len(body) > MAX_WHOLE:
            heard.why = _TOO_MUCH
        else:
            self._held += len(body)
            heard.body = body

    async def _read_rest(self, beginnings: Beginnings) -> None:
        """Answers that are still being read, then the beginnings of those that never end."""
        if self._reading:
            await asyncio.wait(self._reading)
        for heard in self._heard.values():
            if heard.ended or heard.response is None:
                continue
            with contextlib.suppress(BrowserError):
                begun = await beginnings(heard.request.url)
                if begun is not None:
                    await self._read_heads(heard)
                    self._keep(heard, begun[:MAX_ANSWER])
                    heard.cut = True

    def _belongs(self, heard: _Heard) -> bool:
        """Whether there is something to write; says of all else why there isn't."""
        if heard.cut:
            self._missed.append((heard.request.url, _ENDLESS))
        elif heard.body is None:
            unended = _ENDLESS_UNKNOWN if heard.response else _UNANSWERED
            why = heard.why or (unended if not heard.ended else _NOT_GIVEN)
            self._missed.append((heard.request.url, why))
        return heard.body is not None and heard.response is not None


def _pairs(headers: Any) -> Headers:
    """One header a pair: the browser joins those that came several times with line breaks."""
    return [(one["name"], part) for one in headers for part in one["value"].split("\n")]
