"""Mastodon through its real client, against servers on the loopback."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from monitors.answer import ENTRY, EVENT
from monitors.errors import SourceError
from monitors.registry import build
from monitors.runner import Limits, Runner, SourceStatus, State
from monitors.source import Arrival, Reached, Received, Removed, Source, Unread
from records.errors import ConfigurationError
from tests.monitors.reading import eventually, in_background, take, take_until_failure, texts
from tests.servers.mastodon import MINUTE, TOKEN, MastodonServer, Refusal, status

START = json.dumps({})


@pytest.fixture
def server() -> Iterator[MastodonServer]:
    with MastodonServer() as running:
        yield running


@pytest.fixture
def other() -> Iterator[MastodonServer]:
    with MastodonServer() as running:
        yield running


def looking(*servers: MastodonServer, **options: Any) -> Source:
    """Without a token, a look every 20 milliseconds."""
    return mastodon(*servers, **options)


def listening_to(*servers: MastodonServer, **options: Any) -> Source:
    return mastodon(*servers, token=TOKEN, **options)


def mastodon(*servers: MastodonServer, token: str | None = None, **options: object) -> Source:
    signed = {"token": token} if token else {}
    wanted = {"servers": [{"url": one.url, **signed} for one in servers], "every_seconds": 0.02}
    if not {"hashtags", "queries", "timeline"} & set(options):
        wanted["timeline"] = "public"
    return build("mastodon", "mastodon", {**wanted, **options})


@contextmanager
def reading(
    source: Source, cursor: str | None = None, *, fails: str | None = None
) -> Iterator[list[Arrival | None]]:
    """All that comes while the block runs, and how it ends: with the stop, or before as said."""
    came: list[Arrival | None] = []
    stop = threading.Event()
    failures: list[str] = []

    def drain() -> None:
        try:
            for arrival in source.receive(cursor, stop):
                came.append(arrival)  # noqa: PERF402 - the test looks at it meanwhile
        except SourceError as failure:
            failures.append(str(failure))

    thread = in_background(drain)
    try:
        yield came
        if fails:
            eventually(lambda: bool(failures))
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    assert [fails in failure for failure in failures if fails] == [True] * bool(fails), failures
    assert fails or not failures, failures


@contextmanager
def failing(source: Source, sentence: str) -> Iterator[list[Arrival | None]]:
    """As started, until it fails for the reason that is said."""
    with reading(source, fails=sentence) as came:
        eventually(lambda: None in came)
        yield came


@contextmanager
def started(source: Source, cursor: str | None = None) -> Iterator[list[Arrival | None]]:
    """As reading, from when the source says that it is alive."""
    with reading(source, cursor) as came:
        eventually(lambda: None in came)
        yield came


def posts(came: list[Arrival | None]) -> list[str]:
    return [one.post.text for one in list(came) if isinstance(one, Received)]


def removed(came: list[Arrival | None]) -> list[str]:
    return [one.id for one in list(came) if isinstance(one, Removed)]


def unread(came: list[Arrival | None]) -> list[Unread]:
    return [one for one in list(came) if isinstance(one, Unread)]


def numbered(*numbers: int) -> list[dict[str, Any]]:
    return [status(number) for number in numbers]


def called(*numbers: int) -> list[str]:
    return [f"Post {number}" for number in numbers]


@pytest.mark.parametrize("made", [looking, listening_to])
def test_what_is_posted_from_now_on_arrives_once_and_in_order(
    server: MastodonServer, made: Callable[..., Source]
) -> None:
    server.lose(*numbered(1, 2))
    with started(made(server)) as came:
        server.post(*numbered(3, 4, 5))
        eventually(lambda: len(posts(came)) >= 3)
        server.post(status(6))
        eventually(lambda: "Post 6" in posts(came))
    assert posts(came) == called(3, 4, 5, 6)


@pytest.mark.parametrize("made", [looking, listening_to])
@pytest.mark.parametrize("stopped_after", [1, 39, 40, 41, 99])
def test_after_a_restart_anywhere_nothing_is_lost(
    server: MastodonServer, made: Callable[..., Source], stopped_after: int
) -> None:
    server.lose(status(0))
    source = made(server, overlap_minutes=0)
    with started(source) as came:
        server.post(status(1))
        eventually(lambda: posts(came) == called(1))
    first = next(one for one in came if one is not None).cursor
    server.lose(*numbered(*range(2, 102)))
    before = take(made(server, overlap_minutes=0), first, count=stopped_after)
    with reading(made(server, overlap_minutes=0), before[-1].cursor) as came:
        eventually(lambda: "Post 101" in posts(came))
    told = dict.fromkeys(["Post 1", *texts(before), *posts(came)])
    assert list(told) == called(*range(1, 102))


@pytest.mark.must("out of order")
def test_what_comes_in_late_from_another_server_is_found_by_looking_back(
    server: MastodonServer,
) -> None:
    server.lose(status(0, "About #example"))
    with started(looking(server, hashtags=["#Example"])) as came:
        server.lose(status(400_000, "New #example"))
        eventually(lambda: posts(came) == ["New #example"])
        server.lose(status(100_000, "Late #example"))
        eventually(lambda: "Late #example" in posts(came))
    assert posts(came) == ["New #example", "Late #example"]


def test_hashtags_alone_ask_for_no_timeline(server: MastodonServer) -> None:
    with started(looking(server, hashtags=["#Example", "example", "other"])) as came:
        server.post(status(1, "Of #example"), status(2, "Of neither"), status(3, "Of #other"))
        eventually(lambda: len(posts(came)) == 2)
    assert sorted(posts(came)) == ["Of #example", "Of #other"]
    assert not server.asks("timelines/public")
    assert {path for path, _ in server.asked if "tag" in path} == {
        "/api/v1/timelines/tag/example",
        "/api/v1/timelines/tag/other",
    }


def test_a_hashtag_is_streamed_with_a_token(server: MastodonServer) -> None:
    with started(listening_to(server, hashtags=["example"])) as came:
        server.tell("update", status(1, "Said #example"))
        eventually(lambda: posts(came) == ["Said #example"])
    assert server.asks("streaming/hashtag") == [{"tag": "example"}]


def test_a_search_is_read_to_its_end_and_each_post_comes_once(server: MastodonServer) -> None:
    server.lose(status(0, "Words of old"))
    with started(listening_to(server, queries=["words"])) as came:
        server.lose(*(status(number, f"Words {number}") for number in range(1, 101)))
        eventually(lambda: len(posts(came)) >= 100)
    assert posts(came) == [f"Words {number}" for number in range(1, 101)]
    assert all(asked["type"] == "statuses" for asked in server.asks("search"))
    assert not any("resolve" in asked for asked in server.asks("search"))


def test_only_the_chosen_part_of_a_timeline_is_asked_for(server: MastodonServer) -> None:
    with started(looking(server, timeline="local")):
        pass
    assert all(asked["local"] == "1" for asked in server.asks("timelines/public"))
    with started(listening_to(server, timeline="remote")):
        pass
    assert server.asks("streaming/public/remote")


@pytest.mark.must("5")
@pytest.mark.must("duplicates")
def test_the_same_post_on_two_servers_arrives_once(
    server: MastodonServer, other: MastodonServer
) -> None:
    shared = status(1, "Seen everywhere")
    with started(looking(server, other)) as came:
        eventually(lambda: bool(server.asks("timelines")) and bool(other.asks("timelines")))
        for one, id_ in ((server, "117020593378945999"), (other, "117020593378947777")):
            one.post({**shared, "id": id_}, status(int(id_[-4:]), "Of one server"))
        eventually(lambda: len(posts(came)) == 3)
        asked = len(other.asks("timelines"))
        eventually(lambda: len(other.asks("timelines")) > asked + 2)
    assert sorted(posts(came)) == ["Of one server", "Of one server", "Seen everywhere"]


@pytest.mark.parametrize("made", [looking, listening_to])
@pytest.mark.parametrize("code", [401, 403, 500])
def test_one_server_down_does_not_stop_the_others(
    server: MastodonServer, other: MastodonServer, made: Callable[..., Source], code: int
) -> None:
    other.refusals["timelines"] = other.refusals["streaming"] = Refusal(code)
    source = made(server, other)
    with started(source) as came:
        eventually(lambda: "Server 2 of 2" in str(source.trouble))  # type: ignore[attr-defined]
        server.post(status(1))
        eventually(lambda: posts(came) == called(1))


def test_while_a_server_is_down_nothing_is_said_to_be_all_read(
    server: MastodonServer, other: MastodonServer
) -> None:
    other.refusals["timelines"] = Refusal(500)
    with started(looking(server, other)) as came:
        said = came.count(None)
        server.post(status(1))
        eventually(lambda: posts(came) == called(1))
        time.sleep(1.2)
        assert came.count(None) <= said + 1
        del other.refusals["timelines"]
        eventually(lambda: came.count(None) > said + 1)


@pytest.mark.parametrize("made", [looking, listening_to])
def test_the_others_go_on_unrestarted_for_as_long_as_one_server_is_gone(
    server: MastodonServer, made: Callable[..., Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    with MastodonServer() as gone:
        pass  # nothing listens there any more
    monkeypatch.setattr("monitors.sources.mastodon.SIGN_SECONDS", 0.7)
    source = made(server, gone)
    came: list[Arrival] = []
    told: list[SourceStatus] = []
    runner = Runner(
        [source],
        lambda _: None,
        lambda _, batch: came.extend(batch),
        told.append,
        limits=Limits(stalled_after_seconds=2.0, first_wait_seconds=0.01),
    )
    runner.start()
    try:
        eventually(lambda: runner.statuses()[0].state is State.WATCHING)
        server.post(status(1))
        eventually(lambda: posts(list(came)) == called(1))
        time.sleep(4.5)
        server.post(status(2))
        eventually(lambda: posts(list(came)) == called(1, 2))
        (now,) = runner.statuses()
    finally:
        assert runner.stop(10)
    assert [one.state for one in told] == [State.STARTING, State.WATCHING]
    assert now.trouble == "Server 2 of 2: Mastodon can't be reached."
    signs = [one for one in came if isinstance(one, Reached)]
    assert 4 <= len(signs) < 25


def test_a_quiet_source_is_told_of_although_one_server_is_gone(
    server: MastodonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MastodonServer() as gone:
        pass
    monkeypatch.setattr("monitors.sources.mastodon.SIGN_SECONDS", 0.1)
    source = looking(server, gone, quiet_after_hours=1 / 3600, hashtags=["glen"])
    told: list[SourceStatus] = []
    runner = Runner([source], lambda _: None, lambda *_: None, told.append)
    runner.start()
    try:
        eventually(lambda: any("Nothing has come in" in one.sentence for one in told))
    finally:
        assert runner.stop(10)


def test_a_server_that_comes_back_is_read_back(
    server: MastodonServer, other: MastodonServer
) -> None:
    with started(looking(server, other)) as came:
        other.refusals["timelines"] = Refusal(500, times=1)
        eventually(lambda: not other.refusals)
        other.lose(*numbered(1, 2, 3))
        eventually(lambda: posts(came) == called(1, 2, 3))


def test_all_servers_down_is_a_failure(server: MastodonServer, other: MastodonServer) -> None:
    server.refusals["timelines"] = other.refusals["timelines"] = Refusal(500)
    assert take_until_failure(looking(server, other))[1] == "Mastodon has a fault (HTTP 500)."


@pytest.mark.must("6")
@pytest.mark.must("11")
@pytest.mark.parametrize("name", ["status.update", "status_update"])
def test_a_stream_tells_rewordings_and_removals(server: MastodonServer, name: str) -> None:
    with started(listening_to(server)) as came:
        first, second = numbered(1, 2)
        server.post(first, second)
        changed = {**first, "content": "<p>Other words</p>", "edited_at": "2026-11-21T10:00:00Z"}
        server.tell(name, changed)
        server.tell("delete", second["id"])
        server.tell("delete", "1")
        eventually(lambda: bool(removed(came)))
    assert posts(came) == ["Post 1", "Post 2", "Other words"]
    received = [one for one in came if isinstance(one, Received)]
    assert [one.edited for one in received] == [False, False, True]
    assert received[2].post.id == received[0].post.id
    assert removed(came) == [second["uri"]]


def test_a_removal_after_a_new_connection_is_still_understood(server: MastodonServer) -> None:
    source = listening_to(server)
    with started(source) as came:
        server.post(status(1))
        eventually(lambda: posts(came) == called(1))
    last = next(one for one in came if one is not None).cursor
    with started(source, last) as came:
        server.tell("delete", status(1)["id"])
        eventually(lambda: removed(came) == [status(1)["uri"]])


def test_a_reworded_post_is_found_by_looking_too(server: MastodonServer) -> None:
    with started(looking(server)) as came:
        server.post(status(1))
        eventually(lambda: posts(came) == called(1))
        server.statuses[0] = status(1, "Other words", edited_at="2026-11-21T10:00:00Z")
        eventually(lambda: posts(came) == ["Post 1", "Other words"])
    assert [one.edited for one in came if isinstance(one, Received)] == [False, True]


@pytest.mark.must("4")
def test_what_was_said_while_the_stream_was_cut_is_read_back(server: MastodonServer) -> None:
    source = listening_to(server)
    with failing(source, "closed the connection") as came:
        server.post(status(1))
        eventually(lambda: posts(came) == called(1))
        server.hang_up()
        eventually(lambda: not server.listeners)
    server.lose(*numbered(2, 3))
    last = next(one for one in came if one is not None).cursor
    with started(source, last) as came:
        server.post(status(4))
        eventually(lambda: "Post 4" in posts(came))
    assert posts(came)[-3:] == called(2, 3, 4)


@pytest.mark.must("1")
@pytest.mark.must("4")
def test_one_cut_stream_of_several_is_taken_up_again_and_read_back(
    server: MastodonServer, other: MastodonServer
) -> None:
    with started(listening_to(server, other)) as came:
        eventually(lambda: server.listeners == other.listeners == 1)
        other.hang_up()
        eventually(lambda: not other.listeners)
        other.lose(status(1))
        eventually(lambda: posts(came) == called(1))
        other.wait_for_streams(2)
        other.tell("update", status(2))
        eventually(lambda: posts(came) == called(1, 2))


@pytest.mark.must("4")
def test_what_a_stream_loses_is_found_when_it_is_held_against_the_timeline(
    server: MastodonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitors.sources.mastodon_watch.SETTLES_SECONDS", 0.1)
    with started(listening_to(server, reconcile_minutes=0.002)) as came:
        server.lose(status(1))
        server.post(status(2))
        eventually(lambda: "Post 1" in posts(came))
        eventually(lambda: "Post 2" in posts(came))
        server.lose(status(3))
        eventually(lambda: "Post 3" in posts(came))
    assert sorted(posts(came)) == called(1, 2, 3)


def test_a_lost_post_before_a_streamed_one_is_not_passed_over_by_the_cursor(
    server: MastodonServer,
) -> None:
    server.lose(status(0))
    with started(listening_to(server)) as came:
        server.lose(status(1))
        server.post(status(600_000))
        eventually(lambda: bool(posts(came)))
    last = [one for one in came if one is not None][-1].cursor
    again = take(listening_to(server, overlap_minutes=0), last, count=2)
    assert texts(again) == called(1, 600_000)


@pytest.mark.must("10")
def test_one_event_that_is_no_post_does_not_end_the_stream(server: MastodonServer) -> None:
    source = listening_to(server)
    with started(source) as came:
        server.tell("update", "{no JSON")
        server.tell("update", "[" * 100_000)
        server.tell("update", {"id": "117020593378945999", "content": "<p>No address</p>"})
        server.tell("notification", {"id": "1"})
        server.tell("filters_changed", "undefined")
        server.tell("prophecy", {"odd": True})
        server.write(b"no field at all\n\n")
        server.write(b"event: update\n\n")
        server.write(b"event: update\r\ndata: " + json.dumps(status(1)).encode() + b"\r\n\r\n")
        eventually(lambda: posts(came) == called(1))
    assert len(unread(came)) == 3
    assert source.skipped == 3  # type: ignore[attr-defined]
    assert all("address" not in one.why or "no address" in one.why for one in unread(came))


@pytest.mark.must("10")
def test_one_malformed_post_among_good_ones_is_told_once_and_the_rest_comes(
    server: MastodonServer,
) -> None:
    bad = [
        {"id": "117020593378945999", "content": None, "uri": "https://social.example/x"},
        {"id": 117020593378946000, "content": "<p>No address</p>"},
        "a word",
        None,
        float("nan"),
    ]
    with started(looking(server)) as came:
        server.lose(status(1), *bad, status(2, unheard_of={"x": [float("inf")]}))
        eventually(lambda: len(posts(came)) == 2 and len(unread(came)) == len(bad))
        asked = len(server.asks("timelines"))
        eventually(lambda: len(server.asks("timelines")) > asked + 4)
    assert posts(came) == called(1, 2)
    assert len(unread(came)) == len(bad)


@pytest.mark.parametrize("made", [looking, listening_to])
def test_the_record_is_the_post_as_it_was_sent(
    server: MastodonServer, made: Callable[..., Source]
) -> None:
    sent = status(1, "Café &amp; co")
    with started(made(server)) as came:
        server.post(sent)
        eventually(lambda: bool(posts(came)))
    received = next(one for one in came if isinstance(one, Received)).settled()
    written = {json.dumps(sent).encode(), json.dumps(sent, ensure_ascii=False).encode()}
    assert received.record in written
    assert received.told is not None
    assert (received.told["status"], received.told["bytes"]) in {(200, ENTRY), (200, EVENT)}
    assert received.told["headers"]


def test_posts_that_are_not_for_everybody_are_not_taken(server: MastodonServer) -> None:
    with started(listening_to(server)) as came:
        server.post(status(1, visibility="private"), status(2, visibility="direct"), status(3))
        eventually(lambda: "Post 3" in posts(came))
    assert posts(came) == called(3)


@pytest.mark.must("14")
def test_a_feed_that_is_switched_off_is_a_failure_and_not_an_empty_list(
    server: MastodonServer,
) -> None:
    server.access["live_feeds"] = "disabled"
    sentence = take_until_failure(looking(server))[1]
    assert "switched off" in sentence
    with started(looking(server, hashtags=["example"])):
        pass


def test_a_feed_for_members_is_read_with_a_token(server: MastodonServer) -> None:
    server.access["live_feeds"] = "authenticated"
    assert "switched off" in take_until_failure(looking(server))[1]
    with started(listening_to(server)) as came:
        server.post(status(1))
        eventually(lambda: posts(came) == called(1))


@pytest.mark.must("14")
def test_a_timeline_that_stays_empty_is_a_failure(
    server: MastodonServer, other: MastodonServer
) -> None:
    source = looking(server, other, quiet_after_hours=2 / 3600)
    with started(source):
        number = iter(range(1000))

        def only_the_other_is_in_trouble() -> bool:
            server.post(status(next(number)))
            time.sleep(0.05)
            trouble = str(source.trouble)  # type: ignore[attr-defined]
            return "Server 2 of 2" in trouble and "Server 1" not in trouble

        eventually(only_the_other_is_in_trouble)
    assert source.quiet_after_seconds == pytest.approx(2)  # type: ignore[attr-defined]
    assert "nothing new" in take_until_failure(source)[1]


def failure_of(source: Source, cursor: str | None = None) -> SourceError:
    with pytest.raises(SourceError) as failure:
        for _ in source.receive(cursor, threading.Event()):
            pass
    assert "secret" not in str(failure.value)
    assert "127.0.0.1" not in str(failure.value)
    assert failure.value.__cause__ is None
    return failure.value


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=100)


@pytest.mark.parametrize(
    ("code", "headers", "again", "wait"),
    [
        (401, {}, False, None),
        (403, {"Content-Type": "text/html"}, True, None),
        (404, {}, True, None),
        (422, {}, True, None),
        (429, {"Retry-After": "100"}, True, 100),
        (429, {"Retry-After": "in a while"}, True, None),
        (429, {"Retry-After": "a date"}, True, 100),
        (429, {"X-RateLimit-Reset": "a date"}, True, 100),
        (500, {}, True, None),
        (503, {}, True, None),
    ],
)
@pytest.mark.parametrize("made", [looking, listening_to])
def test_what_a_refusal_asks_for(
    server: MastodonServer,
    made: Callable[..., Source],
    code: int,
    headers: dict[str, str],
    again: bool,
    wait: float | None,
) -> None:
    if headers.get("Retry-After") == "a date":
        headers = {"Retry-After": format_datetime(soon(), usegmt=True)}
    elif "X-RateLimit-Reset" in headers:
        headers = {"X-RateLimit-Reset": soon().isoformat().replace("+00:00", "Z")}
    part = "timelines" if made is looking else "streaming"
    server.refusals[part] = Refusal(code, headers)
    failure = failure_of(made(server))
    assert failure.again is again
    assert failure.wait_seconds == (None if wait is None else pytest.approx(wait, abs=5))


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(200, body=b"<html>secret</html>"),
        Refusal(200, body=b""),
        Refusal(200, body=b'{"error": "secret"}'),
        Refusal(200, body=b'[{"id": "secret'),
        Refusal(200, body=b"[" * 200_000),
        Refusal(200, body=b'[{"id": "1"}, ', cut=True),
    ],
)
@pytest.mark.parametrize("searches", [False, True])
def test_an_answer_that_is_no_list_of_posts_is_a_failure(
    server: MastodonServer, refusal: Refusal, searches: bool
) -> None:
    server.refusals["search" if searches else "timelines"] = refusal
    chosen = listening_to(server, queries=["words"]) if searches else looking(server)
    assert failure_of(chosen).again


def test_no_sentence_and_no_log_tells_what_is_looked_for(
    server: MastodonServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.refusals["tag"] = Refusal(500, {"Deprecation": "@1"}, times=1)
    with caplog.at_level(logging.DEBUG, logger="monitors"), pytest.raises(SourceError):
        for _ in looking(server, hashtags=["secretword"]).receive(None, threading.Event()):
            pass
    assert "HTTP 500" in caplog.text
    assert "secret" not in caplog.text
    assert "127.0.0.1" not in caplog.text


def test_the_cursor_holds_ids_and_no_words(server: MastodonServer) -> None:
    source = listening_to(server, hashtags=["secretword"], queries=["secret words"])
    with started(source) as came:
        server.post(status(1, "Secret words #secretword"))
        eventually(lambda: bool(posts(came)))
    cursor = next(one for one in came if one is not None).cursor
    assert all(place.isdigit() for place in json.loads(cursor).values())
    assert "secret" not in cursor
    assert "127" not in "".join(json.loads(cursor))


@pytest.mark.parametrize("cursor", ["", "soon", "-1", "[]", '{"a": 1}', "[" * 100_000])
def test_a_cursor_of_something_else_needs_attention(server: MastodonServer, cursor: str) -> None:
    assert not failure_of(looking(server), cursor).again


def test_a_channel_that_is_added_later_begins_with_what_is_said_from_then_on(
    server: MastodonServer,
) -> None:
    server.lose(status(0, "Old #example"))
    with started(looking(server, hashtags=["example"]), START) as came:
        server.post(status(1, "New #example"))
        eventually(lambda: bool(posts(came)))
    assert posts(came) == ["New #example"]


def test_a_failure_before_the_first_post_loses_nothing_said_meanwhile(
    server: MastodonServer,
) -> None:
    source = looking(server)
    with failing(source, "HTTP 500"):
        server.refusals["timelines"] = Refusal(500)
    server.refusals.clear()
    server.lose(status(5))
    assert texts(take(source, None, count=1)) == called(5)


def test_what_is_left_to_ask_for_is_told(server: MastodonServer) -> None:
    source = looking(server)
    assert source.budget == ""  # type: ignore[attr-defined]
    with started(source):
        assert "of 300 requests left" in str(source.budget)  # type: ignore[attr-defined]


@pytest.mark.must("9")
def test_a_silent_stream_is_an_outage(
    server: MastodonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.servers.mastodon.BETWEEN_SIGNS_SECONDS", 3.0)
    sentence = take_until_failure(listening_to(server, silence_seconds=0.3))[1]
    assert sentence == "Mastodon has been silent for too long."


@pytest.mark.parametrize("made", [looking, listening_to])
def test_a_stop_hangs_up_at_once(server: MastodonServer, made: Callable[..., Source]) -> None:
    with started(made(server, every_seconds=60)):
        began = time.monotonic()
    assert time.monotonic() - began < 2
    eventually(lambda: server.listeners == 0)


def test_ids_tell_the_time_only_where_they_are_long_enough() -> None:
    from monitors.sources.mastodon_posts import earlier  # noqa: PLC0415

    long = status(0)["id"]
    assert int(long) - int(earlier(long, timedelta(minutes=1))) == MINUTE
    for short in ("0", "12345", "01J9ZK3V9D6Q2R5T8W1X4Y7Z0A"):
        assert earlier(short, timedelta(minutes=1)) == short


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"servers": []}, "servers"),
        ({"servers": [{"url": "http://social.example"}]}, "it begins with https://"),
        ({"servers": [{"url": "https://a.example"}] * 2, "timeline": "public"}, "named twice"),
        ({"servers": [{"url": "https://a.example"}]}, "name a timeline, hashtags or queries"),
        ({"servers": [{"url": "https://a.example"}], "queries": ["x"]}, "need a token"),
        ({"servers": [{"url": "https://a.example"}], "hashtags": ["two words"]}, "hashtags"),
        ({"servers": [{"url": "https://a.example"}], "timeline": "home"}, "timeline"),
        ({"timeline": "public"}, "it is missing"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(
    options: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        build("mastodon", "mastodon", options)
