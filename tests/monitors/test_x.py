"""X through its real client, against a server on the loopback: searches, money and the stream."""

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

from monitors.answer import EVENT
from monitors.errors import SourceError
from monitors.ledger import Ledger, OwnLedger
from monitors.registry import build
from monitors.source import Arrival, Reached, Received, Source, Unread
from monitors.sources.x_posts import id_at, moment_of_id
from monitors.sources.x_session import API, x_session
from records.errors import ConfigurationError
from records.post import Author, Context, Media
from tests.monitors.reading import eventually, in_background, take, texts
from tests.servers.x import TOKEN, XServer, json_answer, number, refusal, tweet

QUERY = '"Lighthouse Ombudsman" -is:retweet'


@pytest.fixture
def server() -> Iterator[XServer]:
    with XServer() as running:
        yield running


def x(server: XServer, **options: object) -> Source:
    given = {"bearer_token": TOKEN, "queries": [QUERY], "url": server.url, **options}
    return build("x", "our x", given)


def counting(source: Source, ledger: Ledger) -> Source:
    source.count_in(ledger)  # type: ignore[attr-defined]
    return source


def since(seconds_ago: float = 3600) -> str:
    """A cursor of a run that ended then."""
    return json.dumps({"since": number(seconds_ago)})


def spent(millionths: int, day: date | None = None) -> OwnLedger:
    """A ledger in which so much stands for the day."""
    ledger = OwnLedger()
    with ledger.total("x", TOKEN, day or datetime.now(UTC).date()) as total:
        total.used = millionths
    return ledger


def one_look(source: Source, cursor: str | None) -> list[Arrival]:
    """What one look brings, up to the first sign that it is over."""
    stop = threading.Event()
    came: list[Arrival] = []
    for arrival in source.receive(cursor, stop):
        if arrival is None:
            stop.set()
        else:
            came.append(arrival)
    return came


def posts(came: list[Arrival]) -> list[Received]:
    return [one for one in came if isinstance(one, Received)]


def failing_look(source: Source, cursor: str | None) -> tuple[list[Arrival], SourceError]:
    came: list[Arrival] = []

    def drain() -> None:
        for arrival in source.receive(cursor, threading.Event()):
            assert arrival is not None, "the look went well"
            came.append(arrival)

    with pytest.raises(SourceError) as failure:
        drain()
    for secret in (TOKEN, "Ombudsman", "Auchterbrae", "127.0.0.1"):
        assert secret not in str(failure.value)
    return came, failure.value


def budget_of(source: Source) -> str:
    return str(source.budget)  # type: ignore[attr-defined]


def test_new_posts_arrive_once_oldest_first(server: XServer) -> None:
    server.posts = [tweet(200 - 10 * count, f"Post {count}") for count in range(12)]
    source = x(server, every_seconds=2)
    assert texts(posts(one_look(source, since()))) == [f"Post {count}" for count in range(12)]
    assert posts(one_look(source, since())) == []


def test_every_page_is_read_and_in_order(server: XServer) -> None:
    server._page = 10
    server.posts = [tweet(300 - count, f"Post {count}") for count in range(35)]
    came = posts(one_look(x(server), since()))
    assert texts(came) == [f"Post {count}" for count in range(35)]
    assert [one.get("next_token") for one in server.searches] == [None, "10", "20", "30"]


def test_it_goes_on_looking(server: XServer) -> None:
    server.posts = [tweet(90, "First")]

    def later() -> None:
        eventually(lambda: len(server.searches) >= 1)
        server.posts.append(tweet(1, "Second"))

    in_background(later)
    assert texts(take(x(server, every_seconds=2.1), since(), count=2)) == ["First", "Second"]


def test_without_a_cursor_it_begins_now(server: XServer) -> None:
    server.posts = [tweet(600, "Long ago"), tweet(1, "Just now")]
    assert texts(posts(one_look(x(server), None))) == ["Just now"]


