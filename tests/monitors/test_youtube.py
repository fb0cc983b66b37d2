"""YouTube through Google's real client, against a server on the loopback."""

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import time_machine

from monitors.errors import SourceError
from monitors.ledger import Ledger, OwnLedger
from monitors.registry import build
from monitors.source import Arrival, Reached, Received, Source, Unread
from monitors.sources.youtube_quota import PACIFIC
from records.errors import ConfigurationError
from records.post import Author, Context
from tests.servers.youtube import (
    CHANNEL,
    KEY,
    OTHER_VIDEO,
    VIDEO,
    YouTubeServer,
    ago,
    comment,
    refusal,
    thread,
    video,
)

HOUR = 3600


@pytest.fixture
def server() -> Iterator[YouTubeServer]:
    with YouTubeServer() as running:
        yield running


def youtube(server: YouTubeServer, **options: object) -> Source:
    return build("youtube", "our tube", {"api_key": KEY, "url": server.url, **options})


def searching(server: YouTubeServer, **options: object) -> Source:
    return youtube(server, queries=["ombudsman"], **options)


def watching(server: YouTubeServer, *videos: str, **options: object) -> Source:
    return youtube(server, videos=videos or (VIDEO,), **options)


def since(hours: float = 2, **changed: object) -> str:
    """A cursor of a run that ended then and had begun a month ago."""
    then = time.time() - hours * HOUR
    places = {"from": then - 30 * 86_400, "videos": then, "comments": then}
    return json.dumps({**places, **changed})


def counting(source: Source, ledger: Ledger) -> Source:
    source.count_in(ledger)  # type: ignore[attr-defined]
    return source


def used(day: date | None = None, **counts: int) -> OwnLedger:
    """A ledger in which so many `searches` and `units` stand for the day."""
    ledger = OwnLedger()
    for what, count in counts.items():
        with ledger.total(f"youtube {what}", KEY, day or datetime.now(PACIFIC).date()) as total:
            total.used = count
    return ledger


def looks(
    source: Source, cursor: str | None, times: int = 1
) -> tuple[list[Arrival], SourceError | None]:
    """What so many looks bring, or those before a failure."""
    stop, came, over, failed = threading.Event(), list[Arrival](), 0, None
    try:
        for arrival in source.receive(cursor, stop):
            if arrival is not None:
                came.append(arrival)
            elif came and isinstance(came[-1], Reached):
                over += 1
                if over == times:
                    stop.set()
    except SourceError as failure:
        failed = failure
    for secret in (KEY, "ombudsman", "Fenella", "127.0.0.1", VIDEO):
        assert secret not in str(failed)
    return came, failed


def posts(found: tuple[list[Arrival], SourceError | None]) -> list[Received]:
    return [one for one in found[0] if isinstance(one, Received)]


def texts(found: tuple[list[Arrival], SourceError | None]) -> list[str]:
    return [one.post.context.title or one.post.text for one in posts(found)]


def failure_of(found: tuple[list[Arrival], SourceError | None]) -> SourceError:
    assert found[1] is not None
    return found[1]


def budget_of(source: Source) -> str:
    return str(source.budget)  # type: ignore[attr-defined]


# Videos.


def test_new_videos_arrive_once_oldest_first(server: YouTubeServer) -> None:
    server.videos = [video(f"v{count}", 60 * count, f"Video {count}") for count in range(4)]
    source = searching(server)
    found = looks(source, since())
    assert texts(found) == ["Video 3", "Video 2", "Video 1", "Video 0"]
    assert texts(looks(source, found[0][-1].cursor)) == []


def test_a_stop_in_the_middle_of_a_long_look_loses_none(server: YouTubeServer) -> None:
    server.videos = [video("v1", 20 * HOUR, "Long ago")]
    server.threads[VIDEO] = [thread(comment("c1", 22 * HOUR, "Before it"))]
    both = {"queries": ["ombudsman"], "videos": [VIDEO]}
    first = posts(looks(youtube(server, **both), since(24)))[0]
    assert first.post.text == "Before it"
    assert texts(looks(youtube(server, **both), first.cursor)) == ["Before it", "Long ago"]


