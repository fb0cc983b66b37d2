"""Every post in real answers of X becomes a Post, through our own server and the real client."""

import gzip
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from monitors.registry import build
from monitors.source import Received
from tests.servers.x import TOKEN, XServer


def recorded() -> list[bytes]:
    """The bodies that hold posts, compressed as they were sent."""
    folder = os.environ.get("NAMEWATCH_RECORDINGS")
    if not folder:
        pytest.fail("NAMEWATCH_RECORDINGS must name the folder of recordings for this test.")
    return [
        body
        for path in sorted((Path(folder) / "x").glob("*.yaml"))
        for one in yaml.safe_load(path.read_text("utf-8"))["interactions"]
        if posts_in(body := compressed(one["response"]["body"]["string"]))
    ]


def compressed(body: str | bytes) -> bytes:
    return gzip.compress(body.encode()) if isinstance(body, str) else body


def posts_in(body: bytes) -> list[dict[str, Any]]:
    found = json.loads(gzip.decompress(body)).get("data", [])
    found = found if isinstance(found, list) else [found]
    return [one for one in found if "text" in one]


def as_list(body: bytes) -> bytes:
    """A look-up of one post has no list; a search always has."""
    whole = json.loads(gzip.decompress(body))
    if isinstance(whole["data"], list):
        return body
    return gzip.compress(json.dumps({**whole, "data": [whole["data"]]}).encode())


@pytest.mark.servers
def test_every_recorded_post_arrives() -> None:
    bodies = recorded()
    expected: dict[str, str] = {one["id"]: one["text"] for body in bodies for one in posts_in(body)}
    assert len(bodies) >= 9
    assert len(expected) >= 30
    came: dict[str, str] = {}
    with XServer() as server:
        options = {"bearer_token": TOKEN, "queries": ["a"], "url": server.url, "dollars_a_day": 99}
        for body in map(as_list, bodies):
            kind = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
            server.next_answers.append((200, kind, body))
            source, stop = build("x", "our x", options), threading.Event()
            for one in source.receive(None, stop):
                if isinstance(one, Received):
                    came[one.post.url or ""] = one.post.text
                if one is None:
                    stop.set()
            assert source.skipped == 0  # type: ignore[attr-defined]
    assert came == {f"https://x.com/i/web/status/{id_}": text for id_, text in expected.items()}
