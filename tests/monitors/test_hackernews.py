"""Hacker News over real HTTP on the loopback: its search, and its items one by one."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitors.registry import build
from monitors.source import Source
from monitors.sources import hackernews
from monitors.sources.hackernews import post_of
from records.errors import ConfigurationError
from records.post import Author, Context
from tests.monitors.looking import look
from tests.servers.answering import Answer, AnsweringServer, Asked, of_json


def hit(number: int, text: str | None = None, *, at: int | None = None) -> dict[str, Any]:
    return {
        "objectID": str(number),
        "created_at_i": at if at is not None else int(time.time()) + 1,
        "author": "alice_example",
        "comment_text": text or f"Comment {number}",
        "story_title": "A story",
        "_tags": ["comment"],
        "_unknown": {"deep": [None]},
    }


@dataclass
class News:
    """The search's hits, the newest first, as the real one gives them a page at a time."""

    hits: list[Any] = field(default_factory=list)
    items: dict[str, Any] = field(default_factory=dict)
    refusal: Answer | None = None
    server: AnsweringServer = field(init=False)

    def __call__(self, asked: Asked) -> Answer:
        if asked.path.startswith("/item/"):
            return of_json(self.items.get(asked.path.split("/")[-1].removesuffix(".json")))
        if self.refusal:
            return self.refusal
        found = self.hits
        for term in asked.query["numericFilters"].split(","):
            field_, sign, limit = term[:12], term[12], int(term[13:])
            assert field_ == "created_at_i"
            found = [one for one in found if _matches(one, sign, limit)]
        found = sorted(found, key=lambda one: -(_time(one) or 0))
        return of_json({"hits": found[: int(asked.query["hitsPerPage"])]})

    def source(self, **options: object) -> Source:
        own = {"queries": ["library"], "every_seconds": 0.01}
        own |= {"url": self.server.url, "items_url": self.server.url}
        return build("hackernews", "news", {**own, **options})


def _time(one: Any) -> int | None:
    value = one.get("created_at_i") if isinstance(one, dict) else None
    return value if isinstance(value, int) else None


def _matches(one: Any, sign: str, limit: int) -> bool:
    moment = _time(one)
    return moment is None or (moment > limit if sign == ">" else moment < limit)


@pytest.fixture
def news() -> Iterator[News]:
    made = News()
    with AnsweringServer(made) as server:
        made.server = server
        yield made


def test_new_posts_come_once_and_in_order(news: News) -> None:
    source = news.source()
    now = int(time.time())
    news.hits = [hit(1, at=now - 4000)]

    def publish(looks: int) -> None:
        news.hits.append(hit(10 + looks, at=now + looks))

    brought = look(source, times=4, between=publish)
    assert brought.texts == ["Comment 11", "Comment 12", "Comment 13"]


def test_the_search_is_for_the_words_and_both_kinds_since_a_moment(news: News) -> None:
    began = int(time.time())
    look(news.source(queries=["library", "Glen Example"]))
    assert [asked.query["query"] for asked in news.server.asked] == ["library", "Glen Example"]
    assert news.server.asked[0].query["tags"] == "(story,comment)"
    since = int(news.server.asked[0].query["numericFilters"].removeprefix("created_at_i>"))
    assert began - 5 <= since <= began + 5


def test_a_comment_and_a_story_become_posts() -> None:
    at = 1_795_000_000
    comment = post_of(hit(7, "It&#x27;s <i>so</i>.<p>Truly.", at=at))
    assert comment is not None
    assert comment.text == "It's so.\nTruly."
    assert comment.url == "https://news.ycombinator.com/item?id=7"
    assert comment.published_at == datetime.fromtimestamp(at, UTC)
    assert comment.author == Author(id="alice_example", handle="alice_example")
    assert comment.context == Context(community="Hacker News", title="A story")
    story = post_of({"objectID": "8", "title": "A library opens", "url": "https://a.example/"})
    assert story is not None
    assert (story.text, story.context.title) == ("", "A library opens")


def test_two_searches_that_find_the_same_post_bring_it_once(news: News) -> None:
    source = news.source(queries=["a", "b"])
    news.hits = [hit(1)]
    assert look(source, times=2).texts == ["Comment 1"]


@pytest.mark.parametrize("kept_after", range(1, 4))
def test_after_a_restart_anywhere_nothing_is_lost_and_nothing_comes_twice(
    news: News, kept_after: int
) -> None:
    cursor = look(news.source()).cursor
    now = int(time.time())
    news.hits = [hit(number, at=now + number) for number in range(1, 5)]
    before = look(news.source(), cursor, most=kept_after)
    after = look(news.source(), before.cursor, times=2)
    assert before.texts + after.texts == [f"Comment {number}" for number in range(1, 5)]


