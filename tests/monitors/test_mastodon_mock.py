"""Mastodon against a server that others wrote, with faults of its own and a wire that is cut."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from mastodon_mock.testing import MockServer

from monitors.errors import SourceError
from monitors.registry import build
from monitors.source import Arrival, Received, Removed, Source
from tests.monitors.reading import eventually, in_background
from tests.servers.cutting import Wire

TOKEN = "alice_token"
TIMELINE, STREAM = "/api/v1/timelines/public", "/api/v1/streaming/public"


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer() as running:
        yield running


@pytest.fixture
def wire(server: MockServer) -> Iterator[Wire]:
    with Wire(server.port) as whole:
        yield whole


@pytest.fixture
def bob(server: MockServer) -> Iterator[Any]:
    client = server.client("bob")
    yield client
    client.session.close()


def streaming(wire: Wire) -> Source:
    options = {"servers": [{"url": wire.url, "token": TOKEN}], "timeline": "public"}
    return build("mastodon", "mastodon", options)


def looking(wire: Wire) -> Source:
    options = {"servers": [{"url": wire.url}], "timeline": "public", "every_seconds": 0.05}
    return build("mastodon", "mastodon", options)


BOTH = pytest.mark.parametrize("made", [streaming, looking])


class Came:
    """What came, over as many readings as it took: a failed one is begun again from its place."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.failures: list[str] = []
        self.alive = False

    def listen(self, source: Source, stop: threading.Event) -> None:
        cursor: str | None = None
        while not stop.is_set():
            try:
                for one in source.receive(cursor, stop):
                    self.alive = True
                    if one is not None:
                        self.arrivals.append(one)
                        cursor = one.cursor
            except SourceError as failure:
                self.failures.append(f"{failure}" if failure.again else f"{failure} Never again.")
                stop.wait(0.1)

    @property
    def texts(self) -> list[str]:
        return [one.post.text for one in list(self.arrivals) if isinstance(one, Received)]

    @property
    def edited(self) -> list[str]:
        return [
            one.post.text for one in list(self.arrivals) if isinstance(one, Received) and one.edited
        ]

    @property
    def removed(self) -> list[str]:
        return [one.id for one in list(self.arrivals) if isinstance(one, Removed)]


@contextmanager
def listening(source: Source) -> Iterator[Came]:
    came, stop = Came(), threading.Event()
    thread = in_background(lambda: came.listen(source, stop))
    eventually(lambda: came.alive)
    yield came
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert not [one for one in came.failures if one.endswith("Never again.")]


def titles(*numbers: int) -> list[str]:
    return [f"Post {number} about the harbour" for number in numbers]


@BOTH
def test_what_is_posted_arrives_once_and_in_order(
    wire: Wire, bob: Any, made: Callable[[Wire], Source]
) -> None:
    bob.status_post("Before anybody listened")
    with listening(made(wire)) as came:
        for text in titles(1, 2, 3):
            bob.status_post(text)
        eventually(lambda: len(came.texts) == 3)
    assert came.texts == titles(1, 2, 3)


def test_a_rewording_and_a_removal_are_told_on_the_stream(wire: Wire, bob: Any) -> None:
    with listening(streaming(wire)) as came:
        posted = bob.status_post("The first wording")
        eventually(lambda: came.texts == ["The first wording"])
        first = next(one for one in came.arrivals if isinstance(one, Received))
        bob.status_update(posted["id"], "The second wording")
        eventually(lambda: came.edited == ["The second wording"])
        bob.status_delete(posted["id"])
        eventually(lambda: bool(came.removed))
    assert came.removed == [first.post.id]


@BOTH
def test_what_was_posted_while_the_wire_was_cut_is_read_back(
    wire: Wire, bob: Any, made: Callable[[Wire], Source]
) -> None:
    with listening(made(wire)) as came:
        bob.status_post(titles(0)[0])
        eventually(lambda: came.texts == titles(0))
        wire.cut()
        eventually(lambda: bool(came.failures))
        for text in titles(*range(1, 60)):
            bob.status_post(text)
        wire.mend()
        eventually(lambda: len(set(came.texts)) >= 60, seconds=60)
        bob.status_post(titles(60)[0])
        eventually(lambda: titles(60)[0] in came.texts)
    assert set(came.texts) == set(titles(*range(61)))


@pytest.mark.servers  # for the time it takes: a minute and more
@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"type": "ratelimit", "headers": {"Retry-After": "0"}}, "asks us to wait"),
        ({"type": "status", "status": 500}, "has a fault (HTTP 500)"),
        ({"type": "status", "status": 403, "body": "<html>"}, "does not let us read (HTTP 403)"),
        ({"type": "malformed"}, "something that can't be read"),
    ],
)
@pytest.mark.parametrize(
    ("made", "path"), [(looking, TIMELINE), (streaming, TIMELINE), (streaming, STREAM)]
)
def test_after_a_fault_nothing_is_lost(
    server: MockServer,
    wire: Wire,
    bob: Any,
    made: Callable[[Wire], Source],
    path: str,
    fault: dict[str, Any],
    sentence: str,
) -> None:
    with listening(made(wire)) as came:
        bob.status_post(titles(0)[0])
        eventually(lambda: came.texts == titles(0))
        with server.fault(path=path, **fault):
            wire.cut()
            wire.mend()
            for text in titles(1, 2, 3):
                bob.status_post(text)
            if (path, fault["type"]) != (STREAM, "malformed"):  # which is no end of a stream
                eventually(lambda: any(sentence in one for one in came.failures), seconds=20)
        eventually(lambda: len(set(came.texts)) >= 4, seconds=30)
    assert set(came.texts) == set(titles(0, 1, 2, 3))
