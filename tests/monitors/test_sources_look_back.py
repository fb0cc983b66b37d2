"""From `cursor_since` a source gives all that was published since, and says when it is over."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from monitors.errors import SourceError
from monitors.feed import IDLE_SECONDS
from monitors.ledger import OwnLedger
from monitors.registry import build
from monitors.source import Received, Source
from tests.servers.answering import Answer, AnsweringServer, Asked, of_json
from tests.servers.mastodon import TOKEN as MASTODON_TOKEN
from tests.servers.mastodon import MastodonServer
from tests.servers.mastodon import status as toot
from tests.servers.reddit import RedditServer, comment, submission
from tests.servers.x import TOKEN, XServer, tweet
from tests.servers.youtube import KEY, VIDEO, YouTubeServer, thread, video
from tests.servers.youtube import comment as youtube_comment

HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture
def open_here() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


def cursor_since(source: Source, moment: datetime) -> str:
    cursor = source.cursor_since(moment)  # type: ignore[attr-defined]
    assert isinstance(cursor, str)
    return cursor


def read(source: Source, cursor: str, *, most: int | None = None) -> tuple[list[str], str]:
    """The texts of all that comes until the source says that it is over, and the last cursor."""
    came: list[str] = []
    for one in source.receive(cursor, threading.Event()):
        if one is None:
            return came, cursor
        cursor = one.cursor
        if isinstance(one, Received):
            came.append(one.post.text or one.post.context.title or "")
            if len(came) == most:
                return came, cursor
    pytest.fail("it ended before it was over")


def since(source: Source, moment: datetime) -> list[str]:
    return read(source, cursor_since(source, moment))[0]


# X.


def x(open_here: ExitStack, **options: object) -> tuple[XServer, Source]:
    server = open_here.enter_context(XServer(page=20))
    given = {"bearer_token": TOKEN, "queries": ["ombudsman"], "url": server.url, **options}
    return server, build("x", "x", given)


def test_x_is_searched_page_for_page_from_then_on(open_here: ExitStack) -> None:
    server, source = x(open_here)
    server.posts = [tweet(HOUR * count, f"Post {count}") for count in range(1, 61)]
    assert since(source, ago(50.5 * HOUR)) == [f"Post {count}" for count in range(50, 0, -1)]


def test_x_is_looked_back_at_by_search_also_where_it_streams(open_here: ExitStack) -> None:
    server, source = x(open_here, stream=True)
    server.posts = [tweet(HOUR, "An hour ago")]
    assert since(source, ago(2 * HOUR)) == ["An hour ago"]
    assert server.streams == 0, "a plan has one connection, which the watch needs"


def test_x_is_looked_back_at_for_half_of_what_the_day_may_cost(
    open_here: ExitStack,
) -> None:
    server, source = x(open_here, dollars_a_day=0.5, context=False)
    server.posts = [tweet(HOUR, f"Post {count}") for count in range(200)]
    ledger = OwnLedger()
    source.count_in(ledger)  # type: ignore[attr-defined]
    today = datetime.now(UTC).date()
    with ledger.total("x", TOKEN, today) as total:
        total.used = 100_000
    with pytest.raises(SourceError, match=r"Half of the \$0.50 a day for X is spent"):
        since(source, ago(2 * HOUR))
    with ledger.total("x", TOKEN, today) as total:
        assert 200_000 < total.used <= 250_000, "the other half is left to the watch"
        assert total.held == 0


# YouTube.


def youtube(open_here: ExitStack, **options: object) -> tuple[YouTubeServer, Source]:
    server = open_here.enter_context(YouTubeServer())
    given = {"queries": ["ombudsman"], "videos": [VIDEO], **options}
    return server, build("youtube", "tube", {"api_key": KEY, "url": server.url, **given})


def test_youtube_is_searched_at_once_and_its_comments_are_read(open_here: ExitStack) -> None:
    server, source = youtube(open_here)
    server.videos = [video("v1", 3 * DAY, "New"), video("v2", 9 * DAY, "Old")]
    late = [youtube_comment(f"a{count}", DAY, f"Answer {count}") for count in range(3)]
    server.threads[VIDEO] = [
        thread(youtube_comment("c1", 2 * DAY, "First"), late[0], told=3),
        thread(youtube_comment("c2", 8 * DAY, "Too old")),
    ]
    server.replies["c1"] = late
    came = since(source, ago(7 * DAY))
    assert came == ["New", "First", "Answer 0", "Answer 1", "Answer 2"]


def test_youtube_can_be_looked_back_at_right_after_it_was_watched(open_here: ExitStack) -> None:
    server, source = youtube(open_here)
    server.videos = [video("v1", 60, "A minute ago")]
    assert since(source, ago(120)) == ["A minute ago"]


def test_youtube_says_so_when_the_searches_did_not_suffice(open_here: ExitStack) -> None:
    server, source = youtube(open_here, queries=["a", "b"], searches_a_day=4)
    server.page = 1
    server.videos = [video(f"v{count}", HOUR, f"Video {count}") for count in range(5)]
    cursor = cursor_since(source, ago(DAY))
    for _ in range(2):
        with pytest.raises(SourceError, match="quota of YouTube is used up"):
            read(source, cursor)
    assert server.count("search") == 2
    assert source.budget.startswith("2 of 4 searches"), "half is left to the watch"  # type: ignore[attr-defined]


# Reddit.


def reddit(open_here: ExitStack, **options: object) -> tuple[RedditServer, Source]:
    server = open_here.enter_context(RedditServer())
    chosen = {"subreddits": ["Glenexample"], "queries": ["ombudsman"]}
    return server, build("reddit", "reddit", server.options | chosen | options)


def at(seconds_ago: float) -> dict[str, Any]:
    return {"created_utc": time.time() - seconds_ago}


def test_reddit_is_read_back_to_then_at_every_place(open_here: ExitStack) -> None:
    server, source = reddit(open_here)
    for count in range(250, 0, -1):
        server.show(
            "/r/Glenexample/comments/", comment(count, f"Comment {count}", **at(count * 60))
        )
    server.show("/r/Glenexample/new/", submission(1, "A title", **at(HOUR)))
    server.show("/r/all/search/", submission(2, "Long ago", **at(9 * HOUR)))
    server.show("/r/all/search/", submission(3, "Found", **at(2 * HOUR)))
    came = since(source, ago(200.5 * 60))
    assert sorted(came) == sorted(
        [*(f"Comment {count}" for count in range(1, 201)), "A title", "Found"]
    )


def test_reddit_is_read_on_where_it_was_broken_off(open_here: ExitStack) -> None:
    server, source = reddit(open_here)
    server.show("/r/Glenexample/comments/", comment(1, "The newest", **at(60)))
    server.show("/r/all/search/", submission(2, "Far behind it", **at(20 * HOUR)))
    first, cursor = read(source, cursor_since(source, ago(DAY)), most=1)
    again = build("reddit", "reddit", server.options | OTHER)
    assert first == ["The newest"]
    assert "Far behind it" in read(again, cursor)[0]


OTHER = {"subreddits": ["Glenexample"], "queries": ["ombudsman"]}


# Mastodon.


def toots(*seconds_ago: float) -> list[Any]:
    """Posts whose ids tell these times, as a server's do."""
    made = []
    for seconds in seconds_ago:
        id_ = str(int((time.time() - seconds) * 1000) << 16)
        uri = f"https://social.example/statuses/{id_}"
        made.append(toot(0, f"{seconds:.0f} s #glen", id=id_, uri=uri, url=uri))
    return made


