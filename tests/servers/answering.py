"""A server on 127.0.0.1 that answers as a test tells it, and notes what it was asked."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request: where, for what, and with which headers."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What is sent back; `cut` ends the connection in the middle of the body.

    With `drips` it comes byte by byte, a moment apart.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    drips: bool = False


def of_json(value: object, **more: Any) -> Answer:
    return Answer(
        body=json.dumps(value).encode(), headers={"Content-Type": "application/json"}, **more
    )


class AnsweringServer:
    """Serves until the `with` block ends."""

    def __init__(self, answer: Callable[[Asked], Answer]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _answers_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up early is nothing to report."""


def _answers_for(server: AnsweringServer) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            asked = Asked(parts.path, query, dict(self.headers), body)
            server.asked.append(asked)
            answer = server.answer(asked)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if answer.drips:
                self._drip(answer.body)
                return
            half = len(answer.body) // 2
            self.wfile.write(answer.body[:half] if answer.cut else answer.body)

        def _drip(self, body: bytes) -> None:
            with contextlib.suppress(OSError):  # whoever asked has had enough
                for byte in body:
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.01)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as inherited
            """Tests read `asked` instead."""

    return Answers
