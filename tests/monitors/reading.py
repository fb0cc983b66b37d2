"""Taking from a source by hand, as the runner would."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from monitors.errors import SourceError
from monitors.source import Received, Source


def take(
    source: Source, cursor: str | None = None, *, count: int | None = None, seconds: float = 10
) -> list[Received]:
    """What comes until the source ends or fails, or `count` posts came; then it is stopped."""
    taken: list[Received] = []
    stop = threading.Event()
    until = time.monotonic() + seconds
    for received in source.receive(cursor, stop):
        if isinstance(received, Received):
            taken.append(received)
        if len(taken) == count or time.monotonic() > until:
            stop.set()
    assert count in {None, len(taken)}, f"{len(taken)} posts came within {seconds} seconds"
    return taken


def take_until_failure(source: Source, cursor: str | None = None) -> tuple[list[Received], str]:
    """What comes before the source fails for a reason worth a new try, and the reason."""
    taken: list[Received] = []

    def drain() -> None:
        for received in source.receive(cursor, threading.Event()):
            taken.extend([received] if isinstance(received, Received) else [])

    with pytest.raises(SourceError) as failure:
        drain()
    assert failure.value.again
    return taken, str(failure.value)


@contextmanager
def listening(source: Source, cursor: str | None = None) -> Iterator[None]:
    """Take from the source in the background, and stop it at the end."""
    stop = threading.Event()

    def drain() -> None:
        for _ in source.receive(cursor, stop):
            pass

    thread = in_background(drain)
    yield
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def texts(taken: list[Received]) -> list[str]:
    return [received.post.text for received in taken]


def eventually(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it holds; fails if it doesn't within `seconds`."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"It did not come true within {seconds} seconds."
        time.sleep(0.005)


def in_background(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
