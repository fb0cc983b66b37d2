"""Having a source that polls look a few times, as the runner would."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from monitors.errors import SourceError
from monitors.source import Arrival, Reached, Received, Removed, Source, Unread


@dataclass
class Brought:
    """What some looks brought, and the cursor that would have been kept."""

    arrivals: list[Arrival] = field(default_factory=list)
    cursor: str | None = None
    failure: SourceError | None = None

    @property
    def received(self) -> list[Received]:
        return [one for one in self.arrivals if isinstance(one, Received)]

    @property
    def texts(self) -> list[str]:
        return [one.post.text for one in self.received]

    @property
    def removed(self) -> list[str]:
        return [one.id for one in self.arrivals if isinstance(one, Removed)]

    @property
    def unread(self) -> list[Unread]:
        return [one for one in self.arrivals if isinstance(one, Unread)]

    @property
    def reached(self) -> list[Reached]:
        return [one for one in self.arrivals if isinstance(one, Reached)]


def look(
    source: Source,
    cursor: str | None = None,
    *,
    times: int = 1,
    between: Callable[[int], None] = lambda _: None,
    most: int | None = None,
) -> Brought:
    """What so many looks bring; `between` is called after each; after `most` arrivals we die."""
    brought = Brought(cursor=cursor)
    stop = threading.Event()
    try:
        for one in _until(source.receive(cursor, stop), stop, times, between):
            brought.arrivals.append(one)
            brought.cursor = one.cursor
            if len(brought.arrivals) == most:
                break
    except SourceError as failure:
        brought.failure = failure
    return brought


def _until(
    arrivals: Iterator[Arrival | None],
    stop: threading.Event,
    times: int,
    between: Callable[[int], None],
) -> Iterator[Arrival]:
    looks = 0
    for one in arrivals:
        if one is not None:
            yield one
            continue
        looks += 1
        between(looks)
        if looks == times:
            stop.set()
