"""Every video and comment in real answers of YouTube becomes a Post, through the real client."""

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from monitors.registry import build
from monitors.source import Received, Source
from tests.servers.youtube import KEY, VIDEO, YouTubeServer, thread

BEGINNING = json.dumps(
    {"from": 0, "videos": 0, "comments": 0, "day": "2026-01-01", "searches": 0, "units": 0}
)


def recorded(begin: str) -> list[dict[str, Any]]:
    folder = os.environ.get("NAMEWATCH_RECORDINGS")
    if not folder:
        pytest.fail("NAMEWATCH_RECORDINGS must name the folder of recordings for this test.")
    paths = sorted((Path(folder) / "youtube").glob(f"{begin}*.json"))
    answers = [json.loads(path.read_text("utf-8")) for path in paths]
    return [one for one in answers if "items" in one]


def one_look(source: Source) -> list[Received]:
    stop, came = threading.Event(), []
    for one in source.receive(BEGINNING, stop):
        came.extend([one] if isinstance(one, Received) else [])
        if one is None:
            stop.set()
    assert source.skipped == 0  # type: ignore[attr-defined]
    return came


@pytest.mark.servers
def test_every_recorded_video_arrives() -> None:
    answers = [
        one for one in recorded("search") if all("videoId" in found["id"] for found in one["items"])
    ]
    expected = {found["id"]["videoId"] for one in answers for found in one["items"]}
    assert (len(answers), len(expected)) >= (6, 50)
    came = set()
    with YouTubeServer() as server:
        for answer in answers:
            server.videos = answer["items"]
            source = build(
                "youtube", "our tube", {"api_key": KEY, "url": server.url, "queries": ["a"]}
            )
            came |= {one.post.id for one in one_look(source)}
    assert came == expected


@pytest.mark.servers
def test_every_recorded_comment_arrives() -> None:
    threads = [found for one in recorded("comment_threads") for found in one["items"]]
    answers = [found for one in recorded("comments") for found in one["items"]]
    firsts = [one["snippet"]["topLevelComment"] for one in threads]
    within = [one for found in threads for one in found.get("replies", {}).get("comments", [])]
    expected = {
        one["id"]: one["snippet"].get("textOriginal") or one["snippet"]["textDisplay"]
        for one in (*firsts, *within, *answers)
    }
    assert len(expected) >= 15
    with YouTubeServer() as server:
        server.threads = {VIDEO: [*threads, thread(firsts[0], *answers)]}
        source = build(
            "youtube", "our tube", {"api_key": KEY, "url": server.url, "videos": [VIDEO]}
        )
        came = {one.post.id: one.post.text for one in one_look(source)}
    assert came == expected
