"""Lemmy over real HTTP on the loopback, with several servers that know the same posts."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from monitors.registry import build
from monitors.source import Source
from monitors.sources import lemmy
from monitors.sources.lemmy_posts import seen_of
from records.errors import ConfigurationError
from records.post import Author, Context, Media
from tests.monitors.looking import look
from tests.servers.answering import Answer, AnsweringServer, Asked, of_json

HOME = "https://lemmy.example"


def written(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def comment(number: int, text: str | None = None, **more: Any) -> dict[str, Any]:
    said = {"id": number, "content": text or f"Comment {number}", "path": f"0.{number}"}
    said |= {"ap_id": f"{HOME}/comment/{number}", "deleted": False, "removed": False}
    said |= {"published": written(time.time() + 2 + number / 100), **more}
    thread = {"id": 1, "name": "A thread", "body": "Its first words", "ap_id": f"{HOME}/post/1"}
    creator = {"name": "alice", "display_name": "Alice", "actor_id": f"{HOME}/u/alice"}
    around = {"creator": creator, "community": {"name": "glen", "title": "The Glen"}}
    return {"comment": said, "post": thread, **around, "unknown": [{}]}


def thread(number: int, **more: Any) -> dict[str, Any]:
    said = {"id": number, "name": f"Thread {number}", "ap_id": f"{HOME}/post/{number}"}
    said |= {"published": written(time.time() + 2 + number / 100), **more}
    return {"post": said, "creator": {"name": "bob"}, "community": {"name": "glen"}}


@dataclass
class Lemmy:
    """One server's lists, the newest first, a page at a time."""

    posts: list[Any] = field(default_factory=list)
    comments: list[Any] = field(default_factory=list)
    refusal: Answer | None = None
    server: AnsweringServer = field(init=False)

    def __call__(self, asked: Asked) -> Answer:
        if self.refusal:
            return self.refusal
        limit, page = int(asked.query["limit"]), int(asked.query["page"])
        part = slice((page - 1) * limit, page * limit)
        return of_json({"posts": self.posts[::-1][part], "comments": self.comments[::-1][part]})


@pytest.fixture
def servers() -> Iterator[tuple[Lemmy, Lemmy]]:
    first, second = Lemmy(), Lemmy()
    with AnsweringServer(first) as one, AnsweringServer(second) as two:
        first.server, second.server = one, two
        yield first, second


def source_of(*servers: Lemmy, **options: object) -> Source:
    urls = [one.server.url for one in servers]
    own = {"servers": urls, "communities": ["glen@lemmy.example"], "every_seconds": 0.01}
    return build("lemmy", "lemmy", {**own, **options})


def test_new_posts_and_comments_come_once_and_in_order(servers: tuple[Lemmy, Lemmy]) -> None:
    source = source_of(servers[0])
    servers[0].comments = [comment(1, published=written(time.time() - 9000))]

    def publish(looks: int) -> None:
        servers[0].comments.append(comment(10 * looks))
        servers[0].posts.append(thread(10 * looks + 1))

    brought = look(source, times=3, between=publish)
    said = [one.post.text or one.post.context.title for one in brought.received]
    assert said == ["Comment 10", "Thread 11", "Comment 20", "Thread 21"]


def test_communities_are_listed_and_words_are_searched_for(servers: tuple[Lemmy, Lemmy]) -> None:
    look(source_of(servers[0], queries=["library"]))
    asked = [(one.path, one.query.get("type_")) for one in servers[0].server.asked]
    assert asked == [
        ("/api/v3/search", "Posts"),
        ("/api/v3/search", "Comments"),
        ("/api/v3/post/list", None),
        ("/api/v3/comment/list", None),
    ]
    assert {one.query["sort"] for one in servers[0].server.asked} == {"New"}


def test_a_comment_and_a_thread_become_posts() -> None:
    said = seen_of(comment(7, published="2026-11-20T10:00:00.123456Z"), HOME)
    assert said is not None
    assert said.post is not None
    assert said.post.url == said.post.id == f"{HOME}/comment/7"
    assert said.post.author == Author(
        id=f"{HOME}/u/alice", handle="alice@lemmy.example", name="Alice"
    )
    assert said.post.published_at == datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=UTC)
    assert said.post.context == Context(
        community="The Glen",
        title="A thread",
        parent_text="Its first words",
        root_text="Its first words",
    )
    picture = {"url": f"{HOME}/a.png", "url_content_type": "image/png", "alt_text": "A loch"}
    shown = seen_of(thread(8, **picture), HOME)
    assert shown is not None
    assert shown.post is not None
    assert shown.post.media == (Media(kind="image", url=f"{HOME}/a.png", alt="A loch"),)


def test_a_post_that_two_servers_know_comes_once(servers: tuple[Lemmy, Lemmy]) -> None:
    source = source_of(*servers)
    servers[0].comments = servers[1].comments = [comment(1)]
    servers[1].comments = [*servers[0].comments, comment(2)]
    assert look(source, times=2).texts == ["Comment 1", "Comment 2"]


