"""Bluesky through its real client, against a Jetstream server on the loopback."""

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitors.answer import MESSAGE, UNPACKED
from monitors.errors import SourceError
from monitors.registry import build
from monitors.source import Received, Source
from records.errors import ConfigurationError
from records.post import Author, Context, Media
from tests.monitors.reading import (
    eventually,
    in_background,
    listening,
    take,
    take_until_failure,
    texts,
)
from tests.servers import real_shaped
from tests.servers.jetstream import JetstreamServer, error_text, info_text, train_dictionary
from tests.servers.jetstream_events import rfc3339

EVENTS = real_shaped.events(real_shaped.stream())
GOOD_TEXTS = [payload["record"]["text"] for payload in real_shaped.GOOD]
BEGINNING = str(real_shaped.FIRST)


@pytest.fixture
def server() -> Iterator[JetstreamServer]:
    with JetstreamServer() as running:
        yield running


PLACED = [
    (one.witnessed, one.payload["did"])
    for one in EVENTS
    if any(one.payload.get("did") == payload["did"] for payload in real_shaped.GOOD)
]


def witnessed(received: Received) -> int:
    sent = json.loads(received.record)["payload"]
    return next(one.witnessed for one in EVENTS if one.seq == sent["seq"])


def bluesky(server: JetstreamServer, **options: object) -> Source:
    return build("bluesky", "bluesky", {"url": server.url, **options})


def count_skipped(source: Source) -> int:
    return int(source.skipped)  # type: ignore[attr-defined]


def good(number: int) -> dict[str, object]:
    """A post's event, by the number it has among the good ones."""
    return next(one.payload for one in EVENTS if one.payload.get("did") == real_shaped.did(number))


def test_the_stream_holds_at_least_thirty_events_of_every_kind() -> None:
    kinds = {(one.kind, one.payload.get("operation")) for one in EVENTS}
    assert len(EVENTS) >= 30
    assert {("commit", "create"), ("commit", "update"), ("commit", "delete")} <= kinds
    assert {("identity", None), ("account", None), ("prophecy", None)} <= kinds


def test_every_readable_post_arrives_in_order_and_nothing_else(server: JetstreamServer) -> None:
    server.publish(EVENTS)
    taken = take(bluesky(server), BEGINNING, count=len(GOOD_TEXTS))
    assert texts(taken) == GOOD_TEXTS


def test_only_posts_are_asked_for_and_no_account_is_needed(server: JetstreamServer) -> None:
    server.publish(EVENTS)
    take(bluesky(server), BEGINNING, count=1)
    assert server.asked == [
        {
            "collections": ["app.bsky.feed.post"],
            "kinds": ["commit", "account"],
            "cursor": [BEGINNING],
        }
    ]


def test_a_post_has_its_id_page_author_language_and_time(server: JetstreamServer) -> None:
    server.publish(EVENTS)
    post = take(bluesky(server), BEGINNING, count=1)[0].post
    author = real_shaped.did(1)
    assert post.source == "bluesky"
    assert post.id == f"at://{author}/app.bsky.feed.post/3mexample0001"
    assert post.url == f"https://bsky.app/profile/{author}/post/3mexample0001"
    assert post.author == Author(id=author)
    assert post.lang == "en"
    assert post.published_at == datetime(2026, 11, 21, 9, 29, 59, 120000, tzinfo=UTC)
    assert post.context == Context()
    assert post.media == ()


@pytest.mark.parametrize(
    ("number", "title"), [(5, "Council opens a new library"), (8, "A headline"), (3, None)]
)
def test_the_title_of_a_link_is_context(
    server: JetstreamServer, number: int, title: str | None
) -> None:
    server.publish(EVENTS)
    taken = take(bluesky(server), BEGINNING, count=len(GOOD_TEXTS))
    assert taken[number - 1].post.context == Context(link_title=title)


def picture(number: int, alt: str) -> Media:
    shown = "https://cdn.bsky.app/img/feed_fullsize/plain"
    url = f"{shown}/{real_shaped.did(number)}/{real_shaped.BLOB}"
    return Media(kind="image", url=url, alt=alt)


@pytest.mark.parametrize(
    ("number", "media"),
    [
        (4, (picture(4, "A grey loch"), picture(4, "The same, later"))),
        (7, (picture(7, "A noticeboard"),)),
        (9, (Media(kind="video", alt="A busker plays the fiddle"),)),
        (10, (picture(10, "First"), picture(10, "Second"))),
        (17, ()),
        (18, ()),
    ],
)
def test_pictures_come_with_the_words_that_describe_them(
    server: JetstreamServer, number: int, media: tuple[Media, ...]
) -> None:
    server.publish(EVENTS)
    taken = take(bluesky(server), BEGINNING, count=len(GOOD_TEXTS))
    assert taken[number - 1].post.media == media


def test_a_post_without_a_readable_date_has_the_time_it_was_seen(server: JetstreamServer) -> None:
    server.publish(EVENTS)
    post = take(bluesky(server), BEGINNING, count=len(GOOD_TEXTS))[18].post
    assert post.published_at is not None
    assert rfc3339(int(post.published_at.timestamp() * 1_000_000)) == good(19)["time"]