def test_a_video_has_its_page_channel_and_whole_description(server: YouTubeServer) -> None:
    server.videos = [video("v1", 60, "Who&#39;s who", "Cut &amp; …"), video("v2", 30, "Q &amp; A")]
    server.whole = [
        {"id": "v1", "snippet": {**server.videos[0]["snippet"], "title": "Who's who",
         "description": "Whole &amp; uncut", "defaultLanguage": "gd"}},
    ]  # fmt: skip
    whole, cut = posts(looks(searching(server), since()))
    assert (whole.post.id, whole.post.source, whole.post.lang) == ("v1", "youtube", "gd")
    assert whole.post.url == "https://www.youtube.com/watch?v=v1"
    assert whole.post.author == Author(id="UCsomebody", name="Somebody's channel")
    assert whole.post.context == Context(community="Somebody's channel", title="Who's who")
    assert whole.post.text == "Whole &amp; uncut"
    assert json.loads(whole.record) == server.whole[0]
    assert cut.post.context.title == "Q & A"
    assert cut.post.published_at is not None


def test_every_page_of_a_search_is_read_and_counted(server: YouTubeServer) -> None:
    server.page = 2
    server.videos = [video(f"v{count}", 60 + count, f"Video {count}") for count in range(5)]
    source = searching(server)
    assert len(posts(looks(source, since()))) == 5
    assert budget_of(source) == "97 of 100 searches and 9,997 of 10,000 units left today"


def test_searches_are_spread_over_the_day(server: YouTubeServer) -> None:
    source = youtube(server, queries=["a", "b"], every_seconds=0.01)
    looks(source, None, times=20)
    assert server.count("search") == 2
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=33), tick=True):
        looks(source, None, times=3)
    assert server.count("search") == 4


def test_starting_again_and_again_does_not_use_up_the_searches(server: YouTubeServer) -> None:
    cursor: str | None = None
    for _ in range(5):
        cursor = looks(searching(server), cursor)[0][-1].cursor
    assert server.count("search") == 1


def test_a_video_that_search_finds_late_is_not_missed(server: YouTubeServer) -> None:
    source = searching(server)
    looks(source, since())
    server.videos = [video("v1", 3 * HOUR, "Found late")]
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=True):
        assert texts(looks(source, since(0.1))) == ["Found late"]


def test_without_a_cursor_it_begins_now(server: YouTubeServer) -> None:
    server.videos = [video("v1", 60, "Before"), video("v2", -5, "After")]
    server.threads = {VIDEO: [thread(comment("c2", -5, "New")), thread(comment("c1", 60, "Old"))]}
    assert sorted(texts(looks(searching(server, videos=[VIDEO]), None))) == ["After", "New"]


# Comments.


def test_comments_of_channels_and_videos_arrive_once_oldest_first(server: YouTubeServer) -> None:
    server.threads = {
        CHANNEL: [thread(comment("c3", 10, "Third")), thread(comment("c1", 300, "First"))],
        VIDEO: [thread(comment("c2", 100, "Second")), thread(comment("c1", 300, "First"))],
    }
    source = watching(server, channels=[CHANNEL])
    assert texts(looks(source, since())) == ["First", "Second", "Third"]
    assert texts(looks(source, since())) == []


def test_a_comment_has_its_page_author_time_and_what_it_answers(server: YouTubeServer) -> None:
    first = comment("c1", 300, "Who decided?", textOriginal="Who decided? 1 < 2")
    answer = comment("c1.a1", 60, "She did \ud83d", parentId="c1")
    server.threads = {VIDEO: [thread(first, answer)]}
    one, two = posts(looks(watching(server), since()))
    assert one.post.id == "c1"
    assert one.post.url == f"https://www.youtube.com/watch?v={VIDEO}&lc=c1"
    assert one.post.author == Author(id="UCbob", name="Bob Example")
    assert one.post.text == "Who decided? 1 < 2"
    assert one.post.context == Context()
    assert two.post.text == "She did \ufffd"
    assert two.post.url == f"https://www.youtube.com/watch?v={VIDEO}&lc=c1.a1"
    assert two.post.context == Context(parent_text="Who decided? 1 < 2")
    assert json.loads(two.record) == answer
    assert server.asked[0][1]["textFormat"] == "plainText"


