"""What the web servers of the tests have in common: one on 127.0.0.1, and one of its requests."""

import contextlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

BETWEEN_DRIPS_SECONDS = 0.01
CUT_BYTES = 1000
"""So many more bytes than come are promised where an answer is cut."""


@dataclass(frozen=True)
class Answer:
    """What is sent back; `cut` ends the connection before all of the body came.

    With `drips` the body comes byte by byte, a moment apart; with `drips_headers` all of it.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    drips: bool = False
    drips_headers: bool = False


class WebServer:
    """Serves until the `with` block ends; what it answers stands in `requests`."""

    fault: Answer | None = None
    """Given to everybody instead, while there is one."""

    def __init__(self) -> None:
        self.closing = threading.Event()
        """Set when the block ends: whoever is still being answered is let go."""

    def __enter__(self) -> Self:
        answering = type("Request", (self.requests(),), {"server_of_tests": self})
        self._server = _Server(("127.0.0.1", 0), answering)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def requests(self) -> "type[WebRequest]":
        """What answers one request."""
        raise AssertionError("each server says what it answers")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"


class WebRequest(BaseHTTPRequestHandler):
    """One request, and the ways in which it may be answered."""

    server_of_tests: WebServer
    _slowly = False

    def do_GET(self) -> None:
        if self.server_of_tests.fault is None:
            self.get()
        else:
            self.say(self.server_of_tests.fault)

    def do_POST(self) -> None:
        if self.server_of_tests.fault is None:
            self.post()
        else:
            self.content()
            self.say(self.server_of_tests.fault)

    def say(self, answer: Answer) -> None:
        """Answer so."""
        self._slowly = answer.drips_headers
        self.send(
            answer.status,
            answer.headers,
            answer.body,
            cut=answer.cut,
            drips=answer.drips or answer.drips_headers,
        )

    def get(self) -> None:
        """Answer a GET."""
        self.send(404, {}, b"")

    def post(self) -> None:
        """Answer a POST."""
        self.send(404, {}, b"")

    @property
    def place(self) -> str:
        """What is asked for, without questions."""
        return urlsplit(self.path).path

    @property
    def questions(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    def content(self) -> bytes:
        """What came with the request."""
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def send(
        self,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        *,
        cut: bool = False,
        drips: bool = False,
    ) -> None:
        """Answer; `cut` ends the connection in the middle, `drips` sends byte after byte."""
        self.send_response(status)
        length = str(len(body) + CUT_BYTES * cut)
        for name, value in {"Content-Length": length, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if drips:
            self._drip(body)
        else:
            self.wfile.write(body)
        self.close_connection = self.close_connection or cut or "Content-Length" in headers

    def chunk(self, piece: bytes) -> None:
        """A piece of an answer without an end; an empty one ends it."""
        self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.flush()

    def flush_headers(self) -> None:
        if self._slowly:
            self._drip(b"".join(self._headers_buffer))
            self._headers_buffer: list[bytes] = []
        else:
            super().flush_headers()

    def _drip(self, body: bytes) -> None:
        with contextlib.suppress(OSError):  # whoever asked has had enough
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(BETWEEN_DRIPS_SECONDS)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as inherited
        """Tests read what the server has noted instead."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up early is nothing to report."""
