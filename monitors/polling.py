"""Looking again and again, for platforms that don't tell by themselves."""

import random
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator

from monitors.source import Arrival

ALIVE_SECONDS = 0.9
_AROUND = 0.1
"""Part of the wait by which chance makes it longer or shorter."""


def polls(
    look: Callable[[], Iterable[Arrival]], every_seconds: float, stop: threading.Event
) -> Iterator[Arrival | None]:
    """What each look brings; None after each, and now and then while waiting for the next."""
    while not stop.is_set():
        yield from look()
        yield None
        chance = random.uniform(1 - _AROUND, 1 + _AROUND)  # noqa: S311 - it spaces requests
        yield from pause(every_seconds * chance, stop)


def pause(seconds: float, stop: threading.Event) -> Iterator[None]:
    """Wait, and say now and then that we are alive."""
    while seconds > ALIVE_SECONDS and not stop.wait(ALIVE_SECONDS):
        seconds -= ALIVE_SECONDS
        yield None
    stop.wait(min(seconds, ALIVE_SECONDS))


class Seen:
    """The last so many ids, so that looks that overlap give each post once."""

    def __init__(self, most: int = 5000) -> None:
        self._most = most
        self._ids: OrderedDict[str, None] = OrderedDict()

    def is_new(self, key: str) -> bool:
        """Whether `key` has not come before; from now on it has."""
        if key in self._ids:
            self._ids.move_to_end(key)
            return False
        self._ids[key] = None
        if len(self._ids) > self._most:
            self._ids.popitem(last=False)
        return True
