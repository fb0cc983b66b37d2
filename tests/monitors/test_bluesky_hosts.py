"""Two Jetstream servers: the first of version 2, and one of version 1 for while that one fails."""

import threading
import time
from collections.abc import Iterator

import pytest

from monitors.registry import build
from monitors.source import Received, Source
from monitors.sources.bluesky import BlueskySource
from monitors.sources.bluesky_place import Hosts
from records.errors import ConfigurationError
from tests.monitors.reading import eventually, in_background, take, take_until_failure, texts
from tests.servers import real_shaped
from tests.servers.jetstream import JetstreamServer
from tests.servers.jetstream_v1 import OldJetstreamServer

EVENTS = real_shaped.events(real_shaped.stream())
GOOD_TEXTS = [payload["record"]["text"] for payload in real_shaped.GOOD]
BEGINNING = str(real_shaped.FIRST)
MINUTE = 60_000_000


@pytest.fixture
def first() -> Iterator[JetstreamServer]:
    with JetstreamServer() as server:
        yield server


@pytest.fixture
def second() -> Iterator[OldJetstreamServer]:
    with OldJetstreamServer() as server:
        yield server


def bluesky(first: JetstreamServer, second: OldJetstreamServer, **options: object) -> Source:
    chosen: dict[str, object] = {"url": first.url, "fallback_host": second.url}
    return build("bluesky", "bluesky", {**chosen, **options})


def fallen_back(first: JetstreamServer, second: OldJetstreamServer, **options: object) -> Source:
    """A source whose first server fails, and which has noticed."""
    first.refuse(503)
    source = bluesky(first, second, fallback_after_failures=3, **options)
    for _ in range(2):
        take_until_failure(source, BEGINNING)
    return source


def test_a_server_of_version_1_brings_the_same_posts_in_the_same_order(
    first: JetstreamServer, second: OldJetstreamServer
) -> None:
    second.publish(EVENTS)
    taken = take(fallen_back(first, second), BEGINNING, count=len(GOOD_TEXTS))
    assert texts(taken) == GOOD_TEXTS
    assert second.asked[0]["wantedCollections"] == ["app.bsky.feed.post"]
    with JetstreamServer() as alone:
        alone.publish(EVENTS)
        same = take(build("bluesky", "bluesky", {"url": alone.url}), BEGINNING, count=len(taken))
    assert [one.post for one in taken] == [one.post for one in same]
    assert [one.cursor for one in taken] == [one.cursor for one in same]
    assert [one.edited for one in taken] == [one.edited for one in same]


def test_two_failures_are_no_reason_to_go_elsewhere(
    first: JetstreamServer, second: OldJetstreamServer
) -> None:
    fallen_back(first, second)
    assert second.asked == []


def test_it_goes_on_a_minute_before_its_place_since_servers_see_events_at_different_times(
    first: JetstreamServer, second: OldJetstreamServer
) -> None:
    second.publish(EVENTS)
    take(fallen_back(first, second), str(EVENTS[9].witnessed), count=1)
    assert int(second.asked[0]["cursor"][0]) <= EVENTS[9].witnessed - MINUTE


def test_without_a_place_it_goes_on_where_it_began(
    first: JetstreamServer, second: OldJetstreamServer
) -> None:
    first.refuse(503)
    source = bluesky(first, second, fallback_after_failures=1)
    before = time.time()
    take(source, None, count=0, seconds=0.5)
    asked_from = int(second.asked[0]["cursor"][0]) / 1_000_000
    assert before - 150 < asked_from <= before