@pytest.mark.parametrize("stopped_after", range(1, 6))
def test_a_restart_after_any_post_loses_none(server: XServer, stopped_after: int) -> None:
    server.posts = [tweet(500 - 100 * count, f"Post {count}") for count in range(5)]
    server.posts.append(tweet(2, "Post 5"))
    before = posts(one_look(x(server), since()))[:stopped_after]
    server.posts.append(tweet(1, "Post 6"))
    after = posts(one_look(x(server), before[-1].cursor))
    assert dict.fromkeys(texts(before) + texts(after)) == dict.fromkeys(
        f"Post {count}" for count in range(7)
    )
    assert len(after) <= 7 - stopped_after + 1, "only the last minute comes again"


@pytest.mark.must("5")
@pytest.mark.must("out of order")
def test_a_post_that_search_finds_late_is_not_missed(server: XServer) -> None:
    source = x(server)
    server.posts = [tweet(1, "Found at once")]
    cursor = one_look(source, since())[-1].cursor
    server.posts.append(tweet(20, "Found late"))
    assert texts(posts(one_look(source, cursor))) == ["Found late"]


def test_a_post_that_two_searches_find_comes_once(server: XServer) -> None:
    server.posts = [tweet(90, "Once")]
    assert texts(posts(one_look(x(server, queries=["a", "b"]), since()))) == ["Once"]
    assert [one["query"] for one in server.searches] == ["a", "b"]


def test_no_search_goes_further_back_than_x_lets_it(server: XServer) -> None:
    for seconds in (30 * 86_400, -10 * 86_400):  # long away; a clock that was ahead
        one_look(x(server), since(seconds))
    week_ago, ahead = (moment_of_id(int(one["since_id"])) for one in server.searches)
    now = datetime.now(UTC)
    assert now - timedelta(days=7) < week_ago < now - timedelta(days=6.9)
    assert ahead <= now


def test_a_place_is_only_a_number(server: XServer) -> None:
    server.posts = [tweet(90, "Fenella")]
    for one in one_look(x(server), since()):
        kept = json.loads(one.cursor)
        assert set(kept) == {"since"}
        assert isinstance(kept["since"], int)


@pytest.mark.parametrize(
    "cursor", ["", "12", "[]", "{}", '{"since": "a"}', '{"since": -1}', "[" * 99999]
)
def test_a_cursor_of_something_else_needs_attention(server: XServer, cursor: str) -> None:
    assert not failing_look(x(server), cursor)[1].again


def test_a_post_has_its_page_author_time_language_and_what_is_around_it(server: XServer) -> None:
    answered = tweet(5000, "Who decided?")
    quoted = tweet(6000, "cut …", note_tweet={"text": "The whole long text"})
    server.includes = {
        "tweets": [tweet(7000, "Somebody else's"), answered, quoted],
        "media": [
            {
                "media_key": "3_1",
                "type": "photo",
                "url": "https://p.example/1",
                "alt_text": "A door",
            },
            {"media_key": "7_2", "type": "video", "preview_image_url": "https://p.example/2"},
            {"media_key": "3_9", "type": "photo", "url": "https://p.example/9"},
        ],
    }
    made = tweet(
        90,
        "She did …",
        created_at="2026-11-22T09:00:00.000Z",
        note_tweet={"text": "She did, and all know where she lives"},
        referenced_tweets=[
            {"type": "replied_to", "id": answered["id"]},
            {"type": "quoted", "id": quoted["id"]},
        ],
        attachments={"media_keys": ["3_1", "7_2"]},
        entities={"urls": [{"url": "https://t.example/a", "title": "A headline"}]},
        surprising={"new": ["field"]},
    )
    server.posts = [made]
    (came,) = posts(one_look(x(server), since()))
    post = came.post
    assert (post.id, post.source) == (made["id"], "x")
    assert post.url == f"https://x.com/i/web/status/{made['id']}"
    assert post.author == Author(id="9001")
    assert post.lang == "en"
    assert post.text == "She did, and all know where she lives"
    assert post.published_at == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    assert post.context == Context(
        parent_text="Who decided?", quoted_text="The whole long text", link_title="A headline"
    )
    assert post.media == (
        Media(kind="image", url="https://p.example/1", alt="A door"),
        Media(kind="video", url="https://p.example/2"),
    )
    record = json.loads(came.record)
    assert record["data"] == made
    assert [one["id"] for one in record["includes"]["tweets"]] == [answered["id"], quoted["id"]]
    assert not came.edited


