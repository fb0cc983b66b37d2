"""Every source is read on its own, and nothing that was read gets lost."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from monitors.backoff import Backoff
from monitors.errors import SourceError
from monitors.registry import build
from monitors.runner import Limits, Runner, SourceStatus, State
from monitors.source import Arrival, Received, Source
from records.errors import ConfigurationError
from records.post import Post
from tests.monitors.reading import eventually
from tests.servers import real_shaped
from tests.servers.jetstream import JetstreamServer

QUICK = Limits(linger_seconds=0.02, first_wait_seconds=0.01, longest_wait_seconds=0.04)


def received(number: int) -> Received:
    post = Post(id=f"p{number}", source="scripted", text=f"secret words {number}")
    return Received(post, post.text.encode(), str(number))


def longer(things: Sequence[object], count: int) -> bool:
    return len(things) > count


def numbers(batch: Sequence[Arrival]) -> list[int]:
    return [int(one.cursor) for one in batch]


@dataclass
class Scripted:
    """A source of the numbers after the cursor; what it does at a number is written in `script`.

    An error is raised once, before the number is given; a number of seconds is waited.
    """

    name: str = "scripted"
    until: int = 10
    script: dict[int, Exception | float] = field(default_factory=dict)
    endless: bool = False
    began: list[tuple[str | None, float]] = field(default_factory=list)
    given: int = 0

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Received | None]:
        self.began.append((cursor, time.monotonic()))
        for number in range(int(cursor or 0) + 1, self.until + 1):
            match self.script.pop(number, None):
                case Exception() as error:
                    raise error
                case float() as seconds:
                    stop.wait(seconds)
            self.given += 1
            yield received(number)
        while self.endless and not stop.wait(0.01):
            yield None


@dataclass
class AlwaysFailing:
    """A source that never gives anything."""

    error: Exception
    name: str = "failing"
    tries: list[float] = field(default_factory=list)

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Received | None]:
        self.tries.append(time.monotonic())
        yield from ()
        raise self.error


@dataclass
class Sink:
    """Keeps what it is given and the cursors, as the real one does in one transaction."""

    refuse: Callable[[str, list[int]], bool] = lambda *_: False
    takes_seconds: float = 0.0
    at_most: int | None = None
    offered: list[tuple[str, list[int]]] = field(default_factory=list)
    kept: dict[str, list[int]] = field(default_factory=dict)
    kept_at: list[float] = field(default_factory=list)

    def __call__(self, name: str, batch: Sequence[Arrival]) -> int | None:
        self.offered.append((name, numbers(batch)))
        time.sleep(self.takes_seconds)
        if self.refuse(name, numbers(batch)):
            raise OSError("the disk is full of secret words")
        self.kept.setdefault(name, []).extend(numbers(batch)[: self.at_most])
        self.kept_at.append(time.monotonic())
        return None if self.at_most is None else min(self.at_most, len(batch))

    def cursor(self, name: str) -> str | None:
        kept = self.kept.get(name)
        return str(kept[-1]) if kept else None


class Watched:
    """A running runner, with everything that it reported."""

    def __init__(self, sources: Sequence[Source], sink: Sink, limits: Limits) -> None:
        self.reports: list[SourceStatus] = []
        self.sink = sink
        self.runner = Runner(
            sources, sink.cursor, sink, self.reports.append, limits=limits, chance=random.Random(7)
        )

    def status(self, name: str) -> SourceStatus:
        return next(one for one in self.runner.statuses() if one.name == name)

    def states(self, name: str) -> list[State]:
        return [one.state for one in self.reports if one.name == name]

    def wait_for(self, name: str, state: State) -> SourceStatus:
        eventually(lambda: self.status(name).state is state)
        return self.status(name)


@contextmanager
def watching(
    *sources: Source, sink: Sink | None = None, limits: Limits = QUICK
) -> Iterator[Watched]:
    watched = Watched(sources, sink or Sink(), limits)
    watched.runner.start()
    yield watched
    assert watched.runner.stop(10), "every thread comes to rest"


def test_everything_is_handed_on_in_order_and_the_end_is_told() -> None:
    with watching(Scripted(until=1000)) as watched:
        status = watched.wait_for("scripted", State.FINISHED)
    assert watched.sink.kept == {"scripted": list(range(1, 1001))}
    assert watched.states("scripted") == [State.STARTING, State.WATCHING, State.FINISHED]
    assert status.received == 1000
    assert status.last_received_at is not None
    assert status.sentence == "Everything in it has been read."


def test_a_batch_is_no_longer_than_its_limit() -> None:
    with watching(Scripted(until=1000)) as watched:
        watched.wait_for("scripted", State.FINISHED)
    assert max(len(batch) for _, batch in watched.sink.offered) <= 200
    assert len(watched.sink.offered) < 100, "posts are handed on together, not one by one"


def test_a_lone_post_is_handed_on_soon_though_the_source_goes_quiet() -> None:
    source = Scripted(until=2, script={2: 3.0})
    with watching(source, limits=Limits()) as watched:
        eventually(lambda: watched.sink.kept == {"scripted": [1]})
        assert watched.sink.kept_at[0] - source.began[0][1] < 0.2 + 0.3


def test_reading_begins_at_the_cursor_that_was_kept() -> None:
    source = Scripted(until=10)
    with watching(source, sink=Sink(kept={"scripted": [6]})) as watched:
        watched.wait_for("scripted", State.FINISHED)
    assert source.began[0][0] == "6"
    assert watched.sink.kept["scripted"] == [6, 7, 8, 9, 10]


@pytest.mark.must("16")
@pytest.mark.parametrize(
    "error", [SourceError("The platform closed."), ValueError("secret words"), OSError("secret")]
)
def test_after_a_failure_anywhere_nothing_is_lost_or_told_twice(error: Exception) -> None:
    source = Scripted(until=30, script={1: error, 2: error, 17: error, 30: error})
    with watching(source) as watched:
        watched.wait_for("scripted", State.FINISHED)
    assert watched.sink.kept["scripted"] == list(range(1, 31))
    assert len(source.began) == 5
    assert State.TRYING_AGAIN in watched.states("scripted")


def test_the_sentence_of_a_failure_is_reported() -> None:
    with watching(AlwaysFailing(SourceError("The platform can't be reached."))) as watched:
        status = watched.wait_for("failing", State.TRYING_AGAIN)
    assert status.sentence == "The platform can't be reached. Trying again."


def test_a_fault_in_a_source_is_told_by_its_kind_alone(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), watching(AlwaysFailing(KeyError("secret"))) as watched:
        status = watched.wait_for("failing", State.TRYING_AGAIN)
    assert status.sentence == "An unexpected fault came up (KeyError). Trying again."
    assert "secret" not in caplog.text


def test_one_failing_source_leaves_the_others_alone() -> None:
    failing = AlwaysFailing(SystemError("broken"))
    with watching(failing, Scripted(until=500)) as watched:
        watched.wait_for("scripted", State.FINISHED)
        assert watched.sink.kept["scripted"] == list(range(1, 501))
        assert watched.status("failing").state is State.TRYING_AGAIN


@pytest.mark.must("8")
def test_a_source_that_needs_attention_is_not_tried_again() -> None:
    failing = AlwaysFailing(SourceError("Sign in again.", again=False))
    with watching(failing) as watched:
        status = watched.wait_for("failing", State.NEEDS_ATTENTION)
        time.sleep(0.1)
        assert len(failing.tries) == 1
    assert status.sentence == "Sign in again."


def test_what_came_before_it_needed_attention_is_handed_on() -> None:
    source = Scripted(until=9, script={6: SourceError("Sign in again.", again=False)})
    with watching(source) as watched:
        watched.wait_for("scripted", State.NEEDS_ATTENTION)
        eventually(lambda: watched.sink.kept == {"scripted": [1, 2, 3, 4, 5]})


@pytest.mark.must("3")
def test_tries_are_spaced_wider_and_wider() -> None:
    failing = AlwaysFailing(SourceError("Closed."))
    limits = Limits(first_wait_seconds=0.02, longest_wait_seconds=0.16)
    with watching(failing, limits=limits):
        eventually(lambda: len(failing.tries) >= 5)
    waits = [
        later - sooner for sooner, later in zip(failing.tries, failing.tries[1:], strict=False)
    ]
    assert all(
        wait >= 0.5 * whole for wait, whole in zip(waits, [0.02, 0.04, 0.08, 0.16], strict=False)
    )


def test_waits_double_up_to_the_longest_with_chance_in_them() -> None:
    backoff = Backoff(1.0, 60.0, random.Random(1))
    waits = [backoff.next_wait() for _ in range(100)]
    wholes = [min(60.0, 2.0**tries) for tries in range(100)]
    assert all(whole / 2 <= wait <= whole for wait, whole in zip(waits, wholes, strict=True))
    assert len(set(waits)) == 100
    backoff.start_over()
    assert backoff.next_wait() <= 1.0


def test_after_a_healthy_time_waiting_begins_small_again() -> None:
    script: dict[int, Exception | float] = {
        number: SourceError("Closed.") for number in range(1, 6)
    }
    source = Scripted(until=20, script=script)
    limits = Limits(
        linger_seconds=0.0,
        first_wait_seconds=0.001,
        longest_wait_seconds=30.0,
        healthy_after_seconds=0.0,
    )
    with watching(source, limits=limits) as watched:
        watched.wait_for("scripted", State.FINISHED)
    assert len(source.began) == 6
    assert source.began[-1][1] - source.began[0][1] < 1.0


def test_a_batch_that_is_refused_is_given_again_unchanged() -> None:
    refusals = iter([True, True, True])
    sink = Sink(refuse=lambda *_: next(refusals, False))
    with watching(Scripted(until=300), sink=sink) as watched:
        watched.wait_for("scripted", State.FINISHED)
    assert sink.kept["scripted"] == list(range(1, 301))
    first = sink.offered[0]
    assert sink.offered[:4] == [first] * 4


def test_a_refusal_is_told_and_so_is_the_end_of_it(caplog: pytest.LogCaptureFixture) -> None:
    full = threading.Event()
    full.set()
    sink = Sink(refuse=lambda *_: full.is_set())
    with (
        caplog.at_level(logging.DEBUG),
        watching(Scripted(until=5, endless=True), sink=sink) as watched,
    ):
        status = watched.wait_for("scripted", State.TRYING_AGAIN)
        assert (
            status.sentence == "What came in can't be looked at and kept; it will be given again."
        )
        full.clear()
        watched.wait_for("scripted", State.WATCHING)
        assert sink.kept["scripted"] == [1, 2, 3, 4, 5]
    assert "secret" not in caplog.text


def test_a_refusal_of_one_source_leaves_the_others_alone() -> None:
    sink = Sink(refuse=lambda name, _: name == "unlucky")
    with watching(Scripted("unlucky"), Scripted("lucky", until=400), sink=sink) as watched:
        watched.wait_for("lucky", State.FINISHED)
    assert list(sink.kept) == ["lucky"]


@pytest.mark.must("16")
def test_a_slow_sink_slows_the_source() -> None:
    source = Scripted(until=100_000)
    limits = Limits(batch=5, waiting=20)
    with watching(source, sink=Sink(takes_seconds=0.05), limits=limits) as watched:
        eventually(lambda: len(watched.sink.offered) >= 4)
        handed_on = len(watched.sink.kept["scripted"])
        assert source.given <= handed_on + 20 + 3 * 5 + 1


def test_a_stop_finishes_the_batch_in_hand_and_the_next_start_goes_on() -> None:
    sink = Sink(takes_seconds=0.02)
    limits = Limits(batch=7, waiting=10)
    for _ in range(4):
        with watching(Scripted(until=5000), sink=sink, limits=limits):
            before = len(sink.offered)
            eventually(partial(longer, sink.offered, before + 3))
    kept = sink.kept["scripted"]
    assert kept == list(range(1, len(kept) + 1))


def test_what_a_sink_leaves_of_a_batch_comes_again_with_what_came_meanwhile() -> None:
    sink = Sink(at_most=3, takes_seconds=0.005)
    limits = replace(QUICK, batch=10, looked_at=30)
    with watching(Scripted(until=200), sink=sink, limits=limits) as watched:
        watched.wait_for("scripted", State.FINISHED)
    assert sink.kept["scripted"] == list(range(1, 201))
    first, second = (seen for _, seen in sink.offered[:2])
    assert len(first) == 10
    assert second == list(range(4, 34)), "seven were left; the others waited behind them"


def test_a_stop_leaves_the_rest_of_a_batch_to_the_next_start() -> None:
    sink = Sink(at_most=2, takes_seconds=0.02)
    for _ in range(3):
        with watching(Scripted(until=5000), sink=sink, limits=replace(QUICK, batch=100)):
            before = len(sink.offered)
            eventually(partial(longer, sink.offered, before + 2))
    kept = sink.kept["scripted"]
    assert kept == list(range(1, len(kept) + 1))
    assert len(kept) < 60, "no batch was taken to its end"


def test_a_stop_says_when_something_will_not_end() -> None:
    sink = Sink(takes_seconds=0.5)
    watched = Watched([Scripted()], sink, QUICK)
    watched.runner.start()
    eventually(lambda: bool(sink.offered))
    assert not watched.runner.stop(0.01)
    assert watched.runner.stop(10)


def test_a_runner_that_was_never_started_stops() -> None:
    watched = Watched([Scripted()], Sink(), QUICK)
    assert watched.status("scripted").state is State.STARTING
    assert watched.runner.stop(1)


def test_a_report_that_fails_stops_nothing() -> None:
    sink = Sink()

    def fail(status: SourceStatus) -> None:
        raise RuntimeError(status.name)

    runner = Runner([Scripted()], sink.cursor, sink, fail, limits=QUICK)
    runner.start()
    eventually(lambda: runner.statuses()[0].state is State.FINISHED)
    assert runner.stop(10)
    assert sink.kept["scripted"] == list(range(1, 11))


def test_the_time_of_a_state_stays_until_the_state_changes() -> None:
    with watching(Scripted(until=3, endless=True)) as watched:
        since = watched.wait_for("scripted", State.WATCHING).since
        eventually(lambda: watched.status("scripted").received == 3)
        assert watched.status("scripted").since == since


def test_two_sources_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="Two sources have the same name: scripted"):
        Watched([Scripted(), Scripted()], Sink(), QUICK)


@dataclass
class Counting(Scripted):
    """A source that says how much of it could not be read."""

    skipped: int = 4


def test_what_was_left_out_is_part_of_the_status() -> None:
    with watching(Counting()) as watched:
        assert watched.wait_for("scripted", State.FINISHED).skipped == 4


@pytest.mark.must("1")
@pytest.mark.must("2")
def test_bluesky_is_followed_through_goodbyes_and_cuts_without_a_loss() -> None:
    events = real_shaped.events(
        tuple(real_shaped.commit(n, real_shaped.post(f"Post {n}")) for n in range(60))
    )
    kept: list[Received] = []

    def sink(_: str, batch: Sequence[Arrival]) -> None:
        kept.extend(one for one in batch if isinstance(one, Received))

    def cursor(_: str) -> str | None:
        return kept[-1].cursor if kept else None

    with JetstreamServer() as server:
        source = build("bluesky", "bluesky", {"url": server.url})
        runner = Runner([source], cursor, sink, lambda _: None, limits=QUICK)
        runner.start()
        server.wait_for_clients(1)
        for turn, end in enumerate([server.close_cleanly, server.drop, server.close_cleanly]):
            server.publish(events[turn * 20 : turn * 20 + 20])
            eventually(partial(longer, kept, turn * 20 + 10))
            end()
            server.wait_for_clients(turn + 2)
        eventually(lambda: len({one.post.id for one in kept}) == 60)
        assert runner.stop(10)
    assert list(dict.fromkeys(one.post.text for one in kept)) == [f"Post {n}" for n in range(60)]


@dataclass
class Hanging(Scripted):
    """Hangs the first time it is read, after three numbers; from then on it gives all."""

    hung: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Received | None]:
        first = not self.began
        for one in super().receive(cursor, stop):
            if first and self.given > 3:
                self.hung.set()
                self.let_go.wait(30)
            yield one


@pytest.mark.must("9")
@pytest.mark.must("16")
def test_a_source_that_hangs_is_read_anew_and_nothing_comes_twice_or_goes_missing() -> None:
    source = Hanging()
    limits = replace(QUICK, stalled_after_seconds=0.3)
    with watching(source, limits=limits) as watched:
        assert source.hung.wait(10)
        watched.wait_for("scripted", State.FINISHED)
        assert watched.sink.kept["scripted"] == list(range(1, 11))
        source.let_go.set()
        time.sleep(0.2)
        assert watched.sink.kept["scripted"] == list(range(1, 11))
        hung = [one.sentence for one in watched.reports if one.state is State.TRYING_AGAIN]
        assert hung == ["It has not answered for a minute. Trying again."]


def test_a_slow_sink_is_not_a_hanging_source() -> None:
    limits = replace(QUICK, stalled_after_seconds=0.3, waiting=1, batch=1)
    with watching(Scripted(until=6), sink=Sink(takes_seconds=0.2), limits=limits) as watched:
        watched.wait_for("scripted", State.FINISHED)
        assert State.TRYING_AGAIN not in watched.states("scripted")


@pytest.mark.must("9")
@pytest.mark.must("14")
def test_an_endless_nothing_where_something_usually_comes_is_an_outage() -> None:
    source = Scripted(until=2, endless=True)
    source.quiet_after_seconds = 0.3  # type: ignore[attr-defined]
    with watching(source) as watched:
        watched.wait_for("scripted", State.TRYING_AGAIN)
        told = next(one for one in watched.reports if one.state is State.TRYING_AGAIN)
        assert told.sentence.startswith("Nothing has come in for a minute")


@pytest.mark.must("7")
def test_a_platform_that_asks_us_to_wait_is_not_asked_before() -> None:
    source = AlwaysFailing(SourceError("It asks us to wait.", wait_seconds=0.5))
    with watching(source):
        eventually(lambda: len(source.tries) == 2)
    assert source.tries[1] - source.tries[0] >= 0.5