def test_a_new_answer_to_an_old_comment_is_found_though_it_did_not_come_along(
    server: YouTubeServer,
) -> None:
    first = comment("c1", 9 * HOUR, "Long ago")
    shown = comment("c1.a1", 8 * HOUR, "Long ago too")
    server.threads = {VIDEO: [thread(first, shown, told=1)]}
    source = watching(server)
    cursor = looks(source, since())[0][-1].cursor
    server.threads = {VIDEO: [thread(first, shown, told=3)]}
    server.replies = {"c1": [comment("c1.a3", 5, "Three"), comment("c1.a2", 9, "Two"), shown]}
    assert texts(looks(source, cursor)) == ["Two", "Three"]
    looks(source, cursor, times=1)
    assert server.count("comments") == 1, "answers are asked for only when there are new ones"
    assert texts(looks(watching(server), cursor)) == ["Two", "Three"], "nor lost by a restart"


def test_pages_are_read_back_to_where_the_last_run_ended(server: YouTubeServer) -> None:
    server.page = 2
    server.threads = {
        VIDEO: [thread(comment(f"c{count}", HOUR * count, f"{count}")) for count in range(1, 40)]
    }
    assert texts(looks(watching(server), since(5.5))) == ["6", "5", "4", "3", "2", "1"]
    assert server.count("commentThreads") == 4


@pytest.mark.parametrize("stopped_after", range(1, 5))
def test_a_restart_after_any_post_loses_none(server: YouTubeServer, stopped_after: int) -> None:
    server.threads = {
        VIDEO: [thread(comment(f"c{count}", 100 * count, f"{count}")) for count in range(1, 6)]
    }
    before = posts(looks(watching(server), since()))[:stopped_after]
    after = texts(looks(watching(server), before[-1].cursor))
    assert {one.post.text for one in before} | set(after) == {"1", "2", "3", "4", "5"}


def test_an_edited_comment_comes_again_as_an_edit(server: YouTubeServer) -> None:
    server.threads = {VIDEO: [thread(comment("c1", 300, "First wording"))]}
    source = watching(server)
    (first,) = posts(looks(source, since()))
    server.threads[VIDEO][0]["snippet"]["topLevelComment"] = comment(
        "c1", 300, "Second wording", updatedAt=ago(5)
    )
    (second,) = posts(looks(source, since()))
    assert (first.edited, second.edited) == (False, True)
    assert first.post.id == second.post.id


@pytest.mark.parametrize(
    ("status", "reason"), [(403, "commentsDisabled"), (404, "videoNotFound"), (404, "")]
)
def test_comments_that_nobody_may_read_do_not_stop_the_rest(
    server: YouTubeServer, caplog: pytest.LogCaptureFixture, status: int, reason: str
) -> None:
    server.refusing = {VIDEO: refusal(status, reason)}
    server.threads = {OTHER_VIDEO: [thread(comment("c1", 30, "Still read"), of=OTHER_VIDEO)]}
    source = watching(server, VIDEO, OTHER_VIDEO)
    found = looks(source, since())
    assert (texts(found), found[1]) == (["Still read"], None)
    looks(source, since())
    assert caplog.text.count("does not show the comments") == 1
    assert VIDEO not in caplog.text


def test_a_fault_of_one_video_lets_the_others_be_read_and_is_told(server: YouTubeServer) -> None:
    server.refusing = {VIDEO: refusal(500)}
    server.threads = {OTHER_VIDEO: [thread(comment("c1", 30, "Still read"))]}
    cursor = since()
    found = looks(watching(server, VIDEO, OTHER_VIDEO), cursor)
    assert texts(found) == ["Still read"]
    assert failure_of(found).again
    kept = json.loads(found[0][-1].cursor)
    assert kept["comments"] == json.loads(cursor)["comments"], "what was not read is read later"


# Whatever comes.


