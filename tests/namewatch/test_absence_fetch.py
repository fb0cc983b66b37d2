"""Calendars at an address: a real server on 127.0.0.1, with a certificate."""

from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import requests

from monitors.web import session
from namewatch.absence_calendar import CalendarError, fetch
from tests.servers.mail import Certificate, make_certificate

CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
Asked = Callable[[BaseHTTPRequestHandler], None]


class _Answer(BaseHTTPRequestHandler):
    def __init__(self, answer: Asked, *rest: Any) -> None:
        self.answer = answer
        super().__init__(*rest)

    def do_GET(self) -> None:
        self.answer(self)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


def whole(handler: BaseHTTPRequestHandler, content: bytes = CALENDAR) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path)


@pytest.fixture
def serve(certificate: Certificate) -> Iterator[Callable[..., str]]:
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Asked, *, tls: bool = True) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Answer, answer))
        server.daemon_threads = True
        if tls:
            server.socket = certificate.context().wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}/secret-token.ics"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def trusting(certificate: Certificate) -> requests.Session:
    """A session of ours that knows this certificate."""
    made = session(deadline_seconds=3, most_bytes=1000)
    made.verify = str(certificate.file)
    return made


def test_a_calendar_is_fetched_over_tls(
    serve: Callable[..., str], trusting: requests.Session
) -> None:
    assert fetch("calendar-1", serve(whole), trusting) == CALENDAR


def refused(address: str, of: requests.Session | None) -> str:
    with pytest.raises(CalendarError) as caught:
        fetch("calendar-1", address, of)
    said = str(caught.value)
    assert "secret-token" not in said
    assert "127.0.0.1" not in said
    assert caught.value.__cause__ is None
    return said


def test_a_certificate_that_is_not_right_is_refused(serve: Callable[..., str]) -> None:
    assert refused(serve(whole), None) == "The certificate of calendar-1 is not right."


def test_nobody_is_sent_on_to_an_address_without_encryption(
    serve: Callable[..., str], trusting: requests.Session
) -> None:
    asked = Event()

    def plain(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        whole(handler)

    elsewhere = serve(plain, tls=False)

    def send_on(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", elsewhere)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    refused(serve(send_on), trusting)
    assert not asked.is_set()


def test_an_answer_that_is_too_large_or_never_ends_is_refused(
    serve: Callable[..., str], trusting: requests.Session
) -> None:
    assert "larger than it may be" in refused(serve(partial(whole, content=b"x" * 2000)), trusting)
    left = Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not left.wait(0.2):
            handler.wfile.write(b"x")

    try:
        assert "did not answer in time" in refused(serve(drip), trusting)
    finally:
        left.set()


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_a_refusal_is_a_fault(
    status: int, serve: Callable[..., str], trusting: requests.Session
) -> None:
    def refuse(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    assert "calendar-1" in refused(serve(refuse), trusting)
