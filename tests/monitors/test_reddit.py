"""Reddit through its real client, against a Reddit on the loopback."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from monitors.errors import SourceError
from monitors.registry import build
from monitors.source import Arrival, Reached, Received, Removed, Source, Unread
from records.errors import ConfigurationError
from records.post import Author, Context, Media
from tests.monitors.reading import texts
from tests.servers.reddit import (
    CLIENT_SECRET,
    NOON,
    Fault,
    RedditServer,
    Thing,
    comment,
    emptied,
    submission,
)

COMMENTS, NEW = "/r/Glenexample/comments/", "/r/Glenexample/new/"
SEARCH, DOMAIN = "/r/all/search/", "/domain/body.example/new/"
TOKEN = "/api/v1/access_token"


@pytest.fixture
def server() -> Iterator[RedditServer]:
    with RedditServer() as running:
        yield running


def reddit(server: RedditServer, **options: object) -> Source:
    chosen = {"subreddits": ["Glenexample"], "every_seconds": 0.001}
    return build("reddit", "reddit", server.options | chosen | options)


class Watching:
    """A source that is read a look at a time, as the runner would."""

    def __init__(self, source: Source, cursor: str | None = None) -> None:
        self.source = source
        self.cursor = cursor
        self.stop = threading.Event()
        self._arriving = source.receive(cursor, self.stop)

    def look(self) -> list[Arrival]:
        """What the next look brings, besides places reached."""
        brought: list[Arrival] = []
        for arrival in self._arriving:
            if arrival is None:
                break
            if not isinstance(arrival, Reached):
                brought.append(arrival)
            self.cursor = arrival.cursor
        return brought

    def posts(self) -> list[Received]:
        """The posts that the next look brings."""
        return [one for one in self.look() if isinstance(one, Received)]


def begin(server: RedditServer, **options: object) -> Watching:
    """Watch from now on."""
    watching = Watching(reddit(server, **options))
    assert watching.look() == []
    return watching


def failure_of(watching: Watching) -> SourceError:
    with pytest.raises(SourceError) as failure:
        watching.look()
    said = str(failure.value)
    assert "127.0.0.1" not in said
    assert CLIENT_SECRET not in said
    assert "secret-query" not in said
    assert failure.value.__cause__ is None
    return failure.value


def removed(arrivals: list[Arrival]) -> list[str]:
    assert all(isinstance(one, Removed) and one.source == "reddit" for one in arrivals)
    return [one.id for one in arrivals if isinstance(one, Removed)]


def comments(first: int, last: int) -> list[Thing]:
    return [comment(number, f"comment {number}") for number in range(first, last + 1)]


# What is looked at, and what a post becomes.


def test_without_a_cursor_only_what_comes_from_now_on_is_given(server: RedditServer) -> None:
    server.show(COMMENTS, *comments(1, 3))
    watching = begin(server)
    server.show(COMMENTS, *comments(4, 5))
    assert texts(watching.posts()) == ["comment 4", "comment 5"]
    assert watching.look() == []


def test_all_four_kinds_of_place_are_asked_without_a_user(server: RedditServer) -> None:
    watching = begin(server, queries=['"the Ombudsman"'], domains=["Body.example"])
    server.show(COMMENTS, comment(1, "one"))
    server.show(NEW, submission(2, "A title", "two"))
    server.show(SEARCH, submission(3, "Found", "three"))
    server.show(DOMAIN, submission(4, "Linked", "four"))
    assert texts(watching.posts()) == ["one", "two", "three", "four"]
    asked = dict(server.asked)
    assert asked[SEARCH]["q"] == '"the Ombudsman"'
    assert asked[SEARCH]["sort"] == "new"
    assert server.signed_in == 1
    assert all("(by /u/glen_watch)" in agent for agent in server.agents)


def test_a_comment_becomes_a_post_with_what_stands_around_it(server: RedditServer) -> None:
    watching = begin(server)
    server.show(COMMENTS, comment(1, "They never answer"))
    [taken] = watching.posts()
    post = taken.post
    assert (post.id, post.source) == ("t1_c1", "reddit")
    assert post.url == "https://www.reddit.com/r/Glenexample/comments/thread/a_letter/c1/"
    assert post.published_at == datetime.fromtimestamp(NOON + 1, UTC)
    assert post.author == Author(id="t2_heron", handle="quiet_heron")
    assert post.context == Context(community="Glenexample", title="A letter from the Ombudsman")
    assert json.loads(taken.record) == comment(1, "They never answer")


def test_a_submission_brings_its_title_its_pictures_and_what_it_repeats(
    server: RedditServer,
) -> None:
    watching = begin(server)
    server.show(
        NEW,
        submission(
            1,
            "Look",
            gallery_data={"items": [{"media_id": "m1", "caption": "the front door"}, 7]},
            media_metadata={"m1": {"e": "Image", "s": {"u": "https://i.redd.it/m1.png"}}, "m2": 0},
            crosspost_parent_list=[{"title": "Before", "selftext": "Said before"}],
        ),
        submission(
            2,
            "Own",
            is_self=False,
            post_hint="image",
            url="https://i.redd.it/own.png",
        ),
        submission(3, "Foreign", is_self=False, post_hint="image", url="https://a.example/b.png"),
        submission(4, "Film", media={"reddit_video": {"fallback_url": "https://v.redd.it/f"}}),
    )
    gallery, own, foreign, film = (one.post for one in watching.posts())
    assert gallery.context.title == "Look"
    assert gallery.context.quoted_text == "Before\nSaid before"
    assert gallery.media[0] == Media(
        kind="image", url="https://i.redd.it/m1.png", alt="the front door"
    )
    assert own.media == (Media(kind="image", url="https://i.redd.it/own.png"),)
    assert foreign.media == (Media(kind="other", url="https://a.example/b.png"),)
    assert film.media == (Media(kind="video", url="https://v.redd.it/f"),)


def test_an_older_shape_without_permalink_still_has_an_address(server: RedditServer) -> None:
    watching = begin(server)
    server.show(COMMENTS, comment(1, "old", permalink=None, author="[deleted]"))
    [taken] = watching.posts()
    assert taken.post.url == "https://www.reddit.com/comments/thread/_/c1/"
    assert taken.post.author.handle is None


# Nothing missed, nothing twice.


@pytest.mark.must("5")
@pytest.mark.must("duplicates")
def test_looks_overlap_and_yet_each_post_comes_once_in_order(server: RedditServer) -> None:
    server.show(COMMENTS, comment(0, "before"))
    watching = begin(server)
    taken: list[Received] = []
    for number in range(1, 8):
        server.show(COMMENTS, comment(number, f"comment {number}"))
        taken += watching.posts()
    assert texts(taken) == [f"comment {number}" for number in range(1, 8)]


@pytest.mark.must("5")
def test_a_flood_between_two_looks_is_read_page_for_page(server: RedditServer) -> None:
    server.show(COMMENTS, comment(0, "before"))
    watching = begin(server)
    server.show(COMMENTS, *comments(1, 450))
    assert texts(watching.posts()) == [f"comment {number}" for number in range(1, 451)]


@pytest.mark.must("5")
@pytest.mark.must("out of order")
def test_a_post_that_shows_up_late_between_older_ones_is_given(server: RedditServer) -> None:
    server.show(COMMENTS, comment(0, "before"))
    watching = begin(server)
    server.show(COMMENTS, *comments(10, 12))
    watching.look()
    server.shown[COMMENTS].insert(2, comment(5, "late"))
    assert texts(watching.posts()) == ["late"]


@pytest.mark.must("5")
def test_a_late_post_deep_in_the_listing_is_found_by_the_thorough_look(
    server: RedditServer,
) -> None:
    server.show(COMMENTS, comment(0, "before"))
    watching = begin(server, thorough_every_minutes=0.3 / 60)
    server.show(COMMENTS, *comments(1, 250))
    watching.look()
    server.shown[COMMENTS].insert(200, comment(251, "late and deep"))
    until = time.monotonic() + 10
    taken: list[Received] = []
    while not taken and time.monotonic() < until:
        taken = watching.posts()
    assert texts(taken) == ["late and deep"]


def test_the_same_submission_found_in_three_places_comes_once(server: RedditServer) -> None:
    watching = begin(server, queries=["secret-query"], domains=["body.example"])
    for path in (NEW, SEARCH, DOMAIN):
        server.show(path, submission(1, "Found everywhere"))
    assert len(watching.posts()) == 1
    assert watching.look() == []


def test_after_a_restart_nothing_is_lost_and_nothing_comes_twice(server: RedditServer) -> None:
    server.show(COMMENTS, comment(0, "before"))
    first = begin(server)
    server.show(COMMENTS, *comments(1, 120))
    first.look()
    server.show(COMMENTS, *comments(121, 140))
    second = Watching(reddit(server), first.cursor)
    assert texts(second.posts()) == [f"comment {number}" for number in range(121, 141)]


@pytest.mark.must("2")
@pytest.mark.must("kill")
def test_a_kill_in_the_middle_of_a_look_loses_nothing(server: RedditServer) -> None:
    server.show(COMMENTS, comment(0, "before"))
    begun = begin(server)
    server.show(COMMENTS, *comments(1, 20))
    taken = begun.posts()
    assert len(taken) == 20
    for place, kept in enumerate(taken, start=1):
        again = Watching(reddit(server), kept.cursor).posts()
        assert texts(again) == [f"comment {number}" for number in range(place + 1, 21)]


def test_the_wait_of_one_place_does_not_move_the_mark_of_another(server: RedditServer) -> None:
    server.show(COMMENTS, comment(0, "before"))
    server.show(NEW, submission(0, "before"))
    watching = begin(server)
    server.faults[NEW].append(Fault(403))
    server.show(COMMENTS, comment(50_000, "much later"))
    server.show(NEW, submission(10, "meanwhile"))
    arriving = watching._arriving
    first = next(arriving)
    assert isinstance(first, Received)
    with pytest.raises(SourceError):
        next(arriving)
    again = Watching(reddit(server), first.cursor).posts()
    assert [one.post.context.title for one in again] == ["meanwhile"]


def test_a_place_that_is_new_in_the_configuration_begins_where_the_others_are(
    server: RedditServer,
) -> None:
    watching = begin(server)
    server.show(COMMENTS, comment(100_000, "one"))
    watching.look()
    server.show(SEARCH, submission(10, "long ago"), submission(100_010, "new"))
    again = Watching(reddit(server, queries=["secret-query"]), watching.cursor)
    assert [one.post.context.title for one in again.posts()] == ["new"]


def test_after_a_failure_before_the_first_post_it_goes_on_from_the_same_moment(
    server: RedditServer,
) -> None:
    source = reddit(server)
    watching = Watching(source)
    watching.look()
    server.faults[COMMENTS].append(Fault(500))
    assert failure_of(watching).again
    server.show(COMMENTS, comment(1, "in between"))
    assert texts(Watching(source).posts()) == ["in between"]


def test_the_cursor_holds_ids_and_times_only(server: RedditServer) -> None:
    watching = begin(server, queries=["secret-query"])
    server.show(COMMENTS, *comments(1, 700))
    watching.look()
    kept = watching.cursor or ""
    assert "secret-query" not in kept
    assert "lenexample" not in kept
    assert "heron" not in kept
    assert len(kept) < 5000


@pytest.mark.parametrize("cursor", ["", "12345", "[]", '{"until": 3}', '{"until": {"a": "b"}}'])
def test_a_cursor_of_something_else_needs_attention(server: RedditServer, cursor: str) -> None:
    with pytest.raises(SourceError) as failure:
        next(reddit(server).receive(cursor, threading.Event()))
    assert not failure.value.again


@pytest.mark.must("clock")
def test_a_wrong_clock_or_a_post_of_the_future_silences_nothing(server: RedditServer) -> None:
    server.show(COMMENTS, comment(0, "before"), comment(10**9, "of the future"))
    watching = begin(server)
    server.show(COMMENTS, comment(1, "one"), comment(10**9 + 1, "more future"))
    assert texts(watching.posts()) == ["one", "more future"]
    server.show(COMMENTS, comment(2, "two"))
    assert texts(Watching(reddit(server), watching.cursor).posts()) == ["two"]


def test_more_than_reddit_shows_is_said_to_be_missed(
    server: RedditServer, caplog: pytest.LogCaptureFixture
) -> None:
    watching = begin(server)
    server.show(COMMENTS, *comments(1, 1200))
    with caplog.at_level(logging.WARNING):
        assert len(watching.posts()) == 1000
    assert "some was missed" in caplog.text
    assert "lenexample" not in caplog.text


# Edits and removals.


def test_another_wording_is_given_as_an_edit_even_where_reddit_keeps_silent(
    server: RedditServer,
) -> None:
    watching = begin(server)
    server.show(COMMENTS, comment(1, "kind"))
    watching.look()
    server.shown[COMMENTS][0] = comment(1, "unkind")
    [edit] = watching.posts()
    assert (edit.post.id, edit.post.text, edit.edited) == ("t1_c1", "unkind", True)
    assert watching.look() == []


def test_an_edit_while_we_were_away_is_known_by_its_time(server: RedditServer) -> None:
    watching = begin(server)
    server.show(COMMENTS, comment(1, "one"), comment(2, "two"))
    watching.look()
    server.shown[COMMENTS][0] = comment(2, "other", edited=float(NOON + 60))
    again = Watching(reddit(server), watching.cursor)
    assert [(one.post.text, one.edited) for one in again.posts()] == [("other", True)]


def test_a_comment_that_is_emptied_in_the_listing_is_removed_once(server: RedditServer) -> None:
    watching = begin(server)
    server.show(COMMENTS, comment(1, "one"), comment(2, "two"))
    watching.look()
    server.shown[COMMENTS][0] = emptied(comment(2, "two"))
    assert removed(watching.look()) == ["t1_c2"]
    assert watching.look() == []


@pytest.mark.must("11")
def test_the_sweep_finds_what_was_deleted_removed_edited_or_hidden(server: RedditServer) -> None:
    watching = begin(server, sweep_every_minutes=0.2 / 60)
    server.show(COMMENTS, *comments(1, 150))
    server.show(NEW, submission(151, "Title", "text"))
    assert len(watching.posts()) == 151
    server.known["t1_c3"] = emptied(comment(3, "comment 3"))
    server.known["t3_s151"] = submission(151, "Title", "text", removed_by_category="moderator")
    server.known["t1_c4"] = comment(4, "otherwise")
    del server.known["t1_c5"]
    server.shown[NEW].clear()
    found: list[Arrival] = []
    until = time.monotonic() + 10
    while len(found) < 4 and time.monotonic() < until:
        found += watching.look()
    assert sorted(removed([one for one in found if not isinstance(one, Received)])) == [
        "t1_c3",
        "t1_c5",
        "t3_s151",
    ]
    [edit] = [one for one in found if isinstance(one, Received)]
    assert (edit.post.text, edit.edited) == ("otherwise", True)


def test_the_sweep_still_knows_after_a_restart_what_was_given_last(server: RedditServer) -> None:
    watching = begin(server)
    server.show(COMMENTS, comment(1, "one"))
    watching.look()
    server.shown[COMMENTS].clear()
    server.known["t1_c1"] = emptied(comment(1, "one"))
    again = Watching(reddit(server, sweep_every_minutes=0.001 / 60), watching.cursor)
    assert removed(again.look()) == ["t1_c1"]


# What comes in can't be trusted.


@pytest.mark.must("10")
@pytest.mark.parametrize(
    "broken",
    [
        None,
        "text",
        [],
        {"kind": "t1"},
        {"kind": "t5", "data": {"name": "t5_x"}},
        comment(2, "x", name="t1_../etc", id=None),
        comment(2, "x", body=None),
        comment(2, "x", body={"rich": "text"}),
        submission(2, ""),
    ],
)
def test_one_malformed_entry_is_told_once_and_the_others_come(
    server: RedditServer, broken: object
) -> None:
    source = reddit(server)
    watching = Watching(source)
    watching.look()
    server.show(COMMENTS, comment(1, "one"), broken, comment(3, "three"))
    arrivals = watching.look()
    assert texts([one for one in arrivals if isinstance(one, Received)]) == ["one", "three"]
    [unread] = [one for one in arrivals if isinstance(one, Unread)]
    assert json.loads(unread.record) == broken
    assert source.skipped == 1  # type: ignore[attr-defined]
    assert watching.look() == []


def test_odd_types_and_not_a_number_are_no_reason_to_lose_a_post(server: RedditServer) -> None:
    watching = begin(server)
    odd = {"edited": "yes", "author": 7, "subreddit": [], "media_metadata": [], "url": 3}
    server.show(
        COMMENTS,
        comment(1, "nan", created_utc=float("nan"), **odd),
        comment(2, "no time", created_utc=None),
        comment(3, "endless", created_utc=float("inf")),
        comment(4, "half a \ud83d character"),
    )
    taken = watching.posts()
    assert texts(taken) == ["nan", "no time", "endless", "half a \ufffd character"]
    assert [one.post.published_at is None for one in taken] == [True, True, True, False]


@pytest.mark.must("14")
def test_an_empty_answer_is_no_fault_but_an_emptied_full_listing_is(server: RedditServer) -> None:
    watching = begin(server)
    assert watching.look() == []
    server.show(COMMENTS, *comments(1, 120))
    watching.look()
    server.shown[COMMENTS].clear()
    assert "nothing where many posts were" in str(failure_of(watching))


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500),
        Fault(503, b"<html>busy</html>"),
        Fault(body=b"<html>not JSON</html>"),
        Fault(body=b'{"kind": "Listing", "data": {"children": 3}}'),
        Fault(body=b"[]"),
        Fault(body=b'"text"'),
        Fault(body=b""),
        Fault(body=b'{"kind": "Listing", "da', cut=True),
        Fault(body=b"[" * 200_000),
        Fault(400, b"Bad Request"),
        Fault(204),
        Fault(418),
    ],
)
def test_an_answer_that_brings_nothing_is_tried_again_later(
    server: RedditServer, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    watching = begin(server)
    server.faults[COMMENTS].append(fault)
    asked = server.count(COMMENTS)
    failure = failure_of(watching)
    assert failure.again
    assert server.count(COMMENTS) == asked + 1
    assert caplog.text == ""


@pytest.mark.must("7")
@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "17"}, 17, 17),
        ({"Retry-After": "soon"}, None, None),
        ({"x-ratelimit-reset": "230"}, 230, 230),
        ({"x-ratelimit-reset": "nan", "x-ratelimit-remaining": "?"}, None, None),
        ({"Retry-After": "date"}, 20, 40),
    ],
)
def test_reddit_is_waited_for_as_long_as_it_asks(
    server: RedditServer, headers: dict[str, str], least: float | None, most: float | None
) -> None:
    if headers.get("Retry-After") == "date":
        then = datetime.now(UTC) + timedelta(seconds=40)
        headers = {"Retry-After": format_datetime(then, usegmt=True)}
    watching = begin(server)
    server.faults[COMMENTS].append(Fault(429, b"too many", headers))
    failure = failure_of(watching)
    assert failure.again
    if least is None or most is None:
        assert failure.wait_seconds is None
    else:
        assert least <= (failure.wait_seconds or 0) <= most


@pytest.mark.must("7")
def test_nothing_is_asked_once_the_budget_is_used_up(server: RedditServer) -> None:
    server.limits = {
        "x-ratelimit-remaining": "0.0",
        "x-ratelimit-used": "600",
        "x-ratelimit-reset": "200",
    }
    source = reddit(server)
    failure = failure_of(Watching(source))
    assert 190 <= (failure.wait_seconds or 0) <= 200
    assert len(server.asked) == 1
    assert source.budget == "0 of 600 requests left for now"  # type: ignore[attr-defined]
    assert failure_of(Watching(source)).wait_seconds
    assert len(server.asked) == 1


def test_a_session_that_has_run_out_is_renewed_without_a_loss(server: RedditServer) -> None:
    watching = begin(server)
    server.tokens.clear()
    server.show(COMMENTS, comment(1, "one"))
    assert texts(watching.posts()) == ["one"]
    assert server.signed_in == 2


@pytest.mark.must("8")
def test_a_wrong_secret_needs_a_person(server: RedditServer) -> None:
    failure = failure_of(Watching(reddit(server, client_secret="wrong")))
    assert not failure.again
    assert server.asked == []


@pytest.mark.parametrize(
    "answer", [b'{"error": "unsupported"}', b"{}", b"[]", b"<html>", b'{"expires_in": "x"}']
)
def test_a_sign_in_that_brings_no_token_is_tried_again_later(
    server: RedditServer, answer: bytes
) -> None:
    server.faults[TOKEN].append(Fault(body=answer))
    assert failure_of(Watching(reddit(server))).again


def test_a_page_that_bars_us_is_told_and_tried_again(server: RedditServer) -> None:
    for path in (COMMENTS, NEW):
        server.faults[path].append(
            Fault(403, b"<html>blocked</html>", {"Content-Type": "text/html"})
        )
    failure = failure_of(Watching(reddit(server)))
    assert failure.again
    assert "2 of 2 listings" in str(failure)
    assert "HTTP 403" in str(failure)


@pytest.mark.parametrize(
    "fault", [Fault(403), Fault(404), Fault(302, headers={"Location": "/subreddits/search"})]
)
def test_a_place_that_is_not_shown_is_told_and_hides_none_of_the_others(
    server: RedditServer, fault: Fault
) -> None:
    watching = begin(server, queries=["secret-query"])
    server.faults[COMMENTS].append(fault)
    server.show(SEARCH, submission(1, "found all the same"))
    found = next(watching._arriving)
    assert isinstance(found, Received)
    assert found.post.context.title == "found all the same"
    with pytest.raises(SourceError, match=r"1 of 3 listings") as failure:
        next(watching._arriving)
    assert failure.value.again


def test_a_server_that_is_not_there_is_told_without_its_address() -> None:
    with RedditServer() as gone:
        source = reddit(gone)
    failure = failure_of(Watching(source))
    assert failure.again
    assert "can't be reached" in str(failure)


def test_a_slow_reddit_is_told_and_every_place_has_its_turn(
    server: RedditServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching = begin(server, queries=["secret-query"])
    monkeypatch.setattr("monitors.sources.reddit_look.SLOW_SECONDS", 0.2)
    server.slow_seconds = 0.4
    server.asked.clear()
    assert "slowly" in str(failure_of(watching))
    again = Watching(watching.source)
    assert "slowly" in str(failure_of(again))
    assert [path for path, _ in server.asked] == [COMMENTS, NEW]


def test_a_reading_that_was_given_up_takes_nothing_from_the_next(server: RedditServer) -> None:
    given_up = begin(server)
    server.show(COMMENTS, comment(1, "one"))
    given_up.look()
    taken_over = Watching(given_up.source, given_up.cursor)
    assert taken_over.look() == []
    server.show(COMMENTS, comment(2, "two"))
    assert texts(given_up.posts()) == ["two"]
    assert texts(taken_over.posts()) == ["two"]


def test_a_stop_ends_the_wait_for_the_next_look(server: RedditServer) -> None:
    watching = begin(server, every_seconds=3600)
    watching.stop.set()
    began = time.monotonic()
    assert watching.look() == []
    assert time.monotonic() - began < 5


# How it is set up.


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"subreddits": []}, "at least one subreddit, query or domain"),
        ({"subreddits": ["no/such"]}, "named by letters"),
        ({"queries": [" "]}, "between 1 and 512"),
        ({"domains": ["https://body.example"]}, "without https"),
        ({"oauth_url": "http://reddit.example"}, "begins with https"),
        ({"client_id": ""}, "client_id"),
        ({"follow": ["somebody"]}, "no such option"),
    ],
)
def test_a_wrong_option_is_told_in_one_sentence(
    server: RedditServer, wrong: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence) as failure:
        reddit(server, **wrong)
    assert CLIENT_SECRET not in str(failure.value)


def test_nothing_is_taken_from_the_environment(
    server: RedditServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("refresh_token", "username", "password", "oauth_url", "site"):
        monkeypatch.setenv(f"praw_{name}", "from-the-environment")
    assert begin(server).look() == []


def test_silence_is_watched_for_where_subreddits_are_read(server: RedditServer) -> None:
    def quiet(**options: object) -> float | None:
        return reddit(server, **options).quiet_after_seconds  # type: ignore[attr-defined,no-any-return]

    assert quiet() == 48 * 3600
    assert quiet(quiet_after_hours=2) == 7200
    assert quiet(subreddits=[], queries=["a"]) is None