@pytest.mark.must("10")
@pytest.mark.parametrize(
    "odd",
    [
        None,
        "text",
        {"id": "c9"},
        {"snippet": {"topLevelComment": {"id": 7, "snippet": {"textDisplay": "no id"}}}},
        {"snippet": {"topLevelComment": {"id": "c9", "snippet": {"textDisplay": float("nan")}}}},
        {"snippet": ["list"], "replies": 3},
    ],
)
def test_a_malformed_comment_is_kept_aside_and_the_rest_comes(
    server: YouTubeServer, odd: Any
) -> None:
    server.threads = {VIDEO: [thread(comment("c2", 10, "B")), odd, thread(comment("c1", 99, "A"))]}
    source = watching(server)
    found = looks(source, since())
    assert texts(found) == ["A", "B"]
    assert len([one for one in found[0] if isinstance(one, Unread)]) == 1
    looks(source, since())
    assert source.skipped == 1  # type: ignore[attr-defined]


@pytest.mark.must("10")
@pytest.mark.parametrize(
    "odd", [None, {"id": {"videoId": 5}}, {"id": {"videoId": "v9"}, "snippet": {"title": None}}]
)
def test_a_malformed_video_is_kept_aside_and_the_rest_comes(
    server: YouTubeServer, odd: Any
) -> None:
    server.videos = [video("v1", 10, "Good", surprising={"new": "field"}), odd]
    found = looks(searching(server), since())
    assert texts(found) == ["Good"]
    assert len([one for one in found[0] if isinstance(one, Unread)]) == 1


def test_an_empty_answer_is_fine_and_one_of_another_shape_is_not(server: YouTubeServer) -> None:
    assert looks(watching(server), since())[1] is None
    for body in (b"", b"{}", b"[]", b"no json", b"\xff", b"[" * 200_000, b'{"items": {}}'):
        server.next_answers.append((200, {}, body))
        assert failure_of(looks(watching(server), since())).again


@pytest.mark.parametrize(
    ("answer", "again", "wait"),
    [
        (refusal(400, "keyInvalid"), False, None),
        (refusal(403, "accessNotConfigured"), False, None),
        (refusal(400), True, None),
        (refusal(401), False, None),
        (refusal(403), True, None),
        (refusal(429), True, None),
        (refusal(429, Retry_After="17"), True, 17),
        (refusal(500), True, None),
        ((200, {"Content-Length": "5000"}, b'{"items": ['), True, None),
    ],
)
def test_a_refusal_says_whether_and_when_to_try_again(
    server: YouTubeServer, answer: Any, *, again: bool, wait: float | None
) -> None:
    server.next_answers.append(answer)
    failure = failure_of(looks(watching(server), since()))
    assert (failure.again, failure.wait_seconds) == (again, wait)


def test_a_wait_may_be_given_as_a_date(server: YouTubeServer) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=50), usegmt=True)
    server.next_answers.append(refusal(429, Retry_After=until))
    wait = failure_of(looks(watching(server), since())).wait_seconds
    assert wait is not None
    assert 40 < wait <= 50


def test_without_a_network_it_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    source = build("youtube", "our tube", {"api_key": KEY, "url": url, "videos": [VIDEO]})
    assert str(failure_of(looks(source, None))) == "YouTube can't be reached."


def test_the_key_is_in_no_address_and_nothing_told_is_logged(
    server: YouTubeServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.threads = {VIDEO: [thread(comment("c1", 30, "Fenella Auchterbrae"))]}
    with caplog.at_level(logging.INFO):
        for answer in (refusal(403), refusal(500), (200, {}, b"Fenella")):
            looks(searching(server, videos=[VIDEO]), since())
            server.next_answers.append(answer)
    assert set(server.keys) == {KEY}
    assert not [one for one in server.paths if KEY in one or "key=" in one]
    for secret in (KEY, "Fenella", "ombudsman", VIDEO):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    "cursor",
    ["", "12", "[]", "{}", since(videos="soon"), "[" * 99_999],
    ids=["empty", "a number", "a list", "nothing", "no time", "deep"],
)
def test_a_cursor_of_something_else_needs_attention(server: YouTubeServer, cursor: str) -> None:
    assert not failure_of(looks(watching(server), cursor)).again


def test_a_place_is_only_times(server: YouTubeServer) -> None:
    server.threads = {VIDEO: [thread(comment("c1", 30, "Fenella"))]}
    for one in looks(watching(server), since())[0]:
        kept = json.loads(one.cursor)
        assert set(kept) == {"from", "videos", "comments"}
        assert all(isinstance(place, int | float) for place in kept.values())


