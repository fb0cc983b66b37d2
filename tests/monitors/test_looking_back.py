"""A source that is only looked back over ends where the present begins, or where it fails."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from monitors.errors import SourceError
from monitors.looking_back import MOST_OLD, RECENT, LookingBack, cursor_since
from monitors.source import Arrival, Reached, Received
from records.post import Post
from tests.monitors.reading import eventually, in_background

BEGAN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OLD, YOUNG = BEGAN - timedelta(days=3), BEGAN + timedelta(minutes=1)
Told = Callable[[str | None], Iterator[Arrival | None]]


@dataclass
class Telling:
    """A source that gives what a test says, and notes whether it was let go of."""

    told: Told
    name: str = "practice"
    closed: int = 0
    asked: list[str | None] = field(default_factory=list)

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        self.asked.append(cursor)
        try:
            yield from self.told(cursor)
        finally:
            self.closed += 1


def arrival(number: int, at: datetime | None = OLD) -> Received:
    post = Post(id=str(number), source="practice", text="A lovely evening.", published_at=at)
    return Received(post, b"{}", str(number))


def read(source: LookingBack, cursor: str | None = "0") -> list[Arrival]:
    return [one for one in source.receive(cursor, threading.Event()) if one is not None]


def test_it_ends_when_the_source_has_said_for_long_enough_that_nothing_is_there() -> None:
    def told(_: str | None) -> Iterator[Arrival | None]:
        yield arrival(1)
        yield None  # a pause of its own, after which more comes
        yield arrival(2)
        while True:
            yield None

    source = Telling(told)
    back = LookingBack(source, BEGAN, settles_seconds=0.1)
    assert [one.cursor for one in read(back)] == ["1", "2"]
    assert source.closed == 1


def test_a_source_that_tells_its_place_after_every_look_ends_as_soon() -> None:
    def told(_: str | None) -> Iterator[Arrival | None]:
        yield arrival(1)
        for number in itertools.count():
            time.sleep(0.01)
            yield Reached(f"place {number}")
            yield None

    back = LookingBack(Telling(told), BEGAN, settles_seconds=0.1)
    came = read(back)
    assert [one.cursor for one in came if isinstance(one, Received)] == ["1"]
    assert len(came) < 100


def test_a_stream_that_is_never_still_ends_once_its_posts_are_younger_than_the_sweep() -> None:
    given = 0

    def told(_: str | None) -> Iterator[Arrival | None]:
        nonlocal given
        while True:
            given += 1
            yield arrival(given, OLD if given <= 1000 else YOUNG)

    read(LookingBack(Telling(told), BEGAN))
    assert given == 1000 + RECENT - MOST_OLD


def test_a_post_that_claims_to_be_of_the_future_ends_nothing() -> None:
    def told(_: str | None) -> Iterator[Arrival | None]:
        for number in range(1, 1001):
            yield arrival(number, YOUNG if number % 5 else OLD)

    assert len(read(LookingBack(Telling(told), BEGAN))) == 1000


def test_a_failure_is_tried_again_while_the_source_gets_on_and_no_longer() -> None:
    def told(cursor: str | None) -> Iterator[Arrival | None]:
        if cursor == "0":
            yield arrival(1)
        raise SourceError("The platform broke off.")

    source = Telling(told)
    back = LookingBack(source, BEGAN)
    faults = []
    for cursor in ("0", "1", "1", "1", "1", "1"):
        with pytest.raises(SourceError) as fault:
            read(back, cursor)
        faults.append(fault.value)
    assert [fault.again for fault in faults] == [True, True, True, True, False, False]
    assert str(faults[4]) == "The platform broke off."
    assert len(source.asked) == 5


def test_a_wait_until_tomorrow_ends_the_sweep_of_this_source() -> None:
    def told(_: str | None) -> Iterator[Arrival | None]:
        raise SourceError("All is spent.", wait_seconds=40_000)
        yield

    with pytest.raises(SourceError, match="All is spent") as fault:
        read(LookingBack(Telling(told), BEGAN))
    assert not fault.value.again


def test_a_source_that_does_not_say_from_where_to_read_cannot_look_back() -> None:
    source = Telling(lambda _: iter(()))
    assert cursor_since(source, OLD) is None
    source.cursor_since = lambda moment: moment.isoformat()  # type: ignore[attr-defined]
    assert cursor_since(source, OLD) == OLD.isoformat()


def test_it_stops_when_it_is_told_to() -> None:
    stop = threading.Event()

    def told(_: str | None) -> Iterator[Arrival | None]:
        while not stop.wait(0.01):
            yield None

    back = LookingBack(Telling(told), BEGAN, settles_seconds=60)

    def drain() -> None:
        for _ in back.receive(None, stop):
            pass

    thread = in_background(drain)
    stop.set()
    eventually(lambda: not thread.is_alive())
