"""What a real network said on 4 July 2026, through our own server and the real client."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from monitors.registry import build
from monitors.sources.bluesky_events import found
from monitors.sources.bluesky_place import Span
from monitors.sources.bluesky_search import Search
from monitors.sources.bluesky_session import KeptSession
from tests.monitors.reading import take
from tests.servers import real_shaped
from tests.servers.answering import of_json
from tests.servers.bluesky_account import IDENTIFIER, PASSWORD, SEARCH, AccountServer
from tests.servers.jetstream import JetstreamServer
from tests.servers.jetstream_events import Event, from_v1

LAST = Event(
    seq=1000,
    witnessed=10**16,
    payload=real_shaped.commit(1, real_shaped.post("The last of all")),
)


def recordings() -> Path:
    folder = os.environ.get("NAMEWATCH_RECORDINGS")
    if not folder:
        pytest.fail("NAMEWATCH_RECORDINGS must name the folder of recordings for this test.")
    return Path(folder) / "bluesky"


def recorded() -> list[dict[str, Any]]:
    path = recordings() / "jetstream_corpus" / "expected_v1.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.servers
@pytest.mark.parametrize("witnessed_at", [True, False])
def test_exactly_the_seventeen_recorded_posts_arrive(witnessed_at: bool) -> None:
    lines = recorded()
    posts = {
        f"at://{line['did']}/app.bsky.feed.post/{line['commit']['rkey']}": line["commit"]
        for line in lines
        if line["kind"] == "commit"
        and line["commit"]["collection"] == "app.bsky.feed.post"
        and line["commit"]["operation"] == "create"
    }
    assert (len(lines), len(posts)) == (152, 17)
    first = str(min(line["time_us"] for line in lines))
    with JetstreamServer() as server:
        server.publish([*from_v1(lines, witnessed_at=witnessed_at), LAST])
        *taken, last = take(build("bluesky", "bluesky", {"url": server.url}), first, count=18)
    assert last.post.text == "The last of all"
    assert [(one.post.id, one.post.text) for one in taken] == [
        (id_, commit["record"]["text"]) for id_, commit in posts.items()
    ]
    assert all(one.post.published_at and one.post.published_at.year == 2026 for one in taken)
    assert [json.loads(one.record)["payload"]["record"] for one in taken] == [
        commit["record"] for commit in posts.values()
    ]


@pytest.mark.servers
def test_every_post_of_the_recorded_search_is_found() -> None:
    page = json.loads((recordings() / "searchposts_devenv.json").read_text("utf-8"))
    assert len(page["posts"]) == 2
    with AccountServer() as account:
        last = {**page, "cursor": None}
        account.instead = lambda asked: of_json(last) if asked.path == SEARCH else None
        search = Search(account.url, IDENTIFIER, PASSWORD, KeptSession(None, "a test"))
        pages = list(search.pages("northwind", Span(0, 10**16)))
        search.close()
    posts = [found(view) for views in pages for view in views]
    assert [(one.id, one.text) for one in posts] == [
        (view["uri"], view["record"]["text"]) for view in page["posts"]
    ]
    assert all(one.published_at and one.author.handle for one in posts)