@pytest.mark.parametrize("token", [None, MASTODON_TOKEN])
def test_mastodon_is_read_back_at_every_server_before_it_is_over(
    open_here: ExitStack, token: str | None
) -> None:
    far, near = (open_here.enter_context(MastodonServer()) for _ in range(2))
    far.lose(*toots(*range(100, 20_000, 100)))
    near.lose(*toots(50, 30_000))
    servers = [{"url": one.url, **({"token": token} if token else {})} for one in (near, far)]
    source = build("mastodon", "m", {"servers": servers, "timeline": "public"})
    came = since(source, ago(15_020))
    assert len(came) == len(set(came)) == 151
    assert {"50 s #glen", "100 s #glen", "15000 s #glen"} <= set(came)
    assert far.opened + near.opened == 0, "nothing is streamed"


def test_mastodon_is_not_over_while_a_slow_server_is_still_read(open_here: ExitStack) -> None:
    slow, quick = (open_here.enter_context(MastodonServer()) for _ in range(2))
    slow.slow_seconds = 2 * IDLE_SECONDS
    slow.lose(*toots(100, 200))
    servers = [{"url": one.url} for one in (quick, slow)]
    source = build("mastodon", "m", {"servers": servers, "hashtags": ["glen"]})
    assert since(source, ago(HOUR)) == ["200 s #glen", "100 s #glen"]