def test_no_account_is_asked_about(server: XServer) -> None:
    one_look(x(server), since())
    assert "author" not in server.searches[0]["expansions"]
    assert "user.fields" not in server.searches[0]
    assert server.paths == ["/2/tweets/search/recent"]
    assert server.tokens == [f"Bearer {TOKEN}"]


@pytest.mark.must("6")
def test_an_edit_is_a_new_wording_of_the_first_post(server: XServer) -> None:
    first = tweet(90, "First wording")
    source = x(server)
    server.posts = [first]
    one_look(source, since())
    second = tweet(30, "Second wording")
    second["edit_history_tweet_ids"] = [first["id"], second["id"]]
    server.posts = [second]
    (came,) = posts(one_look(source, since()))
    assert came.edited
    assert came.post.id == first["id"]
    assert came.post.url == f"https://x.com/i/web/status/{second['id']}"


@pytest.mark.must("10")
@pytest.mark.parametrize(
    "odd",
    [
        {"text": "No id"},
        {"id": 12, "text": "A number for an id"},
        {"id": "12; drop", "text": "No number"},
        "not a table",
        None,
        ["list"],
        {"id": str(number(50))},
        {"id": str(number(50)), "text": float("nan")},
    ],
)
def test_what_is_malformed_is_kept_aside_and_the_rest_comes(server: XServer, odd: Any) -> None:
    server.posts = [tweet(90, "Before"), odd, tweet(40, "After")]
    source = x(server)
    came = one_look(source, since())
    assert texts(posts(came)) == ["Before", "After"]
    (unread,) = [one for one in came if isinstance(one, Unread)]
    assert json.dumps({"data": odd}).encode() == unread.record
    assert source.skipped == 1  # type: ignore[attr-defined]
    assert [one for one in one_look(source, since()) if isinstance(one, Unread)] == []


@pytest.mark.parametrize(
    "odd",
    [
        {"lang": 3, "created_at": "soon", "entities": [], "attachments": {"media_keys": 4}},
        {"referenced_tweets": [None, {"type": "quoted"}], "edit_history_tweet_ids": [{}, "x"]},
        {"author_id": float("inf"), "note_tweet": {"text": ["no"]}, "lang": "qme"},
        {"created_at": "2026-11-22T09:00:00", "entities": {"urls": [{"title": 1}]}},
    ],
)
def test_odd_details_do_not_cost_the_post(server: XServer, odd: dict[str, Any]) -> None:
    server.posts = [tweet(90, "Still a post \ud83d", **odd)]
    (came,) = posts(one_look(x(server), since()))
    assert came.post.text == "Still a post \ufffd"
    assert came.post.published_at is not None
    assert came.post.lang in {None, "en"}


def test_an_empty_answer_is_fine_and_one_of_another_shape_is_not(server: XServer) -> None:
    assert isinstance(one_look(x(server), since())[-1], Reached)
    for body in (b"[]", b"{}", b"null", b"no json", b"[" * 200_000, b'{"data": {"id": "1"}}'):
        server.next_answers.append((200, {}, body))
        assert failing_look(x(server), since())[1].again


@pytest.mark.parametrize(
    ("answer", "again", "wait"),
    [
        (refusal(400), True, None),
        (refusal(401), False, None),
        (refusal(402), False, None),
        (refusal(403), True, None),
        (refusal(404), True, None),
        (refusal(429), True, None),
        (refusal(429, Retry_After="17"), True, 17),
        (refusal(429, x_rate_limit_reset=str(int(time.time()) + 100_000)), True, 3600),
        (refusal(429, x_rate_limit_reset="nan"), True, None),
        (refusal(429, x_rate_limit_reset="soon"), True, None),
        (refusal(500), True, None),
        (refusal(503, b'{"errors": 7}'), True, None),
        ((200, {"Content-Length": "5000"}, b'{"data": ['), True, None),
    ],
)
def test_a_refusal_says_whether_and_when_to_try_again(
    server: XServer, answer: Any, *, again: bool, wait: float | None
) -> None:
    server.next_answers.append(answer)
    _, failure = failing_look(x(server), since())
    assert (failure.again, failure.wait_seconds) == (again, wait)