def test_what_was_said_while_nobody_looked_comes_after_the_return(news: News) -> None:
    source = news.source()
    cursor = look(source).cursor
    news.hits = [hit(1)]
    assert look(news.source(), cursor).texts == ["Comment 1"]


def test_more_than_one_page_is_read_to_its_end(news: News, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hackernews, "PAGE", 3)
    source = news.source()
    now = int(time.time())
    news.hits = [hit(number, at=now + 1 + number // 2) for number in range(1, 9)]
    assert len(look(source).texts) == 8


@pytest.mark.must("10")
def test_one_malformed_hit_is_unread_once_and_the_others_come(news: News) -> None:
    source = news.source()
    odd = [17, None, {"objectID": float("nan")}, {"objectID": "5"}, {"objectID": ["6"]}]
    news.hits = [hit(1), *odd, {**hit(2), "created_at_i": "soon", "author": 3, "_tags": None}]
    brought = look(source, times=3)
    assert sorted(brought.texts) == ["Comment 1", "Comment 2"]
    assert len(brought.unread) == len(odd) == source.skipped  # type: ignore[attr-defined]


def test_an_edit_comes_again_as_edited(news: News) -> None:
    source = news.source()
    news.hits = [hit(1, "Before", at=int(time.time()) + 1)]

    def edit(_: int) -> None:
        news.hits[0]["comment_text"] = "After"

    brought = look(source, times=3, between=edit)
    assert [(one.post.text, one.edited) for one in brought.received] == [
        ("Before", False),
        ("After", True),
    ]


@pytest.mark.must("11")
@pytest.mark.parametrize("gone", ["deleted", "dead"])
def test_what_is_deleted_or_hidden_is_told_once_even_if_the_search_still_has_it(
    news: News, gone: str
) -> None:
    source = news.source()
    news.hits = [hit(1), hit(2)]
    news.items = {"1": {"id": 1, gone: True}, "2": {"id": 2}}
    brought = look(source, times=2)
    assert brought.removed == ["1"]
    assert sorted(brought.texts) == ["Comment 1", "Comment 2"]
    checked = [asked for asked in news.server.asked if asked.path.startswith("/item/")]
    assert len(checked) == 2, "once an hour, not at each look"


def test_the_place_is_told_though_nothing_was_found(news: News) -> None:
    brought = look(news.source())
    assert len(brought.reached) == 1
    assert brought.texts == []


@pytest.mark.parametrize(
    ("answer", "again", "wait"),
    [
        (Answer(429, headers={"Retry-After": "17"}), True, 17.0),
        (Answer(401), False, None),
        (Answer(403, b"<html>No"), True, None),
        (Answer(500), True, None),
        (Answer(body=b'{"hits": []}', cut=True), True, None),
        (Answer(body=b"<html>"), True, None),
        (Answer(body=b"{}"), True, None),
        (Answer(body=b"[" * 200_000), True, None),
    ],
)
def test_a_search_that_fails_says_what_helps(
    news: News, answer: Answer, *, again: bool, wait: float | None
) -> None:
    news.refusal = answer
    failure = look(news.source()).failure
    assert failure is not None
    assert (failure.again, failure.wait_seconds) == (again, wait)
    assert "library" not in str(failure)


def test_the_cursor_holds_numbers_and_hashes_only(news: News) -> None:
    source = news.source()
    news.hits = [hit(123, "Bob Example is here")]
    cursor = look(source).cursor
    assert cursor is not None
    assert "123" in cursor
    assert not any(word in cursor for word in ("Bob", "alice", "library", "story"))


@pytest.mark.parametrize("cursor", ["", "17", "[]", '{"reach": {}}'])
def test_a_cursor_of_something_else_is_refused(news: News, cursor: str) -> None:
    failure = look(news.source(), cursor).failure
    assert failure is not None
    assert not failure.again


@pytest.mark.parametrize("options", [{}, {"queries": []}, {"queries": [" "]}])
def test_something_to_search_for_is_needed(options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="queries"):
        build("hackernews", "news", options)


@pytest.mark.servers
def test_every_recorded_story_and_comment_becomes_a_post() -> None:
    folder = os.environ.get("NAMEWATCH_RECORDINGS")
    if not folder:
        pytest.fail("NAMEWATCH_RECORDINGS must name the folder of recordings for this test.")
    path = Path(folder) / "hackernews" / "items_from_official_readme.json"
    items = [
        one for one in json.loads(path.read_text("utf-8")) if one["type"] in {"story", "comment"}
    ]
    posts = [
        post_of(
            {
                "objectID": one["id"],
                "created_at_i": one["time"],
                "author": one["by"],
                "title": one.get("title"),
                "story_text" if one["type"] == "story" else "comment_text": one.get("text"),
            }
        )
        for one in items
    ]
    assert len(items) >= 3
    assert [post and post.id for post in posts] == [str(one["id"]) for one in items]
