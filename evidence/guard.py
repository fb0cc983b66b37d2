"""The only way out for the capture browser: a proxy that reaches public addresses alone.

A post can hold any link, and a page any redirect, frame or WebSocket. Rules inside the browser
miss some of them; here each connection's name is resolved once, every address is judged, and the
connection goes to exactly the address that was judged. Amount and time are capped.
"""

import asyncio
import ipaddress
import socket
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from evidence.errors import EvidenceError
from records.addresses import Address, innermost, is_public, looked_up
from records.outgoing import judged

MEGABYTE = 1024 * 1024
BROWSERS_OWN = {
    "accounts.google.com",
    "clients2.google.com",
    "content-autofill.googleapis.com",
    "optimizationguide-pa.googleapis.com",
    "safebrowsing.googleapis.com",
    "update.googleapis.com",
}
"""Where the browser calls of its own accord; nobody is told that a capture takes place."""

_HEAD_LIMIT = 64 * 1024
_CHUNK = 64 * 1024
_MOST_POSTED = MEGABYTE
_LENGTH = b"content-length:"
_NOT_FORWARDED = {b"connection", b"keep-alive", b"host", b"upgrade", b"te", b"trailer"}

_HANGS_UP = (
    OSError,
    ValueError,
    EvidenceError,
    asyncio.IncompleteReadError,
    asyncio.LimitOverrunError,
)


class RefusedError(EvidenceError):
    """The guard did not let this connection through."""


class Guard:
    """Serves the proxy on a free loopback port while the `async with` block runs."""

    def __init__(
        self,
        *,
        loopback_port: int | None = None,
        max_bytes: int = 64 * MEGABYTE,
        max_connections: int = 200,
        connect_seconds: float = 8,
    ) -> None:
        """`loopback_port`: the one port of this machine that may be reached (practice, tests)."""
        self.refused: dict[str, str] = {}
        """Why, in plain words, for each host that was not reached."""
        self.bytes_passed = 0
        self._loopback_port = loopback_port
        self._max_bytes = max_bytes
        self._max_connections = max_connections
        self._connect_seconds = connect_seconds
        self._running: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Where the browser finds the proxy."""
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0, limit=_HEAD_LIMIT)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except _HANGS_UP:
            pass  # A refusal is noted where it is decided; the browser sees a closed connection.
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(self._connect_seconds):
            head = await reader.readuntil(b"\r\n\r\n")
        line, *headers = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
        method, target, _ = line.decode("latin-1").split(" ", 2)
        if method == "CONNECT":
            there, here = await self._connect(*_host_and_port(f"//{target}", 443))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self._join((reader, writer), (there, here))
        elif method in {"GET", "HEAD", "POST"} and target.startswith("http://"):
            posted = await self._posted(reader, method, headers)
            there, here = await self._connect(*_host_and_port(target, 80))
            here.write(_direct_request(method, target, headers) + posted)
            try:
                await self._pass_on(there, writer)
            finally:
                here.close()

    async def _posted(
        self, reader: asyncio.StreamReader, method: str, headers: list[bytes]
    ) -> bytes:
        """What a page sends along; it must say how much, and that within a limit."""
        if method != "POST":
            return b""
        lengths = [line.split(b":", 1)[1] for line in headers if line[:15].lower() == _LENGTH]
        if len(lengths) != 1 or not 0 <= (length := int(lengths[0])) <= _MOST_POSTED:
            raise RefusedError
        async with asyncio.timeout(self._connect_seconds):
            return await reader.readexactly(length)

    async def _connect(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if host.lower() in BROWSERS_OWN:
            raise RefusedError
        if len(self._running) > self._max_connections:
            raise self._refuse(host, "The page opened too many connections at once.")
        for address in await self._allowed_addresses(host, port):
            try:
                async with asyncio.timeout(self._connect_seconds):
                    return await asyncio.open_connection(str(address), port)
            except OSError:
                continue
        raise self._refuse(host, "The site could not be reached.")

    async def _allowed_addresses(self, host: str, port: int) -> list[Address]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_seconds):
                with judged(name := looked_up(host)):
                    found = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise self._refuse(host, "The site's name is not known.") from None
        addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
        if not all(self._may_reach(address, port) for address in addresses):
            # One private address among public ones is how a name is turned against its visitor.
            raise self._refuse(host, "It led to an address inside a private network.")
        return addresses

    def _may_reach(self, address: Address, port: int) -> bool:
        own = innermost(address).is_loopback and port == self._loopback_port
        return own or is_public(address)

    def _refuse(self, host: str, reason: str) -> RefusedError:
        self.refused[host.lower()] = reason
        return RefusedError(reason)

    async def _join(
        self,
        one: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        other: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(one[0], other[1]))
                both.create_task(self._pass_on(other[0], one[1]))
        except* (OSError, EvidenceError):
            pass  # Either side may hang up at any moment.
        finally:
            other[1].close()

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await source.read(_CHUNK):
            self.bytes_passed += len(chunk)
            if self.bytes_passed > self._max_bytes:
                raise self._refuse("*", "The page was larger than the limit.")
            sink.write(chunk)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()


def _host_and_port(url: str, default: int) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or default
    except ValueError:
        raise RefusedError from None
    if not host:
        raise RefusedError
    return host, port


def _direct_request(method: str, target: str, headers: list[bytes]) -> bytes:
    """The request as the site itself expects it, for one answer only."""
    parts = urlsplit(target)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kept = [line for line in headers if _forwarded(line.split(b":", 1)[0].strip().lower())]
    host = parts.netloc.rsplit("@", 1)[-1]
    start = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n".encode("latin-1")
    return start + b"".join(line + b"\r\n" for line in kept) + b"\r\n"


def _forwarded(name: bytes) -> bool:
    return name not in _NOT_FORWARDED and not name.startswith(b"proxy-")