def test_a_wait_may_be_given_as_a_date(server: XServer) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=50), usegmt=True)
    server.next_answers.append(refusal(429, Retry_After=until))
    wait = failing_look(x(server), since())[1].wait_seconds
    assert wait is not None
    assert 40 < wait <= 50


def test_what_was_found_before_a_failure_comes_and_the_rest_is_not_forgotten(
    server: XServer,
) -> None:
    server._page = 10
    server.posts = [tweet(300 - count, f"Post {count}") for count in range(15)]
    source = x(server)
    first_page = server.found({})
    server.searches.clear()
    server.next_answers.extend([first_page, refusal(500)])
    came, _ = failing_look(source, since())
    assert texts(posts(came)) == [f"Post {count}" for count in range(5, 15)]
    rest = posts(one_look(source, came[-1].cursor))
    assert texts(rest) == [f"Post {count}" for count in range(5)]


def test_without_a_network_it_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    given = {"bearer_token": TOKEN, "queries": ["a"], "url": f"http://127.0.0.1:{port}"}
    assert str(failing_look(build("x", "our x", given), None)[1]) == "X can't be reached."


def test_nothing_of_the_posts_the_search_or_the_token_is_logged(
    server: XServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.posts = [tweet(90, "Fenella Auchterbrae"), None]
    with caplog.at_level(logging.INFO):
        one_look(x(server), since())
        server.next_answers.append(refusal(403))
        failing_look(x(server), since())
        server.stream_answers.append(refusal(403))
        failing_look(x(server, stream=True), since())
    for secret in (TOKEN, "Ombudsman", "Auchterbrae"):
        assert secret not in caplog.text


def test_it_says_once_what_it_does_not_do(
    server: XServer, caplog: pytest.LogCaptureFixture
) -> None:
    source = x(server)
    for _ in range(2):
        one_look(source, since())
    assert caplog.text.count("forbid surveillance") == 1
    assert "follows no accounts" in caplog.text


# Money.


def test_each_post_and_what_comes_with_it_is_counted(server: XServer) -> None:
    source = x(server)
    assert budget_of(source) == "$5.00 of $5.00 left today"
    server.posts = [tweet(90, "One"), tweet(80, "Two")]
    server.includes = {"tweets": [tweet(900, "Answered")], "media": [{"media_key": "3_1"}]}
    one_look(source, since())
    assert budget_of(source) == "$4.98 of $5.00 left today"


@pytest.mark.must("13")
def test_the_day_never_costs_more_than_its_sum(server: XServer) -> None:
    server.posts = [tweet(3000 - count, f"Post {count}") for count in range(500)]
    source = x(server, context=False, dollars_a_day=1.13)
    came, failure = failing_look(source, since())
    assert len(posts(came)) == 226
    assert [one["max_results"] for one in server.searches] == ["100", "100", "26"]
    assert budget_of(source) == "$0.00 of $1.13 left today"
    assert "$1.13 a day for X are spent" in str(failure)
    assert failure.again
    midnight = (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    assert failure.wait_seconds is not None
    assert abs((midnight - datetime.now(UTC)).total_seconds() - failure.wait_seconds) < 5


def test_posts_with_all_that_may_come_with_them_fit_into_the_sum(server: XServer) -> None:
    server.posts = [tweet(3000 - count, f"Post {count}") for count in range(500)]
    failing_look(x(server, dollars_a_day=0.40), since())
    assert server.searches[0]["max_results"] == "11"  # 80 things, seven with each post


@pytest.mark.must("13")
def test_once_the_sum_is_spent_nothing_is_asked_even_after_a_restart(server: XServer) -> None:
    server.posts = [tweet(3000 - count, f"Post {count}") for count in range(500)]
    ledger = OwnLedger()
    came, _ = failing_look(counting(x(server, dollars_a_day=1), ledger), since())
    asked = len(server.searches)
    restarted = counting(x(server, dollars_a_day=1), ledger)
    for _ in range(3):
        failing_look(restarted, came[-1].cursor)
        streaming = counting(x(server, dollars_a_day=1, stream=True), ledger)
        failing_look(streaming, came[-1].cursor)
    assert (len(server.searches), server.streams) == (asked, 0)


def test_what_a_failed_run_spent_is_not_forgotten_before_it_is_kept(server: XServer) -> None:
    server.posts = [tweet(90 + count, "A post") for count in range(20)]
    source = x(server)
    one_look(source, since())
    one_look(source, since())
    assert budget_of(source) == "$4.80 of $5.00 left today"


def test_a_new_day_begins_with_the_whole_sum_at_midnight_utc(server: XServer) -> None:
    source = counting(x(server), spent(5_000_000, date(2026, 11, 22)))
    with time_machine.travel(datetime(2026, 11, 22, 23, 59, 50, tzinfo=UTC), tick=False):
        failing_look(source, since())
        assert budget_of(source) == "$0.00 of $5.00 left today"
    with time_machine.travel(datetime(2026, 11, 23, 0, 0, 1, tzinfo=UTC), tick=False):
        assert budget_of(source) == "$5.00 of $5.00 left today"
        one_look(source, since())


@pytest.mark.must("clock")
def test_a_clock_that_was_far_ahead_does_not_blind_us_for_years(server: XServer) -> None:
    source = counting(x(server), spent(5_000_000, date(2031, 1, 1)))
    with time_machine.travel(datetime(2031, 1, 1, tzinfo=UTC), tick=False):
        failing_look(source, since())
    one_look(source, since())
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1), tick=False):
        assert budget_of(source) == "$5.00 of $5.00 left today"


