"""Links to posts are known for what they are, and what stands there is read where anybody may."""

import json

import pytest
import requests

from monitors.answer import WHOLE
from monitors.errors import SourceError
from monitors.links import Apis, Found, Link, find, known_link, links_in
from monitors.web import session
from tests.servers.answering import Answer, AnsweringServer, of_json

DID = "did:plc:inventedinventedinvented"


@pytest.mark.parametrize(
    ("url", "source", "id_"),
    [
        (f"https://bsky.app/profile/{DID}/post/3kabc", "bluesky",
         f"at://{DID}/app.bsky.feed.post/3kabc"),
        ("https://bsky.app/profile/angry.example/post/3kabc", "bluesky", None),
        ("https://news.ycombinator.com/item?id=123", "hackernews", "123"),
        ("https://x.com/angry/status/17?s=20", "x", "17"),
        ("https://twitter.com/i/web/status/17", "x", "17"),
        ("https://mobile.twitter.com/angry/status/17/photo/1", "x", "17"),
        ("https://www.reddit.com/r/scotland/comments/abc12/a_title/", "reddit", "t3_abc12"),
        ("https://old.reddit.com/r/scotland/comments/abc12/a_title/def34/?context=3", "reddit",
         "t1_def34"),
        ("https://redd.it/abc12", "reddit", "t3_abc12"),
        ("https://www.youtube.com/watch?v=abcdefghijk", "youtube", "abcdefghijk"),
        ("https://youtu.be/abcdefghijk?t=5", "youtube", "abcdefghijk"),
        ("https://www.youtube.com/watch?v=abcdefghijk&lc=UgxComment", "youtube", "UgxComment"),
        ("https://social.example/@angry/112233445566", "mastodon", None),
        ("https://social.example/@angry@other.example/112233445566", "mastodon", None),
        ("https://social.example/users/angry/statuses/112233445566", "mastodon",
         "https://social.example/users/angry/statuses/112233445566"),
        ("https://lemmy.example/post/77", "lemmy", None),
        ("https://lemmy.example/comment/78", "lemmy", None),
    ],
)  # fmt: skip
def test_a_link_is_known_by_its_form(url: str, source: str, id_: str | None) -> None:
    link = known_link(url)
    assert link
    assert (link.source, link.id) == (source, id_)


@pytest.mark.parametrize(
    "url",
    [
        "https://forum.example/thread/7",
        "https://x.com/angry",
        "https://x.com.evil.example/angry/status/17",
        "https://bsky.app/profile/angry.example",
        "https://user:secret@bsky.app/profile/a.example/post/3k",
        "ftp://news.ycombinator.com/item?id=1",
        "https://news.ycombinator.com/item?id=1e5",
        "https://[broken/post/1",
        "javascript:alert(1)",
        "",
    ],
)
def test_any_other_page_is_not(url: str) -> None:
    assert known_link(url) is None


def test_a_lemmy_comment_below_a_post_is_asked_for_by_its_own_number() -> None:
    link = known_link("https://lemmy.example/post/77/78")
    assert link
    assert (link.asked, link.params) == ("https://lemmy.example/api/v3/comment", (("id", "78"),))


def test_a_bluesky_post_is_read_with_the_one_it_answers() -> None:
    thread = {
        "thread": {
            "post": view("3kabc", "An answer"),
            "parent": {"post": view("3kaaa", "A question")},
        }
    }
    with AnsweringServer(lambda _: of_json(thread)) as server:
        found = looked_up(f"https://bsky.app/profile/{DID}/post/3kabc", Apis(bluesky=server.url))
        assert server.asked[0].path == "/xrpc/app.bsky.feed.getPostThread"
        assert server.asked[0].query["uri"] == f"at://{DID}/app.bsky.feed.post/3kabc"
    assert found
    post = found[0]
    assert (post.id, post.source) == (f"at://{DID}/app.bsky.feed.post/3kabc", "bluesky")
    assert (post.text, post.context.parent_text) == ("An answer", "A question")
    assert post.author.handle == "angry.example"


def view(rkey: str, text: str) -> dict[str, object]:
    return {
        "uri": f"at://{DID}/app.bsky.feed.post/{rkey}",
        "author": {"did": DID, "handle": "angry.example"},
        "record": {
            "$type": "app.bsky.feed.post",
            "text": text,
            "createdAt": "2026-11-22T10:00:00Z",
        },
        "indexedAt": "2026-11-22T10:00:01Z",
    }


def test_a_hacker_news_comment_is_read() -> None:
    told = {"id": 123, "type": "comment", "by": "angry", "text": "One<p>Two", "time": 1795000000}
    with AnsweringServer(lambda _: of_json(told)) as server:
        found = looked_up("https://news.ycombinator.com/item?id=123", Apis(hackernews=server.url))
        assert server.asked[0].path == "/v0/item/123.json"
    assert found
    assert (found[0].id, found[0].text) == ("123", "One\nTwo")
    record, came = found[2].part(found[1])
    assert json.loads(record) == told
    assert (came["status"], came["bytes"]) == (200, WHOLE)