def test_mastodon_is_over_although_one_server_is_not_there(open_here: ExitStack) -> None:
    server = open_here.enter_context(MastodonServer())
    server.lose(*toots(50))
    servers = [{"url": server.url}, {"url": closed(open_here)}]
    source = build("mastodon", "m", {"servers": servers, "hashtags": ["glen"]})
    assert since(source, ago(HOUR)) == ["50 s #glen"]
    assert "Server 2 of 2: Mastodon can't be reached." in source.trouble  # type: ignore[attr-defined]


def test_mastodon_goes_on_looking_back_after_a_restart(open_here: ExitStack) -> None:
    server = open_here.enter_context(MastodonServer())
    server.lose(*toots(*range(100, 6000, 100)))
    options = {"servers": [{"url": server.url, "token": MASTODON_TOKEN}], "queries": ["glen"]}
    source = build("mastodon", "m", options)
    first, cursor = read(source, cursor_since(source, ago(DAY)), most=20)
    rest, _ = read(build("mastodon", "m", options), cursor)
    assert len({*first, *rest}) == 59


def closed(open_here: ExitStack) -> str:
    """The address of a server that is no longer there."""
    with AnsweringServer(lambda _: Answer()) as server:
        return server.url


# Feeds, Hacker News, Lemmy.


def entry(title: str, moment: datetime | None) -> str:
    dated = f"<pubDate>{format_datetime(moment)}</pubDate>" if moment else ""
    return f"<item><title>{title}</title><description>{title}</description>{dated}</item>"


def test_feeds_give_what_is_dated_since_then_and_what_has_no_date(open_here: ExitStack) -> None:
    entries = [entry("New", ago(HOUR)), entry("Old", ago(3 * DAY)), entry("Undated", None)]
    body = f"<rss version='2.0'><channel>{''.join(entries)}</channel></rss>".encode()
    server = open_here.enter_context(AnsweringServer(lambda _: Answer(body=body)))
    source = build("feeds", "feeds", {"feeds": [f"{server.url}/a", f"{server.url}/b"]})
    assert sorted(since(source, ago(DAY))) == ["New", "New", "Undated", "Undated"]
    first, cursor = read(source, cursor_since(source, ago(DAY)), most=1)
    rest, _ = read(source, cursor)
    assert len(first + rest) == 4, "the second feed is still to be read from then on"


def hits(asked: Asked) -> Answer:
    if asked.path.startswith("/item/"):
        return of_json({})
    after = int(asked.query["numericFilters"].split(",")[0].split(">")[1])
    now = int(time.time())
    found = [
        {"objectID": str(n), "created_at_i": now - n * 3600, "comment_text": f"{n} h"}
        for n in range(1, 100)
        if now - n * 3600 > after
    ]
    return of_json({"hits": found})


def test_hacker_news_is_searched_from_then_on(open_here: ExitStack) -> None:
    server = open_here.enter_context(AnsweringServer(hits))
    options = {"queries": ["library"], "url": server.url, "items_url": server.url}
    source = build("hackernews", "news", options)
    assert since(source, ago(80.5 * HOUR)) == [f"{n} h" for n in range(80, 0, -1)]


def lemmy_comments(asked: Asked) -> Answer:
    limit, page = int(asked.query["limit"]), int(asked.query["page"])
    comments = [
        {
            "comment": {
                "id": n,
                "content": f"{n} h",
                "ap_id": f"https://lemmy.example/comment/{n}",
                "published": ago(n * HOUR).isoformat(),
            },
            "post": {"id": 1, "name": "A thread"},
        }
        for n in range(1, 200)
    ]
    return of_json({"posts": [], "comments": comments[(page - 1) * limit : page * limit]})


def test_lemmy_is_read_page_for_page_back_to_then(open_here: ExitStack) -> None:
    server = open_here.enter_context(AnsweringServer(lemmy_comments))
    options = {"servers": [server.url], "communities": ["glen@lemmy.example"]}
    source = build("lemmy", "lemmy", options)
    assert since(source, ago(120.5 * HOUR)) == [f"{n} h" for n in range(120, 0, -1)]


def test_nothing_is_asked_of_a_platform_for_the_cursor_alone(open_here: ExitStack) -> None:
    server, source = x(open_here)
    cursor_since(source, ago(DAY))
    assert not server.paths