@pytest.mark.must("clock")
def test_a_clock_that_is_set_back_over_midnight_undoes_no_spending(server: XServer) -> None:
    source = counting(x(server), spent(5_000_000, date(2026, 11, 23)))
    with time_machine.travel(datetime(2026, 11, 22, 23, 0, tzinfo=UTC), tick=False):
        assert "are spent" in str(failing_look(source, since())[1])
    assert not server.searches


def test_what_was_set_aside_for_a_search_that_failed_is_given_back(server: XServer) -> None:
    source = x(server, dollars_a_day=0.36)
    for answer in (refusal(500), (200, {"Content-Length": "5000"}, b'{"data": ['), refusal(429)):
        server.next_answers.append(answer)
        failing_look(source, since())
    server.posts = [tweet(90, "Still read")]
    assert texts(posts(one_look(source, since()))) == ["Still read"]
    assert budget_of(source) == "$0.35 of $0.36 left today"


def test_what_another_has_set_aside_is_waited_for_but_not_until_tomorrow(server: XServer) -> None:
    ledger = spent(0)
    source = counting(x(server, dollars_a_day=0.40), ledger)
    today, soon = datetime.now(UTC).date(), datetime.now(UTC) + timedelta(minutes=1)
    with ledger.total("x", TOKEN, today) as total:
        total.hold(400_000, soon)
    _, failure = failing_look(source, since())
    assert "is set aside at this moment" in str(failure)
    assert failure.wait_seconds == 5
    assert not server.searches

    def give_back() -> None:
        time.sleep(0.3)
        with ledger.total("x", TOKEN, today) as total:
            total.settle(400_000, 5_000)

    in_background(give_back)
    server.posts = [tweet(90, "Read after all")]
    assert texts(posts(one_look(source, since()))) == ["Read after all"]


def test_what_somebody_had_set_aside_who_died_counts_as_spent(server: XServer) -> None:
    ledger = spent(0)
    source = counting(x(server, dollars_a_day=0.40), ledger)
    now = datetime.now(UTC)
    with ledger.total("x", TOKEN, now.date()) as total:
        total.hold(400_000, now - timedelta(seconds=1))
    assert "are spent" in str(failing_look(source, since())[1])
    assert budget_of(source) == "$0.00 of $0.40 left today"


