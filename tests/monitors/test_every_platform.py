"""What holds for every platform that is asked again and again, each with its real client."""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine

from monitors import web
from monitors.answer import ENTRY, JOINED, PARAGRAPH
from monitors.registry import build
from monitors.runner import Limits, Runner, State
from monitors.source import Arrival, Source
from monitors.timed import Deadline
from tests.monitors.looking import Brought, look
from tests.monitors.reading import eventually
from tests.servers.platforms import KINDS, Platforms
from tests.servers.web import Answer

SAID = "The library on Glen Road tells in part {} of its story how it was built by hand."
JSON, PAGE = {"Content-Type": "application/json"}, {"Content-Type": "text/html"}
SECRET = b"Fenella Auchterbrae"
DENIED = b"<html><title>Denied</title>%b</html>" % SECRET
IN_40_S = {"Retry-After": "40"}


@pytest.fixture
def platforms() -> Iterator[Platforms]:
    with Platforms() as running:
        yield running


def source(platforms: Platforms, kind: str) -> Source:
    return build(kind, "ours", platforms.sources[kind])


@pytest.mark.must("2")
@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_between_the_first_look_and_the_next_start_is_not_lost(
    platforms: Platforms, kind: str, before: int
) -> None:
    for number in range(before):
        platforms.publish(kind, SAID.format(number))
    kept = look(source(platforms, kind)).cursor
    platforms.publish(kind, SAID.format("seven"))
    assert SAID.format("seven") in look(source(platforms, kind), kept).texts


@pytest.mark.parametrize("kind", KINDS)
def test_every_post_comes_with_its_platforms_answer_and_its_own_bytes_of_it(
    platforms: Platforms, kind: str
) -> None:
    began = datetime.now(UTC) - timedelta(milliseconds=1)
    platforms.publish(kind, SAID.format("one"))
    kept = look(source(platforms, kind)).cursor
    for part in ("two", "three"):
        platforms.publish(kind, SAID.format(part))
    received = look(source(platforms, kind), kept).received
    (came,) = (one for one in received if one.post.text == SAID.format("three"))
    settled = came.settled()
    told = settled.told
    assert told is not None
    assert SAID.format("three") in settled.record.decode()
    assert SAID.format("two") not in settled.record.decode()
    what = {"web": PARAGRAPH, "x": JOINED}.get(kind, ENTRY)
    assert (told["answered"], told["status"], told["bytes"]) == (True, 200, what)
    assert "Date" in dict(told["headers"])
    assert began <= datetime.fromisoformat(told["received_at"]) <= datetime.now(UTC)
    assert told["asked"].startswith("GET http://127.0.0.1:")
    assert told["whole_answer"]["bytes"] > len(settled.record)


def fault(name: str, answer: Answer) -> object:
    return pytest.param(answer, id=name, marks=pytest.mark.must(name))


FAULTS = [
    fault("cut", Answer(body=b'{"hits": [', headers=JSON, cut=True)),
    fault("401", Answer(401, b"{}", JSON)),
    fault("403 as HTML", Answer(403, DENIED, PAGE)),
    fault("429 in seconds", Answer(429, DENIED, IN_40_S)),
    fault("500", Answer(500, DENIED, PAGE)),
    fault("changed shape", Answer(body=b'{"answer": {"of": ["another", null, 7]}}', headers=JSON)),
    fault("NaN", Answer(body=b'{"hits": NaN, "data": NaN, "items": NaN}', headers=JSON)),
    fault("deep JSON", Answer(body=b"[" * 200_000, headers=JSON)),
    fault("large body", Answer(body=b"x" * 100_000_000, headers=PAGE)),
]


