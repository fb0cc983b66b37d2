"""What a platform says of the way a source is set: well, or one sentence with what to do."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from monitors.checking import Trial
from monitors.errors import SourceError, Why
from monitors.ledger import OwnLedger
from monitors.registry import build
from monitors.source import Source
from tests.servers.answering import Answer, AnsweringServer, Asked, of_json
from tests.servers.mastodon import TOKEN as MASTODON_TOKEN
from tests.servers.mastodon import MastodonServer, Refusal
from tests.servers.reddit import Fault, RedditServer
from tests.servers.x import TOKEN, XServer
from tests.servers.x import refusal as x_refusal
from tests.servers.youtube import CHANNEL, KEY, OTHER_VIDEO, VIDEO, YouTubeServer
from tests.servers.youtube import refusal as youtube_refusal


@pytest.fixture
def open_here() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def check(source: Source) -> list[str]:
    faults: Sequence[str] = source.check()  # type: ignore[attr-defined]
    for secret in (TOKEN, KEY, MASTODON_TOKEN, "ombudsman", "127.0.0.1", "Auchterbrae", VIDEO):
        assert not any(secret in one for one in faults)
    for one in faults:
        assert one.endswith(".")
        assert "; " in one, "each says what to do"
    return list(faults)


@pytest.fixture(scope="module")
def closed() -> str:
    """The address of a server that is no longer there."""
    with AnsweringServer(lambda _: Answer()) as server:
        return server.url


REACH = (
    " can't be reached; look whether this machine reaches the internet"
    " and whether the address is right."
)


# X.


def x(server: XServer | str, **options: object) -> Source:
    url = server if isinstance(server, str) else server.url
    return build("x", "x", {"bearer_token": TOKEN, "queries": ["a", "b"], "url": url, **options})


def test_x_is_well_when_it_takes_every_search_and_it_costs_nothing(open_here: ExitStack) -> None:
    server = open_here.enter_context(XServer())
    source = x(server, stream=True)
    assert check(source) == []
    assert [one["query"] for one in server.searches] == ["a", "b"]
    assert "$5.00 of $5.00" in source.budget  # type: ignore[attr-defined]
    assert server.streams == 0


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "X wants us to sign in anew; make a new bearer token on X's developer site"),
        (402, "The credit for reading X is used up (HTTP 402); buy credit"),
        (429, "X asks us to wait, since we have asked too often; wait a quarter of an hour"),
    ],
)
def test_what_all_searches_of_x_would_meet_is_asked_and_said_once(
    open_here: ExitStack, status: int, told: str
) -> None:
    server = open_here.enter_context(XServer())
    server.next_answers.extend([x_refusal(status), x_refusal(status)])
    (fault,) = check(x(server))
    assert fault.startswith(told)
    assert len(server.searches) == 1


def test_x_says_which_search_is_not_taken(open_here: ExitStack) -> None:
    server = open_here.enter_context(XServer())
    server.next_answers.extend([x_refusal(400)])
    assert check(x(server)) == [
        "Search 1 of 2: X does not understand what we ask (HTTP 400); correct it in queries."
    ]


def test_an_app_of_x_that_may_not_search_is_told_of_once(open_here: ExitStack) -> None:
    server = open_here.enter_context(XServer())
    server.next_answers.extend([x_refusal(403), x_refusal(403)])
    (fault,) = check(x(server))
    assert fault.startswith("X does not let us read (HTTP 403); put the app into a project")


def test_a_plan_of_x_without_a_stream_is_told_of(
    open_here: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = open_here.enter_context(XServer())
    monkeypatch.setattr("tests.servers.x.json_answer", lambda *_: x_refusal(403))
    server.next_answers.extend([(200, {}, b'{"meta": {"result_count": 0}}')] * 2)
    assert check(x(server, stream=True)) == [
        (
            "The stream: X does not let us read (HTTP 403);"
            " take stream = true out of settings.toml, or take a plan that has the stream."
        )
    ]


def test_x_that_is_not_there(closed: str) -> None:
    assert check(x(closed, stream=True)) == [f"X{REACH}"]


def test_x_is_not_asked_when_the_day_s_sum_is_spent(open_here: ExitStack) -> None:
    server = open_here.enter_context(XServer())
    source = x(server)
    ledger = OwnLedger()
    with ledger.total("x", TOKEN, datetime.now(UTC).date()) as total:
        total.used = 4_999_000
    source.count_in(ledger)  # type: ignore[attr-defined]
    (fault,) = check(source)
    assert "wait until then, or raise dollars_a_day" in fault
    assert not server.paths


# YouTube.


def youtube(server: YouTubeServer | str, **options: object) -> Source:
    url = server if isinstance(server, str) else server.url
    given = {"videos": [VIDEO, OTHER_VIDEO], "channels": [CHANNEL], **options}
    return build("youtube", "tube", {"api_key": KEY, "url": url, "queries": ["a"], **given})


def test_youtube_is_well_and_no_search_is_used_up(open_here: ExitStack) -> None:
    server = open_here.enter_context(YouTubeServer())
    source = youtube(server)
    assert check(source) == []
    assert [kind for kind, _ in server.asked] == ["commentThreads"] * 3
    budget = source.budget  # type: ignore[attr-defined]
    assert budget == "100 of 100 searches and 9,997 of 10,000 units left today"


def test_a_key_of_youtube_alone_is_tried_without_a_search(open_here: ExitStack) -> None:
    server = open_here.enter_context(YouTubeServer())
    assert check(youtube(server, videos=[], channels=[])) == []
    assert [kind for kind, _ in server.asked] == ["videos"]


@pytest.mark.parametrize(
    ("status", "reason", "told"),
    [
        (400, "keyInvalid", "YouTube does not take the API key; make a key in Google's cloud"),
        (403, "accessNotConfigured", "YouTube does not take the API key; make a key in Google's"),
        (403, "", "YouTube does not let us read (HTTP 403); let the key use the YouTube Data API"),
        (403, "quotaExceeded", "The day's quota of YouTube is used up; wait until midnight"),
        (500, "", "YouTube has a fault (HTTP 500); nothing is wrong here, so check again later"),
    ],
)
def test_what_is_wrong_with_all_of_youtube_is_said_once(
    open_here: ExitStack, status: int, reason: str, told: str
) -> None:
    server = open_here.enter_context(YouTubeServer())
    server.refusing["commentThreads"] = youtube_refusal(status, reason)
    (fault,) = check(youtube(server))
    assert fault.startswith(told)


def test_youtube_says_which_video_can_t_be_read(open_here: ExitStack) -> None:
    server = open_here.enter_context(YouTubeServer())
    server.refusing[OTHER_VIDEO] = youtube_refusal(403, "commentsDisabled")
    (fault,) = check(youtube(server))
    assert fault.startswith("Video 2 of 2: The comments of one video or channel of YouTube can't")
    assert fault.endswith("; correct its id, or take it out where comments are switched off.")


def test_youtube_that_is_not_there(closed: str) -> None:
    assert check(youtube(closed)) == [f"YouTube{REACH}"]


# Reddit.


def reddit(server: RedditServer, **options: object) -> Source:
    places = {"subreddits": ["Glen", "Strath"], "queries": ["ombudsman"], "domains": ["a.example"]}
    return build("reddit", "reddit", server.options | places | options)


def test_reddit_is_well_when_every_listing_is_shown(open_here: ExitStack) -> None:
    server = open_here.enter_context(RedditServer())
    assert check(reddit(server)) == []
    assert len(server.asked) == 6
    assert {one["limit"] for _, one in server.asked} == {"1"}


def test_reddit_does_not_take_a_wrong_secret(open_here: ExitStack) -> None:
    server = open_here.enter_context(RedditServer())
    assert check(reddit(server, client_secret="wrong")) == [
        (
            "Reddit does not take the client id and secret;"
            " copy client_id and client_secret anew from reddit.com/prefs/apps."
        )
    ]


def test_reddit_says_which_place_is_missing_and_which_is_closed(open_here: ExitStack) -> None:
    server = open_here.enter_context(RedditServer())
    server.faults["/r/Strath/comments/"].append(Fault(404))
    server.faults["/r/Glen/new/"].append(Fault(403, b"<html>"))
    assert check(reddit(server)) == [
        (
            "Subreddit 1 of 2: Reddit does not let us read (HTTP 403);"
            " ask Reddit whether it has approved your application, or take the place out."
        ),
        (
            "Subreddit 2 of 2: There is nothing at this address of Reddit (HTTP 404);"
            " correct its name, or take it out."
        ),
    ]


def test_an_application_that_reddit_has_not_approved_is_told_of_once(open_here: ExitStack) -> None:
    server = open_here.enter_context(RedditServer())
    for kind in ("comments", "new"):
        server.faults[f"/r/Glen/{kind}/"].append(Fault(403, b"<html>"))
    (fault,) = check(reddit(server, subreddits=["Glen"], queries=[], domains=[]))
    assert fault.startswith("Reddit does not let us read (HTTP 403); ask Reddit whether it has")


def test_reddit_that_is_not_there(open_here: ExitStack, closed: str) -> None:
    server = open_here.enter_context(RedditServer())
    assert check(reddit(server, reddit_url=closed, oauth_url=closed)) == [f"Reddit{REACH}"]


# Mastodon.


def mastodon(*servers: MastodonServer | str, token: str | None = None, **options: object) -> Source:
    urls = [one if isinstance(one, str) else one.url for one in servers]
    signed = {"token": token} if token else {}
    own = {"servers": [{"url": one, **signed} for one in urls], "hashtags": ["a", "b"]}
    return build("mastodon", "m", {**own, **options})


def test_mastodon_is_well_when_every_feed_and_search_answers(open_here: ExitStack) -> None:
    server = open_here.enter_context(MastodonServer())
    wanted: dict[str, Any] = {"timeline": "public", "queries": ["ombudsman"]}
    assert check(mastodon(server, token=MASTODON_TOKEN, **wanted)) == []
    assert server.opened == 0
    assert len(server.asks("search")) == 1


def test_a_token_that_mastodon_does_not_take(open_here: ExitStack) -> None:
    server = open_here.enter_context(MastodonServer())
    server.refusals["timelines"] = Refusal(401)
    assert check(mastodon(server, token="old")) == [
        "Server 1 of 1: Mastodon wants us to sign in anew; make a new token there and put it in."
    ]


def test_a_token_of_mastodon_that_may_not_search(open_here: ExitStack) -> None:
    server = open_here.enter_context(MastodonServer())
    server.refusals["search"] = Refusal(403)
    assert check(mastodon(server, token=MASTODON_TOKEN, queries=["ombudsman"])) == [
        (
            "Server 1 of 1: Search 1 of 1: Mastodon does not let us read (HTTP 403);"
            " tick read:statuses and read:search for the application there, and make a new token."
        )
    ]


def test_a_timeline_that_its_server_has_switched_off(open_here: ExitStack) -> None:
    server = open_here.enter_context(MastodonServer())
    server.access = {"live_feeds": "disabled", "hashtag_feeds": "public"}
    (fault,) = check(mastodon(server, token=MASTODON_TOKEN, timeline="public"))
    assert "Timeline 1 of 1: Mastodon does not show this feed: the server has it" in fault
    assert fault.endswith("; choose another place to look, and take this one out of settings.toml.")


def test_a_server_of_mastodon_that_is_not_there(open_here: ExitStack, closed: str) -> None:
    server = open_here.enter_context(MastodonServer())
    assert check(mastodon(server, closed)) == [f"Server 2 of 2: Mastodon{REACH}"]


# Feeds, Hacker News, Lemmy.

RSS = b"<rss version='2.0'><channel><title>A</title></channel></rss>"


def feed(asked: Asked) -> Answer:
    known = {"/well": Answer(body=RSS), "/page": Answer(body=b"<html>A page</html>")}
    return known.get(asked.path) or Answer(status=int(asked.path[1:]))


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("404", "There is nothing at this address of Feed 2 (HTTP 404); correct its address in"),
        ("401", "Feed 2 wants us to sign in anew; open it without signing in"),
        ("403", "Feed 2 does not let us read (HTTP 403); open it without signing in"),
        ("page", "What came from Feed 2 is not a feed; put the address of the feed itself"),
    ],
)
def test_feeds_say_which_one_is_wrong(open_here: ExitStack, path: str, told: str) -> None:
    server = open_here.enter_context(AnsweringServer(feed))
    feeds = [f"{server.url}/well", f"{server.url}/{path}"]
    (fault,) = check(build("feeds", "feeds", {"feeds": feeds}))
    assert fault.startswith(told)


def test_feeds_that_are_well_or_not_there(open_here: ExitStack, closed: str) -> None:
    server = open_here.enter_context(AnsweringServer(feed))
    assert check(build("feeds", "feeds", {"feeds": [f"{server.url}/well"]})) == []
    assert check(build("feeds", "feeds", {"feeds": [closed]})) == [f"Feed 1{REACH}"]


def hackernews(url: str, items_url: str) -> Source:
    return build("hackernews", "n", {"queries": ["a"], "url": url, "items_url": items_url})


def test_hacker_news(open_here: ExitStack, closed: str) -> None:
    server = open_here.enter_context(AnsweringServer(lambda _: of_json({"hits": []})))
    assert check(hackernews(server.url, server.url)) == []
    assert check(hackernews(closed, closed)) == [f"Hacker News{REACH}"]
    server.answer = lambda _: Answer(status=404)
    search, items = check(hackernews(server.url, server.url))
    assert search.endswith("; correct url.")
    assert items.endswith("; correct items_url.")


def lemmy(*urls: str) -> Source:
    own = {"queries": ["ombudsman"], "communities": ["glen", "strath"]}
    return build("lemmy", "l", {"servers": urls, **own})


def test_lemmy(open_here: ExitStack, closed: str) -> None:
    def answer(asked: Asked) -> Answer:
        if asked.query.get("community_name") == "strath":
            return Answer(status=400, body=b'{"error": "couldnt_find_community"}')
        return of_json({"posts": [], "comments": []})

    server = open_here.enter_context(AnsweringServer(answer))
    strath, away = check(lemmy(server.url, closed))
    assert strath.startswith("The community 2 of 2: Lemmy server 1 does not understand what we")
    assert "correct the name in communities" in strath
    assert away == f"Lemmy server 2{REACH}"
    server.answer = lambda _: of_json({"posts": [], "comments": []})
    assert check(lemmy(server.url)) == []


# What all of them do.


@pytest.mark.parametrize("why", Why)
def test_there_is_something_to_do_about_every_fault(why: Why) -> None:
    def ask() -> None:
        raise SourceError("It failed.", why=why)

    trial = Trial({})
    trial.ask("This", ask)
    (fault,) = trial.faults
    assert fault.startswith("It failed; ")


def test_a_fault_is_told_once_for_each_thing_that_was_asked_twice() -> None:
    def ask() -> None:
        raise SourceError("It failed.", why=Why.ABSENT)

    trial = Trial({Why.ABSENT: "mend it"})
    for about in ("One", "Two", "Two"):
        trial.ask(about, ask if about == "Two" else lambda: None)
    assert trial.faults == ("Two: It failed; mend it.",)
