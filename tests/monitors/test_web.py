"""Requests end in time and in size, and their errors name nobody's address."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import requests

from monitors.errors import SourceError
from monitors.public_web import public_session
from monitors.web import ask, session, wait_of
from tests.servers.answering import Answer, AnsweringServer

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

Speak = Callable[[socket.socket], None]


@contextmanager
def speaking(speak: Speak) -> Iterator[str]:
    """A server that says what it is told on each connection, after the request has come."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                connection.recv(65_536)
                try:
                    speak(connection)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/secret-name"
    finally:
        over.set()
        thread.join(10)
        listener.close()


def says(answer: bytes) -> Speak:
    return lambda connection: connection.sendall(answer)


def whole(body: bytes, head: bytes = HEAD) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def drips(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.05)


def drips_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for count in range(1000):
        connection.sendall(b"X-%d: y\r\n" % count)
        time.sleep(0.05)


def drips_sizes(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.05)


def drips_packed(connection: socket.socket) -> None:
    """A beginning that unpacks to nothing for as long as it comes: the file's name of a gzip."""
    connection.sendall(HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08" + b"\0" * 6)
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.05)


def pours(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")


def failure_of(speak: Speak, **limits: float) -> SourceError:
    chosen = session(**limits)  # type: ignore[arg-type]
    with speaking(speak) as url, pytest.raises(SourceError) as failure:
        ask("The place", chosen, url, now=NOW)
    assert "secret-name" not in str(failure.value)
    assert "127.0.0.1" not in str(failure.value)
    assert failure.value.__cause__ is None
    return failure.value


def test_a_whole_answer_is_taken() -> None:
    with speaking(says(whole(b"all of it"))) as url:
        assert ask("The place", session(), url).content == b"all of it"


@pytest.mark.must("drip")
@pytest.mark.parametrize("drip", [drips, drips_headers, drips_sizes, drips_packed])
def test_an_answer_that_drips_is_ended_at_the_deadline(drip: Speak) -> None:
    began = time.monotonic()
    assert "in time" in str(failure_of(drip, deadline_seconds=1.0))
    assert time.monotonic() - began < 10


def test_the_headers_of_a_stream_must_come_in_time_too() -> None:
    began = time.monotonic()
    with speaking(drips_headers) as url, pytest.raises(requests.ReadTimeout):
        session(deadline_seconds=1.0).get(url, stream=True, timeout=5)
    assert time.monotonic() - began < 10


def test_what_reaches_public_addresses_alone_has_the_same_deadline() -> None:
    began = time.monotonic()
    with speaking(drips_headers) as url:
        port = int(url.split(":")[2].split("/")[0])
        asking = public_session(deadline_seconds=1.0, most_bytes=100, loopback_ports=[port])
        with pytest.raises(requests.ReadTimeout):
            asking.get(url)
    assert time.monotonic() - began < 10


@pytest.mark.must("large body")
def test_a_body_without_end_is_ended_at_the_size() -> None:
    assert "larger" in str(failure_of(pours, most_bytes=1_000_000))


def test_a_server_that_says_nothing_is_left_in_time() -> None:
    assert "in time" in str(failure_of(lambda _: time.sleep(3), deadline_seconds=1.0))


@pytest.mark.must("cut")
def test_a_body_that_breaks_off_brings_nothing() -> None:
    cut = HEAD + b"Content-Length: 1000\r\n\r\nhalf"
    assert failure_of(says(cut)).again


@pytest.mark.must("7")
@pytest.mark.parametrize(
    ("status", "says_also", "again", "wait"),
    [
        (b"401 Unauthorized", b"", False, None),
        (b"403 Forbidden", b"Content-Type: text/html\r\n", True, None),
        (b"404 Not Found", b"", True, None),
        (b"429 Too Many Requests", b"Retry-After: 17\r\n", True, 17.0),
        (b"429 Too Many Requests", b"Retry-After: Mon, 23 Nov 2026 12:00:40 GMT\r\n", True, 40.0),
        (b"429 Too Many Requests", b"Retry-After: soon\r\n", True, None),
        (b"500 Internal Server Error", b"", True, None),
    ],
)
def test_what_a_refusal_asks_for(
    status: bytes, says_also: bytes, *, again: bool, wait: float | None
) -> None:
    answer = b"HTTP/1.1 " + status + b"\r\n" + says_also + b"Content-Length: 0\r\n\r\n"
    failure = failure_of(says(answer))
    assert (failure.again, failure.wait_seconds) == (again, wait)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, None), ("", None), ("-5", 0.0), ("nan", None), ("1e12", 3600.0), ("90000", 3600.0)],
)
def test_a_wait_is_never_negative_nor_endless(value: str | None, seconds: float | None) -> None:
    assert wait_of(value, NOW) == seconds


def test_a_stream_that_has_begun_may_take_any_time() -> None:
    with speaking(drips) as url:
        answer = session(deadline_seconds=0.5).get(url, stream=True, timeout=5)
        assert len(answer.raw.read(20)) == 20
        answer.close()


def test_a_connection_is_used_again_with_a_deadline_of_its_own() -> None:
    asking = session(deadline_seconds=1.0)
    with AnsweringServer(lambda _: Answer(body=b"all of it")) as server:
        for _ in range(3):
            assert ask("The place", asking, server.url).content == b"all of it"
            time.sleep(0.5)


def test_an_answer_that_is_asked_for_as_a_stream_is_left_to_the_asker() -> None:
    with speaking(pours) as url:
        answer = session(most_bytes=10).get(url, stream=True, timeout=5)
        assert len(answer.raw.read(100_000)) == 100_000
        answer.close()