# The quota.


@pytest.mark.must("13")
def test_no_more_is_asked_than_the_day_has_even_after_a_restart(server: YouTubeServer) -> None:
    ledger = OwnLedger()
    source = watching(server, VIDEO, OTHER_VIDEO, units_a_day=7, every_seconds=0.01)
    counting(source, ledger)
    came, failure = looks(source, since(), times=50)
    assert "quota of YouTube is used up" in str(failure)
    assert failure is not None
    assert failure.again
    assert failure.wait_seconds is not None
    assert 0 < failure.wait_seconds <= 25 * HOUR
    for _ in range(3):
        again = looks(counting(watching(server, units_a_day=7), ledger), came[-1].cursor)
        assert "used up" in str(failure_of(again))
    assert len(server.asked) == 7
    assert budget_of(source) == "100 of 100 searches and 0 of 7 units left today"


def test_a_search_that_brings_nothing_is_counted_over_a_restart(server: YouTubeServer) -> None:
    ledger = OwnLedger()
    came, _ = looks(counting(searching(server), ledger), None)
    restarted = counting(searching(server), ledger)
    looks(restarted, came[-1].cursor)
    assert budget_of(restarted) == "99 of 100 searches and 10,000 of 10,000 units left today"


def test_comments_are_read_on_when_the_searches_are_used_up_and_the_reverse(
    server: YouTubeServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.threads = {VIDEO: [thread(comment("c1", 30, "A comment"))]}
    server.videos = [video("v1", 60, "A video")]
    source = counting(searching(server, videos=[VIDEO]), used(searches=100))
    found = looks(source, since())
    assert (texts(found), found[1]) == (["A comment"], None)
    assert "the day's quota is used up" in caplog.text
    found = looks(counting(searching(server, videos=[VIDEO]), used(units=10_000)), since())
    assert (texts(found), found[1]) == (["A video"], None)


def test_when_youtube_says_that_the_quota_is_used_up_nothing_more_is_asked(
    server: YouTubeServer,
) -> None:
    server.next_answers.append(refusal(403, "quotaExceeded"))
    source = watching(server)
    for _ in range(3):
        assert "used up" in str(failure_of(looks(source, since())))
    assert len(server.asked) == 1


def test_the_quota_is_full_again_at_midnight_pacific(server: YouTubeServer) -> None:
    source = counting(watching(server, units_a_day=1), used(date(2026, 11, 22), units=1))
    with time_machine.travel(datetime(2026, 11, 23, 7, 59, 50, tzinfo=UTC), tick=False):
        failure = failure_of(looks(source, since()))
        assert failure.wait_seconds == 10
        assert budget_of(source).endswith("0 of 1 units left today")
    with time_machine.travel(datetime(2026, 11, 23, 8, 0, 1, tzinfo=UTC), tick=False):
        assert budget_of(source).endswith("1 of 1 units left today")


def test_failing_searches_are_not_tried_at_every_restart(server: YouTubeServer) -> None:
    server.refusing = {"search": refusal(500)}
    source = searching(server)
    assert failure_of(looks(source, since())).again
    for _ in range(4):
        looks(source, since())
    assert server.count("search") == 1


@pytest.mark.must("clock")
def test_a_clock_that_was_ahead_keeps_no_search_waiting_for_it(server: YouTubeServer) -> None:
    source = searching(server)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=50)):
        looks(source, since())
    assert server.count("search") == 1
    looks(source, since())
    assert server.count("search") == 2


# Settings.


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"api_key": ""}, "api_key"),
        ({"videos": []}, "say what to watch"),
        ({"videos": ["https://a.example/b"]}, "videos"),
        ({"queries": ["a", "b"], "searches_a_day": 1}, "more searches than a day has"),
        ({"url": "https://tube.example"}, "only a server on this machine"),
    ],
)
def test_a_wrong_option_is_told_without_its_value(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence) as refused:
        build("youtube", "our tube", {"api_key": KEY, "videos": [VIDEO], **wrong})
    assert KEY not in str(refused.value)
    assert "a.example" not in str(refused.value)
