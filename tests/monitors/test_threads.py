"""The posts around a post, and whether it still stands: asked where anybody may ask."""

import json
from collections.abc import Iterator
from hashlib import sha256

import pytest
import requests

from monitors.errors import SourceError
from monitors.links import Apis, Link, known_link
from monitors.public_web import public_session
from monitors.standing import Stands, standing
from monitors.threads import thread
from tests.servers.answering import Answer, AnsweringServer, Asked, of_json

BLUESKY = "https://bsky.app/profile/did:plc:a/post/3k"
GONE = Stands(None, gone=True)


class Platform(AnsweringServer):
    """Answers by path; everything else is not there."""

    def __init__(self) -> None:
        super().__init__(lambda asked: self.answers.get(asked.path, Answer(404)))
        self.answers: dict[str, Answer] = {}

    def session(self) -> requests.Session:
        port = int(self.url.rpartition(":")[2])
        return public_session(deadline_seconds=5, most_bytes=10_000, loopback_ports=(port,))

    def link(self, url: str) -> Link:
        found = known_link(url.replace("HERE", self.url), Apis(self.url, self.url))
        assert found
        return found

    def thread(self, url: str) -> list[dict[str, object]]:
        made = thread(self.link(url), self.session(), hackernews_url=self.url)
        assert made is not None
        return list(json.loads(made))


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as server:
        yield server


def asked(platform: Platform) -> list[Asked]:
    assert not any("Referer" in one.headers or "Cookie" in one.headers for one in platform.asked)
    return platform.asked


def test_bluesky_is_asked_for_the_whole_thread_and_its_answer_is_kept_word_for_word(
    platform: Platform,
) -> None:
    body = b'{"thread":  {"post": {"uri": "at://x"}}}'
    path = "/xrpc/app.bsky.feed.getPostThread"
    platform.answers[path] = Answer(body=body, headers={"Date": "today", "X-Odd": "1"})
    (kept,) = platform.thread(BLUESKY)
    assert kept["body"] == body.decode()
    assert kept["sha256"] == sha256(body).hexdigest()
    assert kept["status"] == 200
    assert str(kept["asked"]).startswith(f"{platform.url}{path}?uri=at")
    assert "X-Odd" not in str(kept["headers"])
    assert (asked(platform)[0].query["depth"], asked(platform)[0].query["parentHeight"]) == (
        "6",
        "80",
    )


def test_a_comment_on_hacker_news_comes_with_the_whole_story(platform: Platform) -> None:
    platform.answers |= {
        "/items/42": of_json({"id": 42, "story_id": 7}),
        "/items/7": of_json({"id": 7, "children": []}),
    }
    kept = platform.thread("https://news.ycombinator.com/item?id=42")
    assert [str(one["asked"]).rpartition("/")[2] for one in kept] == ["42", "7"]


def test_mastodon_is_asked_for_the_context(platform: Platform) -> None:
    platform.answers["/api/v1/statuses/12345/context"] = of_json({"ancestors": []})
    (kept,) = platform.thread("HERE/@angry/12345")
    assert kept["body"] == '{"ancestors": []}'


def test_a_comment_on_lemmy_comes_with_its_post_and_its_branch(platform: Platform) -> None:
    comment = {"comment_view": {"comment": {"id": 9, "post_id": 3, "path": "0.5.9"}}}
    platform.answers |= {
        "/api/v3/comment": of_json(comment),
        "/api/v3/post": of_json({"post_view": {}}),
        "/api/v3/comment/list": of_json({"comments": []}),
    }
    assert len(platform.thread("HERE/comment/9")) == 3
    branch = asked(platform)[2].query
    assert (branch["post_id"], branch["parent_id"]) == ("3", "5")


def test_a_part_that_is_too_large_is_said_and_the_others_are_kept(platform: Platform) -> None:
    platform.answers |= {
        "/items/42": of_json({"id": 42, "story_id": 7}),
        "/items/7": of_json({"id": 7, "children": "x" * 20_000}),
    }
    kept = platform.thread("https://news.ycombinator.com/item?id=42")
    assert kept[1]["failed"] == "The answer of The platform is larger than it may be."


@pytest.mark.parametrize("status", [429, 500])
def test_a_platform_that_can_not_answer_is_a_fault_and_no_empty_thread(
    platform: Platform, status: int
) -> None:
    platform.answers["/api/v1/statuses/12345/context"] = Answer(status)
    with pytest.raises(SourceError):
        thread(platform.link("HERE/@angry/12345"), platform.session())


@pytest.mark.parametrize("url", ["https://x.com/a/status/1", "HERE/@angry/12345"])
def test_what_is_told_to_nobody_has_no_thread(platform: Platform, url: str) -> None:
    assert thread(platform.link(url), platform.session()) is None


STATUS = {
    "id": "12345",
    "uri": "HERE/users/a/statuses/12345",
    "content": "as it was",
    "account": {},
}


@pytest.mark.parametrize(
    ("url", "answers", "says"),
    [
        ("HERE/@angry/12345", {}, GONE),
        ("HERE/@angry/12345", {"/api/v1/statuses/12345": Answer(410)}, GONE),
        ("HERE/@angry/12345", {"/api/v1/statuses/12345": Answer(403, b"{}")}, Stands(None)),
        ("https://news.ycombinator.com/item?id=4", {"/v0/item/4.json": of_json(None)}, GONE),
        (
            "https://news.ycombinator.com/item?id=4",
            {"/v0/item/4.json": of_json({"id": 4, "deleted": True})},
            GONE,
        ),
        (
            BLUESKY,
            {
                "/xrpc/app.bsky.feed.getPostThread": of_json({"error": "NotFound"}, status=400),
            },
            GONE,
        ),
        (
            BLUESKY,
            {
                "/xrpc/app.bsky.feed.getPostThread": of_json(
                    {"thread": {"$type": "app.bsky.feed.defs#blockedPost"}}
                )
            },
            Stands(None),
        ),
        (
            "HERE/post/3",
            {"/api/v3/post": of_json({"error": "couldnt_find_post"}, status=400)},
            GONE,
        ),
        (
            "HERE/post/3",
            {"/api/v3/post": of_json({"post_view": {"post": {"id": 3, "removed": True}}})},
            GONE,
        ),
        ("https://x.com/a/status/1", {}, None),
    ],
)
def test_whether_a_post_still_stands(
    platform: Platform, url: str, answers: dict[str, Answer], says: Stands | None
) -> None:
    platform.answers |= answers
    assert standing(platform.link(url), platform.session()) == says
    asked(platform)


def test_a_post_that_stands_is_told_as_it_reads_now(platform: Platform) -> None:
    status = json.loads(json.dumps(STATUS).replace("HERE", platform.url))
    platform.answers["/api/v1/statuses/12345"] = of_json(status)
    stands = standing(platform.link("HERE/@angry/12345"), platform.session())
    assert stands
    assert stands.post
    assert stands.post.text == "as it was"
