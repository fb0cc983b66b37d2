"""What every request must pass and every answer carries, outermost around the application."""

import logging
import re
import traceback
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT = 64 * 1024
"""Room for a few thousand characters of somebody's own words, in any script."""
ROOMY_LIMIT = 2_500_000
ROOMY = ("/set-up/people", "/set-up/new/people", "/set-up/new/policy", "/set-up/new/mail")
"""Where files are handed in."""
WORDY_LIMIT = 256 * 1024
WORDY = re.compile(r"/r/[^/]+/steps/[^/]+")
"""Where several answers of a few thousand characters each are written at once."""
BODY_SECONDS = 10
STREAMED = {"/report": 64 * 2**20}
"""Read by the page itself, once it knows who asks: at most so many bytes, most of them dropped."""
SAFE_METHODS = frozenset({"GET", "HEAD"})
_ALWAYS_KNOWN = frozenset({"127.0.0.1", "localhost", "::1"})
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""For what is downloaded: should a browser ever show it, it can do nothing."""
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    # Other sites are told nothing. "no-referrer" would also make browsers send "Origin: null" with
    # our own forms; where they send no Sec-Fetch-Site (plain http, older phones) it is needed.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "camera=(), clipboard-read=(), display-capture=(), geolocation=(), microphone=(),"
        " payment=(), usb=()"
    ),
}
SECURE_HEADERS = {
    "strict-transport-security": "max-age=31536000",
    "cross-origin-opener-policy": "same-origin",
}

_log = logging.getLogger(__name__)

ErrorPage = Callable[[int], Response]
"""Makes the plain page for a status."""


class Guard:
    """Refuses foreign hosts, foreign forms and large bodies; answers faults with plain pages."""

    def __init__(self, app: ASGIApp, *, console_url: str, error_page: ErrorPage) -> None:
        self._app = app
        self._error_page = error_page
        own = urlsplit(console_url)
        self._hosts = _ALWAYS_KNOWN | {own.hostname or ""}
        self._headers = HEADERS | (SECURE_HEADERS if own.scheme == "https" else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._add_headers(scope, MutableHeaders(scope=message))
            await send(message)

        try:
            refusal, whole = await self._check(scope, receive)
            if refusal:
                await self._error_page(refusal)(scope, receive, send_guarded)
            else:
                await self._app(scope, whole, send_guarded)
        except Exception as fault:  # noqa: BLE001
            _log.error("a page failed: %s at %s", type(fault).__name__, _places(fault))
            if not started:
                await self._error_page(500)(scope, receive, send_guarded)

    async def _check(self, scope: Scope, receive: Receive) -> tuple[int, Receive]:
        """The status to refuse with (0 to go on), and the request's body, read whole."""
        headers = Headers(scope=scope)
        if _host_name(headers.get("host", "")) not in self._hosts:
            return 403, receive
        if scope["method"] in SAFE_METHODS:
            return 0, receive
        if not _from_our_own_page(headers):
            return 403, receive
        if scope["path"] in STREAMED:
            return _as_it_comes(headers, receive, STREAMED[scope["path"]])
        return await _read_whole(receive, limit_at(scope["path"]))

    def _add_headers(self, scope: Scope, headers: MutableHeaders) -> None:
        for name, value in self._headers.items():
            headers[name] = value
        if headers.get("content-disposition", "").startswith("attachment"):
            headers["content-security-policy"] = FILE_POLICY
        static = scope["path"].startswith("/static/")
        headers["cache-control"] = "no-cache" if static else "no-store"


def limit_at(path: str) -> int:
    """How many bytes may be sent to this address."""
    if path in ROOMY:
        return ROOMY_LIMIT
    return WORDY_LIMIT if WORDY.fullmatch(path) else BODY_LIMIT


def _host_name(host: str) -> str:
    """The host without its port, in the form in which it is compared."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    try:
        return str(ip_address(name))
    except ValueError:
        return name


def _from_our_own_page(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = urlsplit(headers.get("origin", ""))
    return origin.scheme in {"http", "https"} and origin.netloc == headers.get("host")


def _as_it_comes(headers: Headers, receive: Receive, limit: int) -> tuple[int, Receive]:
    """Refuse what says that it is too large; the rest is passed on, and no longer waited for."""
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()) or int(length) > limit:
        return 413, receive
    more = True

    async def passed_on() -> Message:
        nonlocal more
        if not more:
            return await receive()
        with anyio.fail_after(BODY_SECONDS):
            message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    return 0, passed_on


async def _read_whole(receive: Receive, limit: int) -> tuple[int, Receive]:
    body = bytearray()
    with anyio.move_on_after(BODY_SECONDS) as waiting:
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > limit:
                return 413, receive
            more = message["type"] == "http.request" and message.get("more_body", False)
    if waiting.cancelled_caught:
        return 408, receive
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    return 0, replay


def _places(fault: BaseException) -> str:
    """Where it happened; the words of an error may hold content, its places don't."""
    frames = traceback.extract_tb(fault.__traceback__)[-4:]
    return " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in reversed(frames))