def test_the_record_is_the_message_as_it_was_sent(server: JetstreamServer) -> None:
    server.publish(EVENTS)
    taken = take(bluesky(server), BEGINNING, count=len(GOOD_TEXTS))
    sent = {one.frame.encode() for one in EVENTS}
    assert {received.record for received in taken} <= sent
    assert json.loads(taken[12].record)["payload"]["record"]["text"] == GOOD_TEXTS[12]


def test_a_compressed_stream_brings_the_same_posts_and_records() -> None:
    dictionary = train_dictionary(one.frame for one in EVENTS)
    with JetstreamServer() as plain, JetstreamServer(dictionary=dictionary) as packed:
        brought = []
        for server in (plain, packed):
            server.publish(EVENTS)
            brought.append(take(bluesky(server), BEGINNING, count=len(GOOD_TEXTS)))
        assert "zstdDictionary" in packed.asked[0]
        assert brought[0] == brought[1]
    for received, what in ((brought[0][3], MESSAGE), (brought[1][3], UNPACKED)):
        told = received.settled().told
        assert told is not None
        assert told["bytes"] == what
        assert "headers" not in told
        assert datetime.fromisoformat(told["received_at"]) > datetime.now(UTC) - timedelta(hours=1)


@pytest.mark.must("10")
def test_what_cannot_be_read_is_counted_and_the_stream_goes_on(
    server: JetstreamServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.publish(EVENTS)
    source = bluesky(server)
    with caplog.at_level(logging.DEBUG, logger="monitors"):
        assert texts(take(source, BEGINNING, count=len(GOOD_TEXTS))) == GOOD_TEXTS
    assert count_skipped(source) == len(real_shaped.UNREADABLE)
    assert "Whose is this" not in caplog.text


@pytest.mark.must("10")
@pytest.mark.must("unknown type")
def test_what_is_of_an_unknown_type_costs_no_word_of_the_post(server: JetstreamServer) -> None:
    odd = {"$type": "app.bsky.embed.hologram", "deep": [{"$type": "org.example#other"}]}
    facets = [{"$type": "org.example#facet", "features": [odd], "index": None}]
    records = [
        real_shaped.post("With a hologram", embed=odd, facets=facets, labels=odd),
        real_shaped.post("With nothing but words"),
    ]
    server.publish(
        real_shaped.events(
            tuple(real_shaped.commit(number, one) for number, one in enumerate(records))
        )
    )
    source = bluesky(server)
    assert texts(take(source, BEGINNING, count=2)) == [one["text"] for one in records]
    assert count_skipped(source) == 0


@pytest.mark.must("10")
def test_undecodable_messages_are_counted_too(server: JetstreamServer) -> None:
    source = bluesky(server)
    with listening(source):
        server.wait_for_clients(1)
        server.publish_text("no JSON at all")
        server.publish_text('{"$type": "greeting"}')
        server.publish_text('{"$type": "message"}')
        eventually(lambda: count_skipped(source) == 3)


def test_without_a_cursor_it_begins_with_what_is_said_from_now_on(server: JetstreamServer) -> None:
    server.publish(EVENTS[:10])

    def later() -> None:
        server.wait_for_clients(1)
        server.publish(EVENTS[-4:])

    in_background(later)
    expected = [one.payload["record"]["text"] for one in EVENTS[-4:] if one.kind == "commit"]
    assert texts(take(bluesky(server), None, count=len(expected))) == expected


def test_a_failure_before_the_first_post_loses_nothing_said_meanwhile(
    server: JetstreamServer,
) -> None:
    source = bluesky(server)

    def hang_up() -> None:
        server.wait_for_clients(1)
        server.close_cleanly()

    in_background(hang_up)
    before = time.time()
    take_until_failure(source)
    in_background(lambda: server.wait_for_clients(2))
    take(source, None, count=0, seconds=0.2)
    asked_from = int(server.asked[1]["cursor"][0]) / 1_000_000
    assert before - 90 < asked_from <= before


@pytest.mark.must("2")
@pytest.mark.must("duplicates")
@pytest.mark.parametrize("stopped_after", range(1, len(GOOD_TEXTS) + 1))
def test_after_a_restart_anywhere_all_from_that_moment_on_comes_again(
    server: JetstreamServer, stopped_after: int
) -> None:
    server.publish(EVENTS)
    before = take(bluesky(server), BEGINNING, count=stopped_after)
    moment = witnessed(before[-1])
    expected = [one for one in PLACED if one[0] >= moment]
    rest = take(bluesky(server), before[-1].cursor, count=len(expected))
    assert [(witnessed(one), one.post.author.id) for one in rest] == expected


def test_servers_that_send_no_witness_time_are_followed_by_the_event_time(
    server: JetstreamServer,
) -> None:
    for one in EVENTS:
        older = {key: value for key, value in one.payload.items() if key != "witnessedAt"}
        server.publish([replace(one, payload=older)])
    taken = take(bluesky(server), BEGINNING, count=len(PLACED))
    assert [(int(one.cursor), one.post.author.id) for one in taken] == PLACED


@pytest.mark.must("out of order")
def test_the_cursor_is_when_the_server_saw_the_event_whatever_time_it_shows(
    server: JetstreamServer,
) -> None:
    for one in EVENTS:
        server.publish([replace(one, payload={**one.payload, "time": "2020-01-01T00:00:00Z"})])
    taken = take(bluesky(server), BEGINNING, count=len(PLACED))
    assert [(int(one.cursor), one.post.author.id) for one in taken] == PLACED


@pytest.mark.must("1")
def test_a_clean_goodbye_is_a_failure_worth_a_new_try(server: JetstreamServer) -> None:
    server.publish(EVENTS)

    def hang_up() -> None:
        server.wait_for_clients(1)
        eventually(lambda: server.sent >= len(EVENTS) - len(real_shaped.OTHERS))
        server.close_cleanly()

    in_background(hang_up)
    taken, sentence = take_until_failure(bluesky(server), BEGINNING)
    assert sentence == "Bluesky closed the connection."
    assert texts(taken) == GOOD_TEXTS, "what came before the goodbye is not lost"


def test_an_abrupt_end_is_a_failure_worth_a_new_try(server: JetstreamServer) -> None:
    def cut() -> None:
        server.wait_for_clients(1)
        server.drop()

    in_background(cut)
    _, sentence = take_until_failure(bluesky(server))
    assert sentence == "Bluesky closed the connection."


@pytest.mark.must("9")
def test_silence_is_an_outage(server: JetstreamServer) -> None:
    server.go_silent()
    server.publish(EVENTS)
    taken, sentence = take_until_failure(bluesky(server, silence_seconds=0.3), BEGINNING)
    assert taken == []
    assert sentence == "Bluesky has been silent for 0.3 seconds."


def test_being_too_slow_is_told(server: JetstreamServer) -> None:
    def complain() -> None:
        server.wait_for_clients(1)
        server.publish_text(error_text("ConsumerTooSlow"))

    in_background(complain)
    _, sentence = take_until_failure(bluesky(server))
    assert "too slowly" in sentence


@pytest.mark.parametrize("status", [400, 404, 429, 503])
def test_a_refusal_is_told_with_its_status(server: JetstreamServer, status: int) -> None:
    server.refuse(status)
    _, sentence = take_until_failure(bluesky(server))
    assert sentence == f"Bluesky refused the connection (HTTP {status})."


def test_without_a_network_it_says_so_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    source = build("bluesky", "bluesky", {"url": f"ws://127.0.0.1:{port}/xrpc"})
    began = time.monotonic()
    _, sentence = take_until_failure(source)
    assert sentence == "Bluesky can't be reached."
    assert time.monotonic() - began < 5


def test_a_server_that_never_answers_is_given_up_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"ws://127.0.0.1:{deaf.getsockname()[1]}/xrpc"
        source = build("bluesky", "bluesky", {"url": url, "connect_seconds": 0.3})
        _, sentence = take_until_failure(source)
    assert sentence == "Bluesky can't be reached."


def test_it_says_that_it_is_alive_while_nothing_is_said(server: JetstreamServer) -> None:
    stop = threading.Event()
    began = time.monotonic()
    assert next(bluesky(server).receive(None, stop)) is None
    assert time.monotonic() - began < 1


def test_a_stop_hangs_up(server: JetstreamServer) -> None:
    assert take(bluesky(server), None, count=0, seconds=0.1) == []
    eventually(lambda: server.connected == 0)


@pytest.mark.must("16")
def test_a_slow_reader_slows_the_stream_and_loses_nothing(
    server: JetstreamServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitors.feed.CAPACITY", 2)
    many = real_shaped.events(
        tuple(
            real_shaped.commit(number, real_shaped.post(f"Post {number}")) for number in range(300)
        )
    )
    server.publish(many)
    posts = bluesky(server).receive(BEGINNING, threading.Event())
    seen: list[str] = []
    for received in posts:
        if not isinstance(received, Received):
            continue
        if len(seen) < 5:
            time.sleep(0.05)
        seen.append(received.post.text)
        if len(seen) == 300:
            break
    assert seen == [f"Post {number}" for number in range(300)]


def test_a_notice_that_posts_may_be_missing_is_logged(
    server: JetstreamServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="monitors"), listening(bluesky(server)):
        server.wait_for_clients(1)
        server.publish_text(info_text("OutdatedCursor"))
        eventually(lambda: "could not begin at the place asked for" in caplog.text)


@pytest.mark.parametrize("cursor", ["", "soon", "-1", "1.5"])
def test_a_cursor_of_something_else_needs_attention(server: JetstreamServer, cursor: str) -> None:
    with pytest.raises(SourceError) as failure:
        next(bluesky(server).receive(cursor, threading.Event()))
    assert not failure.value.again


def test_an_address_that_is_no_web_socket_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="it begins with wss://"):
        build("bluesky", "bluesky", {"url": "https://jetstream.example/xrpc"})