@pytest.mark.parametrize("answer", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_told_and_what_was_said_during_it_comes_after_it(
    platforms: Platforms, kind: str, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    failed = during(platforms, kind, answer)
    told = f"{failed.failure} {caplog.text}"
    assert SECRET.decode() not in told
    assert "Glen Road" not in told
    assert "127.0.0.1" not in told


@dataclass
class Counted:
    """A source, and how often it has been read anew."""

    source: Source
    begun: int = 0

    @property
    def name(self) -> str:
        return self.source.name

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        self.begun += 1
        return self.source.receive(cursor, stop)


@pytest.mark.must("4")
@pytest.mark.parametrize("kind", KINDS)
def test_a_platform_that_goes_on_failing_is_never_called_watched_in_between(
    platforms: Platforms, kind: str
) -> None:
    ours = Counted(source(platforms, kind))
    told: list[State] = []
    kept: dict[str, str] = {}

    def keep(name: str, batch: Sequence[Arrival]) -> None:
        kept[name] = batch[-1].cursor

    limits = Limits(first_wait_seconds=0.01, longest_wait_seconds=0.05)
    runner = Runner([ours], kept.get, keep, lambda one: told.append(one.state), limits=limits)
    runner.start()
    try:
        eventually(lambda: State.WATCHING in told)
        platforms.misbehave(Answer(500, DENIED, PAGE))
        eventually(lambda: ours.begun > 4)
        platforms.misbehave(None)
        eventually(lambda: told[-1] is State.WATCHING)
    finally:
        runner.stop(30)
    assert told == [State.STARTING, State.WATCHING, State.TRYING_AGAIN, State.WATCHING]


@pytest.mark.must("7")
@pytest.mark.must("429 as a date")
@pytest.mark.parametrize("kind", KINDS)
def test_every_platform_is_waited_for_until_the_moment_that_it_names(
    platforms: Platforms, kind: str
) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=60)
    answer = Answer(429, DENIED, {"Retry-After": format_datetime(moment, usegmt=True)})
    failure = during(platforms, kind, answer).failure
    assert failure is not None
    assert failure.again
    assert failure.wait_seconds is not None
    assert 20 < failure.wait_seconds <= 60


@pytest.mark.must("drip")
@pytest.mark.parametrize("kind", KINDS)
def test_every_platform_that_drips_its_headers_is_left_at_the_deadline(
    platforms: Platforms, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "Deadline", lambda _: Deadline(1.0))
    began = time.monotonic()
    headers = {"X-Long": "x" * 10_000}
    failure = during(platforms, kind, Answer(headers=headers, drips_headers=True)).failure
    assert failure is not None
    assert failure.again
    assert time.monotonic() - began < 60


@pytest.mark.must("clock")
@pytest.mark.parametrize("hours", [-50, 50])
@pytest.mark.parametrize("kind", KINDS)
def test_once_a_wrong_clock_is_right_again_nothing_that_is_said_is_missed(
    platforms: Platforms, kind: str, hours: int
) -> None:
    platforms.publish(kind, SAID.format("one"))
    kept = look(source(platforms, kind)).cursor
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours)):
        kept = look(source(platforms, kind), kept).cursor
    platforms.publish(kind, SAID.format("two"))
    assert SAID.format("two") in look(source(platforms, kind), kept).texts


@pytest.mark.must("clock")
@pytest.mark.parametrize("kind", KINDS)
def test_a_clock_that_is_put_back_while_a_source_is_read_hides_nothing(
    platforms: Platforms, kind: str
) -> None:
    ahead = time_machine.travel(datetime.now(UTC) + timedelta(hours=50))

    def put_back(_: int) -> None:
        if hidden:
            hidden.pop().stop()
            platforms.publish(kind, SAID.format("two"))

    platforms.publish(kind, SAID.format("one"))
    ours = source(platforms, kind)
    kept = look(ours).cursor
    hidden = [ahead]
    ahead.start()
    try:
        brought = look(ours, kept, times=8, between=put_back)
    finally:
        put_back(0)
    assert SAID.format("two") in brought.texts


def during(platforms: Platforms, kind: str, answer: Answer) -> Brought:
    """What a look brings while the platform answers so; it has to fail, and lose nothing."""
    platforms.publish(kind, SAID.format("one"))
    kept = look(source(platforms, kind)).cursor
    platforms.misbehave(answer)
    platforms.publish(kind, SAID.format("two"))
    failed = look(source(platforms, kind), kept)
    assert failed.failure is not None
    assert failed.texts == []
    platforms.misbehave(None)
    after = look(source(platforms, kind), failed.cursor)
    assert after.failure is None
    assert SAID.format("two") in after.texts
    return failed
