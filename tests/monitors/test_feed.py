"""A blocking loop in a thread of its own."""

import threading

import pytest

from monitors.feed import Feed, Give
from monitors.source import Received
from records.post import Post

FIRST, SECOND = (
    Received(Post(id=name, source="s", text=name), name.encode(), name) for name in ("one", "two")
)


def taken(feed: Feed) -> list[Received]:
    return [one for one in feed.receive(threading.Event()) if isinstance(one, Received)]


def give_both(give: Give) -> None:
    give(FIRST)
    give(SECOND)


@pytest.mark.must("1")
def test_a_loop_that_ends_ends_the_feed_after_all_that_it_gave() -> None:
    assert taken(Feed(give_both, lambda: None)) == [FIRST, SECOND]


def test_a_failure_of_the_loop_comes_after_all_that_it_gave() -> None:
    def run(give: Give) -> None:
        give_both(give)
        raise ConnectionError

    posts = Feed(run, lambda: None).receive(threading.Event())
    assert [next(posts), next(posts)] == [FIRST, SECOND]
    with pytest.raises(ConnectionError):
        next(one for one in posts if one is not None)


@pytest.mark.must("16")
def test_leaving_the_feed_closes_the_loop_even_while_it_waits_to_give() -> None:
    closed = threading.Event()
    ended = threading.Event()

    def run(give: Give) -> None:
        while not closed.is_set():
            give(FIRST)
        ended.set()

    posts = Feed(run, closed.set, capacity=1).receive(threading.Event())
    assert next(posts) == FIRST
    del posts
    assert ended.wait(5)
