"""What real servers said in 2026: every post in it becomes a Post."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # carries no type marker

from monitors.sources.mastodon_events import events
from monitors.sources.mastodon_posts import listed, post_of, searched


def recorded() -> Iterator[tuple[str, bytes]]:
    """Address and body of each answer that was no error and no farewell to a deleted post."""
    folder = os.environ.get("NAMEWATCH_RECORDINGS")
    if not folder:
        pytest.fail("NAMEWATCH_RECORDINGS must name the folder of recordings for this test.")
    for path in sorted((Path(folder) / "mastodon").glob("*.yaml")):
        for one in yaml.safe_load(path.read_text("utf-8"))["interactions"]:
            if one["response"]["status"]["code"] == 200 and one["request"]["method"] != "DELETE":
                body = one["response"]["body"]["string"]
                content = body.encode() if isinstance(body, str) else body
                yield one["request"]["uri"], content


def statuses(uri: str, body: bytes) -> list[Any]:
    """The posts in an answer, read as the source reads it."""
    path = uri.split("?", maxsplit=1)[0].rstrip("/")
    if "/streaming/" in path:
        told = [one for one in events([body]) if one and one.name in {"update", "status.update"}]
        return [json.loads(one.content) for one in told]
    if "/timelines/" in path or ("/accounts/" in path and path.endswith("/statuses")):
        return [one for _, one in listed(body)]
    if path.endswith("/search"):
        return [one for _, one in searched(body)]
    if "/statuses" in path and not path.endswith("/history"):
        return [json.loads(body)]
    return []


@pytest.mark.servers
def test_every_recorded_post_becomes_a_post() -> None:
    answers = list(recorded())
    found = [one for uri, body in answers for one in statuses(uri, body)]
    told = {one for _, body in answers for one in _uris(body)}
    posts = [post_of(one) for one in found]
    assert len(posts) == len(found) >= 70
    assert told <= {post.id for post in posts}
    for one, post in zip(found, posts, strict=True):
        assert post.id == one["uri"]
        assert post.text or not one["content"]
        assert "<" not in post.text
        assert post.published_at
        assert post.author.id == one["account"]["uri"]
        assert len(post.media) == len(one["media_attachments"])


def _uris(body: bytes) -> Iterator[str]:
    """The addresses of all posts anywhere in the lists of an answer."""
    try:
        content = json.loads(body)
    except ValueError:
        return
    for one in content if isinstance(content, list) else []:
        if isinstance(one, dict) and "content" in one and "uri" in one:
            yield one["uri"]