def test_a_deleted_one_is_not_there() -> None:
    told = {"id": 123, "type": "comment", "deleted": True}
    with AnsweringServer(lambda _: of_json(told)) as server:
        url = "https://news.ycombinator.com/item?id=123"
        assert looked_up(url, Apis(hackernews=server.url)) is None


def test_a_lemmy_post_is_read() -> None:
    with AnsweringServer(lambda _: Answer(404)) as server:
        told = {
            "post_view": {
                "post": {
                    "id": 77,
                    "name": "A title",
                    "body": "Words",
                    "ap_id": f"{server.url}/post/77",
                },
                "creator": {"name": "angry"},
            }
        }
        server.answer = lambda _: of_json(told)
        found = looked_up(f"{server.url}/post/77")
    assert found
    assert (found[0].source, found[0].text, found[0].context.title) == ("lemmy", "Words", "A title")


def test_a_private_mastodon_post_is_not_there_for_everybody() -> None:
    with AnsweringServer(lambda _: Answer(404)) as server:
        server.answer = lambda _: of_json(status(server.url, server.url, visibility="private"))
        assert looked_up(f"{server.url}/@angry/12345") is None


def test_another_servers_post_is_believed_from_that_server_alone() -> None:
    with AnsweringServer(lambda _: Answer(404)) as home, AnsweringServer(lambda _: Answer()) as odd:
        odd.answer = lambda _: of_json(status(home.url, odd.url, content="<p>Made up</p>"))
        made_up = looked_up(f"{odd.url}/@angry@home/12345")
        home.answer = lambda _: of_json(status(home.url, home.url, content="<p>Said</p>"))
        said = looked_up(f"{odd.url}/@angry@home/12345")
    assert made_up
    assert said
    assert made_up[0].id != said[0].id
    assert (made_up[0].text, said[0].text) == ("Made up", "Said")


def status(home: str, shown_by: str, **more: object) -> dict[str, object]:
    return {
        "id": "12345",
        "uri": f"{home}/users/angry/statuses/12345",
        "url": f"{shown_by}/@angry/12345",
        "visibility": "public",
        "content": "<p>Words</p>",
        "account": {"acct": "angry"},
    } | more


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404),
        Answer(403, b"<html>no</html>"),
        Answer(400, b'{"error": "NotFound"}'),
        Answer(200, b"<html>a shop</html>"),
        Answer(200, b"[" * 200_000),
        of_json([]),
        of_json({"thread": {"post": {"author": 7, "record": []}}}),
        of_json(None),
    ],
)
def test_what_is_no_post_is_none(answer: Answer) -> None:
    with AnsweringServer(lambda _: answer) as server:
        apis = Apis(bluesky=server.url, hackernews=server.url)
        for url in (
            f"https://bsky.app/profile/{DID}/post/3kabc",
            "https://news.ycombinator.com/item?id=123",
            f"{server.url}/@angry/12345",
            f"{server.url}/post/77",
        ):
            assert looked_up(url, apis) is None


@pytest.mark.parametrize("status_", [429, 500, 503])
def test_a_platform_that_can_not_answer_now_is_to_be_asked_again(status_: int) -> None:
    with AnsweringServer(lambda _: Answer(status_)) as server, pytest.raises(SourceError) as told:
        looked_up(f"{server.url}/@angry/12345")
    assert told.value.again


def test_a_platform_that_needs_an_account_is_not_asked() -> None:
    def nobody(_: requests.PreparedRequest) -> requests.PreparedRequest:
        raise AssertionError

    asking = session()
    asking.auth = nobody
    assert find(Link("x", "17"), asking) is None


def looked_up(url: str, apis: Apis | None = None) -> Found | None:
    link = known_link(url, apis)
    assert link
    return find(link, session())


def test_links_in_a_text_are_found_once_and_without_what_stands_around_them() -> None:
    text = (
        "See https://one.example/a?b=1, (https://two.example/x) and <https://three.example/>.\n"
        "Again https://one.example/a?b=1! no link: http:// or www.four.example"
    )
    assert list(links_in(text)) == [
        "https://one.example/a?b=1",
        "https://two.example/x",
        "https://three.example/",
    ]


def test_outlooks_wrapping_is_taken_off() -> None:
    wrapped = (
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fx.com%2Fangry%2Fstatus"
        "%2F17&data=05%7C02%7Csomebody%40slo.example&reserved=0"
    )
    assert list(links_in(wrapped)) == ["https://x.com/angry/status/17"]
    strange = "https://eur01.safelinks.protection.outlook.com/?url=javascript%3Aalert(1)"
    assert list(links_in(strange)) == [strange]
