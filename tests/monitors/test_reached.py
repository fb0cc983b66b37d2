"""A place that is reached without a post is handed on, and is no sign of life of the platform."""

import threading
from collections.abc import Iterator, Sequence

from monitors.runner import Limits, Runner, SourceStatus, State
from monitors.source import Arrival, Reached
from tests.monitors.reading import eventually


class Empty:
    """Says again and again how far it has read, and brings nothing."""

    name = "empty"
    quiet_after_seconds = 0.2

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        place = int(cursor or 0)
        while not stop.wait(0.01):
            place += 1
            yield Reached(str(place))
            yield None


def test_a_place_is_handed_on_but_nothing_counts_as_received_and_silence_is_told() -> None:
    told: list[SourceStatus] = []
    places: list[str] = []

    def sink(_: str, batch: Sequence[Arrival]) -> None:
        places.extend(one.cursor for one in batch)

    runner = Runner(
        [Empty()],
        lambda _: places[-1] if places else None,
        sink,
        told.append,
        limits=Limits(linger_seconds=0, first_wait_seconds=0.01),
    )
    runner.start()
    eventually(lambda: any(one.state is State.TRYING_AGAIN for one in told))
    assert runner.stop(10)
    assert any("Nothing has come in" in one.sentence for one in told)
    assert places[:3] == ["1", "2", "3"]
    assert runner.statuses()[0].received == 0
    assert runner.statuses()[0].last_received_at is None