@pytest.mark.must("13")
def test_two_sources_with_one_token_share_its_day(server: XServer) -> None:
    server.posts = [tweet(3000 - count, f"Post {count}") for count in range(500)]
    ledger = OwnLedger()
    options = {"context": False, "dollars_a_day": 1.0}
    failing_look(counting(x(server, **options), ledger), since())
    _, failure = failing_look(counting(x(server, **options), ledger), since())
    assert "are spent" in str(failure)
    assert sum(int(one["max_results"]) for one in server.searches) == 200


# The stream.


def line(post: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"data": post, "matching_rules": [{"id": "1"}], **more}).encode()


def test_the_stream_brings_posts_as_they_are_sent(server: XServer) -> None:
    sent = [line(tweet(2 - count, f"Live {count}")) for count in range(2)]
    server.lines = list(sent)
    came = take(x(server, stream=True), since(), count=2)
    assert texts(came) == ["Live 0", "Live 1"]
    assert [one.record for one in came] == sent
    told = came[0].settled().told
    assert told is not None
    assert (told["status"], told["bytes"]) == (200, EVENT)
    assert TOKEN not in json.dumps(told)
    assert server.rules == [{"id": "100", "value": QUERY, "tag": "namewatch"}]
    eventually(lambda: server.open == 0)


@pytest.mark.must("4")
def test_what_lies_before_the_connection_is_searched_for(server: XServer) -> None:
    missed = tweet(600, "Said while away")
    server.posts = [missed, tweet(1, "Live")]
    server.lines = [line(server.posts[1])]
    came = take(x(server, stream=True), since(), count=2)
    assert texts(came) == ["Said while away", "Live"]