@pytest.mark.parametrize("kept_after", range(1, 4))
def test_after_a_restart_anywhere_nothing_is_lost_and_nothing_comes_twice(
    servers: tuple[Lemmy, Lemmy], kept_after: int
) -> None:
    cursor = look(source_of(servers[0])).cursor
    servers[0].comments = [comment(number) for number in range(1, 5)]
    before = look(source_of(servers[0]), cursor, most=kept_after)
    after = look(source_of(servers[0]), before.cursor, times=2)
    assert before.texts + after.texts == [f"Comment {number}" for number in range(1, 5)]


def test_pages_are_read_until_what_is_known(
    servers: tuple[Lemmy, Lemmy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lemmy, "PAGE", 3)
    source = source_of(servers[0])
    servers[0].comments = [comment(number) for number in range(1, 12)]
    assert len(look(source).texts) == 11


@pytest.mark.must("11")
def test_deletions_and_removals_are_told_once(servers: tuple[Lemmy, Lemmy]) -> None:
    source = source_of(servers[0])
    servers[0].comments = [comment(1), comment(2), comment(3)]

    def take_away(_: int) -> None:
        servers[0].comments[0]["comment"] |= {"deleted": True, "content": ""}
        servers[0].comments[1]["comment"]["removed"] = True

    brought = look(source, times=3, between=take_away)
    assert brought.texts == ["Comment 1", "Comment 2", "Comment 3"]
    assert sorted(brought.removed) == [f"{HOME}/comment/1", f"{HOME}/comment/2"]


def test_an_edit_comes_again_as_edited(servers: tuple[Lemmy, Lemmy]) -> None:
    source = source_of(servers[0])
    servers[0].comments = [comment(1, "Before")]

    def edit(_: int) -> None:
        servers[0].comments[0]["comment"]["content"] = "After"

    brought = look(source, times=3, between=edit)
    assert [(one.post.text, one.edited) for one in brought.received] == [
        ("Before", False),
        ("After", True),
    ]


@pytest.mark.must("10")
def test_one_malformed_view_is_unread_once_and_the_others_come(
    servers: tuple[Lemmy, Lemmy],
) -> None:
    source = source_of(servers[0])
    odd = [17, None, {"comment": {"id": float("nan")}}, {"post": "text"}]
    servers[0].comments = [comment(1), *odd, comment(2)]
    brought = look(source, times=3)
    assert brought.texts == ["Comment 1", "Comment 2"]
    assert len(brought.unread) == len(odd) == source.skipped  # type: ignore[attr-defined]


def test_one_broken_server_does_not_stop_the_other_and_catches_up_when_mended(
    servers: tuple[Lemmy, Lemmy],
) -> None:
    source = source_of(*servers)
    servers[0].refusal = Answer(500)
    servers[1].comments = [comment(1)]
    servers[0].comments = [comment(2)]
    first = look(source)
    assert first.texts == ["Comment 1"]
    assert source.trouble == "1 of 2 servers can't be read."  # type: ignore[attr-defined]
    servers[0].refusal = None
    assert look(source, first.cursor).texts == ["Comment 2"]


@pytest.mark.parametrize(
    ("answer", "again", "wait"),
    [
        (Answer(429, headers={"Retry-After": "17"}), True, 17.0),
        (Answer(401), False, None),
        (Answer(403, b"<html>No"), True, None),
        (Answer(500), True, None),
        (Answer(body=b'{"posts": []}', cut=True), True, None),
        (Answer(body=b"<html>"), True, None),
        (Answer(body=b"{}"), True, None),
        (Answer(body=b"[" * 200_000), True, None),
    ],
)
def test_when_no_server_can_be_read_it_fails_and_says_what_helps(
    servers: tuple[Lemmy, Lemmy], answer: Answer, *, again: bool, wait: float | None
) -> None:
    servers[0].refusal = answer
    failure = look(source_of(servers[0])).failure
    assert failure is not None
    assert (failure.again, failure.wait_seconds) == (again, wait)
    assert "127.0.0.1" not in str(failure)
    assert "glen" not in str(failure)


def test_the_cursor_holds_no_words_and_no_addresses(servers: tuple[Lemmy, Lemmy]) -> None:
    source = source_of(servers[0])
    servers[0].comments = [comment(1, "Carol Example")]
    cursor = look(source).cursor
    assert cursor is not None
    assert not any(word in cursor for word in ("Carol", "alice", "lemmy", "glen", "127"))


@pytest.mark.parametrize("cursor", ["", "17", "[]", '{"reach": 3}'])
def test_a_cursor_of_something_else_is_refused(servers: tuple[Lemmy, Lemmy], cursor: str) -> None:
    failure = look(source_of(servers[0]), cursor).failure
    assert failure is not None
    assert not failure.again


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"queries": ["a"]}, "servers"),
        ({"servers": [HOME]}, "give queries or communities"),
        ({"servers": ["lemmy.example"], "queries": ["a"]}, "https://"),
    ],
)
def test_servers_and_something_to_look_at_are_needed(
    options: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        build("lemmy", "lemmy", options)