def test_it_comes_back_after_a_while_without_losing_anything(
    first: JetstreamServer, second: OldJetstreamServer
) -> None:
    half = len(EVENTS) // 2
    second.publish(EVENTS[:half])
    source = fallen_back(first, second, fallback_minutes=0.01)
    stop, came = threading.Event(), []

    def listen() -> None:
        for one in source.receive(BEGINNING, stop):
            came.extend([one.post.text] if isinstance(one, Received) else [])

    thread = in_background(listen)
    eventually(lambda: second.connected == 1)
    first.refuse(None)
    first.publish(EVENTS)
    eventually(lambda: first.connected == 1)
    eventually(lambda: second.connected == 0)
    eventually(lambda: set(GOOD_TEXTS) <= set(came))
    stop.set()
    thread.join(10)
    assert isinstance(source, BlueskySource)
    assert source.budget == ""


def test_while_the_first_stays_away_the_second_is_read_on_and_it_is_said(
    first: JetstreamServer, second: OldJetstreamServer
) -> None:
    second.publish(EVENTS[:10])
    source = fallen_back(first, second, fallback_minutes=0.01)
    assert isinstance(source, BlueskySource)
    stop = threading.Event()
    came: list[str] = []

    def listen() -> None:
        for one in source.receive(BEGINNING, stop):
            came.extend([one.post.text] if isinstance(one, Received) else [])

    thread = in_background(listen)
    second.wait_for_clients(3)
    eventually(lambda: source.budget == "from the fallback host")
    second.publish(EVENTS[10:])
    eventually(lambda: set(GOOD_TEXTS) <= set(came))
    stop.set()
    thread.join(10)


def test_when_both_fail_it_says_so_and_the_first_is_tried_again(
    first: JetstreamServer, second: OldJetstreamServer
) -> None:
    second.refuse(503)
    source = fallen_back(first, second)
    _, sentence = take_until_failure(source, BEGINNING)
    assert sentence == "Bluesky refused the connection (HTTP 503)."
    first.refuse(None)
    first.publish(EVENTS)
    assert texts(take(source, BEGINNING, count=len(GOOD_TEXTS))) == GOOD_TEXTS
    assert second.asked == []


def test_odd_frames_of_a_server_of_version_1_are_counted_and_the_stream_goes_on(
    first: JetstreamServer, second: OldJetstreamServer
) -> None:
    for text in ("", "[]", "null", '{"kind":7}', '{"kind":"commit","commit":[],"time_us":"soon"}'):
        second.publish_text(text)
    second.publish_text('{"kind":"commit","time_us":99999999999999999999999,"commit":{}}')
    second.publish_text("[" * 200_000)
    second.publish(EVENTS)
    source = fallen_back(first, second)
    first.refuse(503)
    assert texts(take(source, "0", count=len(GOOD_TEXTS))) == GOOD_TEXTS


def test_the_first_is_left_only_after_failures_in_a_row() -> None:
    hosts = Hosts(second=True, tries=3, stay_seconds=60)
    for _ in range(5):
        assert not hosts.failed(0.0, second=False)
        assert not hosts.failed(0.0, second=False)
        hosts.came(second=False)
    assert not hosts.on_second(0.0)
    assert [hosts.failed(1.0, second=False) for _ in range(3)] == [False, False, True]
    assert hosts.on_second(60.9)
    assert not hosts.on_second(61.0)
    assert hosts.failed(62.0, second=False), "it is gone to again at the first new failure"


def test_with_one_server_there_is_nowhere_to_go() -> None:
    hosts = Hosts(second=False, tries=1, stay_seconds=60)
    assert not hosts.failed(0.0, second=False)
    assert not hosts.on_second(0.0)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("jetstream.example", "wss://jetstream.example"),
        ("wss://jetstream.example/subscribe", "wss://jetstream.example"),
        ("", None),
    ],
)
def test_a_fallback_host_is_a_name_or_an_address(given: str, used: str | None) -> None:
    source = build("bluesky", "bluesky", {"fallback_host": given})
    assert isinstance(source, BlueskySource)
    assert source._options.fallback_host == used


def test_a_fallback_host_that_is_no_web_socket_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="host's name"):
        build("bluesky", "bluesky", {"fallback_host": "https://jetstream.example"})
