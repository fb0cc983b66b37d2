"""What the real Reddit said over the years, through our own server and the real client."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from monitors.registry import build
from monitors.sources.reddit_posts import post_of
from tests.monitors.reading import take
from tests.servers.reddit import RedditServer

Recorded = tuple[str, list[dict[str, Any]]]


def recorded() -> list[Recorded]:
    """The listings that hold comments or submissions, with the path each was asked for."""
    folder = os.environ.get("NAMEWATCH_RECORDINGS")
    if not folder:
        pytest.fail("NAMEWATCH_RECORDINGS must name the folder of recordings for this test.")
    listings: list[Recorded] = []
    for path in sorted((Path(folder) / "reddit").glob("*.json")):
        for one in json.loads(path.read_text("utf-8"))["interactions"]:
            try:
                answer = json.loads(one["response"]["body"].get("string", ""))
            except ValueError:
                continue
            for listing in answer if isinstance(answer, list) else [answer]:
                told = listing.get("data")
                children = told.get("children", []) if isinstance(told, dict) else []
                things = [child for child in children if child["kind"] in {"t1", "t3"}]
                if things:
                    listings.append((urlsplit(one["request"]["uri"]).path, things))
    return listings


@pytest.mark.servers
def test_every_recorded_comment_and_submission_becomes_a_post() -> None:
    things = [thing for _, shown in recorded() for thing in shown]
    posts = [post_of(thing) for thing in things]
    assert len(posts) > 400
    assert [post.id for post in posts] == [thing["data"]["name"] for thing in things]
    for post, thing in zip(posts, things, strict=True):
        told = thing["data"]
        assert post.text == (told["body"] if thing["kind"] == "t1" else told["selftext"])
        assert post.context.title == told.get("link_title", told.get("title"))
        assert post.published_at is not None
        assert post.published_at.timestamp() == told["created_utc"]
        assert post.url


@pytest.mark.servers
def test_every_recorded_listing_of_a_subreddit_arrives_whole() -> None:
    counted = 0
    for path, things in recorded():
        if not path.endswith(("/comments/", "/new")) or "all" in path:
            continue
        times = [thing["data"]["created_utc"] for thing in things]
        told = {"kind": "Listing", "data": {"children": things, "after": None}}
        with RedditServer() as server:
            server.answers["/r/Recorded/comments/"] = json.dumps(told).encode()
            options = server.options | {"subreddits": ["Recorded"]}
            since = json.dumps({"until": {"any": min(times)}, "known": []})
            taken = take(build("reddit", "reddit", options), since, count=len(things), seconds=30)
        assert [one.post.id for one in taken] == [one["data"]["name"] for one in reversed(things)]
        assert [json.loads(one.record) for one in taken] == things[::-1]
        counted += len(taken)
    assert counted > 300