def test_what_search_finds_late_is_searched_for_once_more(
    server: XServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitors.sources.x.SETTLES", timedelta(seconds=1))

    def later() -> None:
        eventually(lambda: len(server.searches) == 1)
        server.posts.append(tweet(0.5, "Found late"))

    in_background(later)
    assert texts(take(x(server, stream=True), since(), count=1)) == ["Found late"]


def test_a_search_that_fails_costs_no_post_of_the_stream_and_leaves_no_gap(
    server: XServer,
) -> None:
    server.next_answers.append(refusal(500))
    server.search_seconds = 0.5
    server.posts = [tweet(600, "Said while away")]
    server.lines = [line(tweet(2 - count, f"Live {count}")) for count in range(2)]
    source = x(server, stream=True)
    came, failure = failing_stream(source, since())
    assert "HTTP 500" in str(failure)
    assert texts(posts(came)) == ["Live 0", "Live 1"]
    server.lines = []
    again = take(source, came[-1].cursor, count=1)
    assert texts(again) == ["Said while away"]


@pytest.mark.must("1")
def test_a_goodbye_is_one_connection_and_a_failure_that_the_runner_spaces(server: XServer) -> None:
    server.hang_up_after = True
    server.lines = [line(tweet(1, "Last words"))]
    source = x(server, stream=True)
    came, failure = failing_stream(source, since())
    assert texts(posts(came)) == ["Last words"]
    assert (str(failure), failure.again) == ("X closed the connection.", True)
    assert server.streams == 1


def failing_stream(source: Source, cursor: str) -> tuple[list[Arrival], SourceError]:
    came: list[Arrival] = []

    def drain() -> None:
        for arrival in source.receive(cursor, threading.Event()):
            came.extend([] if arrival is None else [arrival])

    with pytest.raises(SourceError) as failure:
        drain()
    return came, failure.value


@pytest.mark.must("3")
def test_a_stream_that_is_over_is_not_opened_again_at_once(server: XServer) -> None:
    server.hang_up_after = True
    with x_session(server.url, streams=1) as session:
        stream = f"{API}/2/tweets/search/stream"
        session.get(stream, stream=True, timeout=5).close()
        with pytest.raises(SourceError, match="closed the connection"):
            session.get(stream, stream=True, timeout=5)
    assert server.streams == 1


@pytest.mark.must("3")
def test_no_more_than_fifty_connections_in_a_quarter_of_an_hour(server: XServer) -> None:
    server.stream_answers.extend([refusal(503)] * 60)
    source = x(server, stream=True)
    failures = [failing_stream(source, since())[1] for _ in range(53)]
    assert server.streams == 50
    assert all("HTTP 503" in str(one) for one in failures[:50])
    assert failures[50].again
    assert failures[50].wait_seconds is not None
    assert 800 < failures[50].wait_seconds <= 900


@pytest.mark.parametrize(
    ("status", "again"), [(401, False), (402, False), (403, True), (429, True)]
)
def test_a_refused_stream_is_told(server: XServer, status: int, *, again: bool) -> None:
    server.stream_answers.append(refusal(status))
    _, failure = failing_stream(x(server, stream=True), since())
    assert failure.again is again
    assert server.streams == 1


def test_earlier_searches_are_taken_off_and_the_rules_of_others_stay(server: XServer) -> None:
    server.rules = [
        {"id": "1", "value": "old words", "tag": "namewatch"},
        {"id": "2", "value": "theirs", "tag": "somebody else"},
    ]
    server.lines = [line(tweet(1, "Live"))]
    take(x(server, stream=True), since(), count=1)
    assert [one["value"] for one in server.rules] == ["theirs", QUERY]


def test_a_search_that_x_does_not_take_needs_a_person(server: XServer) -> None:
    _, failure = failing_stream(x(server, stream=True, queries=["refused ("]), since())
    assert not failure.again


@pytest.mark.must("3")
@pytest.mark.must("10")
def test_messages_that_cannot_be_read_are_kept_aside(server: XServer) -> None:
    server.lines = [b"no json", b'{"data": {"id": "5"}}', b"[" * 9999, line(tweet(1, "Live"))]
    source = x(server, stream=True)
    take(source, since(), count=1)
    assert source.skipped == 3  # type: ignore[attr-defined]


def test_an_error_in_the_stream_ends_it(server: XServer) -> None:
    server.lines = [b'{"errors": [{"title": "operational-disconnect"}]}']
    assert "with an error" in str(failing_stream(x(server, stream=True), since())[1])


def test_the_stream_ends_when_the_sum_is_spent(server: XServer) -> None:
    server.lines = [line(tweet(1 + count, f"Live {count}")) for count in range(90)]
    source = x(server, stream=True, context=False, dollars_a_day=0.25)
    came, failure = failing_stream(source, since())
    assert "are spent" in str(failure)
    assert len(posts(came)) == 41  # 50 are paid for, ten are kept for the page of a search
    assert server.streams == 1


def test_of_a_stream_all_is_counted_that_came_and_no_more(
    server: XServer,
) -> None:
    server.lines = [line(tweet(2 - count, f"Live {count}")) for count in range(2)]
    source = x(server, stream=True)
    take(source, since(), count=2)
    assert budget_of(source) == "$4.99 of $5.00 left today"


# Settings.


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"bearer_token": ""}, "bearer_token"),
        ({"queries": []}, "queries"),
        ({"queries": ["x" * 513]}, "1 to 512 characters"),
        ({"queries": ["from:somebody"]}, "not for what an account writes"),
        ({"queries": ["(rude OR FROM : somebody)"]}, "not for what an account writes"),
        ({"every_seconds": 1}, "450 times in 15 minutes"),
        ({"dollars_a_day": 0.1}, "does not pay for one search"),
        ({"url": "https://api.example"}, "only a server on this machine"),
    ],
)
def test_a_wrong_option_is_told_without_its_value(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence) as refused:
        build("x", "our x", {"bearer_token": TOKEN, "queries": ["a"], **wrong})
    assert TOKEN not in str(refused.value)
    assert "somebody" not in str(refused.value)


def test_leaving_out_an_account_is_no_search_by_account() -> None:
    build("x", "our x", {"bearer_token": TOKEN, "queries": ["ombudsman -from:ourselves"]})


def test_numbers_tell_the_time() -> None:
    now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    assert moment_of_id(id_at(now)) == now


def test_json_answers_are_as_x_sends_them() -> None:
    assert json_answer({})[1]["Content-Type"] == "application/json"
