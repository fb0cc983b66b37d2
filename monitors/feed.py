"""A platform's own loop in a thread of its own, and the bounded queue between it and `receive`."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

from monitors.source import Arrival

CAPACITY = 1000
IDLE_SECONDS = 0.5
LAST_WAIT_SECONDS = 2.0

Give = Callable[[Arrival], None]


class Feed:
    """Runs a blocking loop and yields what it gives, in order.

    `run(give)` blocks for as long as the platform's client does. `give` waits while the queue is
    full, so that a slow taker slows the platform down. What `run` raises is raised to the taker,
    after everything that came before it. `close()` must make `run` end; it is called from
    another thread.
    """

    def __init__(
        self, run: Callable[[Give], None], close: Callable[[], None], *, capacity: int | None = None
    ) -> None:
        self._run = run
        self._close = close
        self._waiting: queue.Queue[Arrival | None] = queue.Queue(capacity or CAPACITY)
        self._closed = threading.Event()
        self._over = threading.Event()
        self._failure: Exception | None = None

    def receive(self, stop: threading.Event) -> Iterator[Arrival | None]:
        """Yield what the loop gives until it ends or `stop` is set; None now and then if idle."""
        thread = threading.Thread(target=self._loop, name="feed", daemon=True)
        thread.start()
        try:
            yield from self._taken(stop)
        finally:
            self._closed.set()
            self._close()
            thread.join(LAST_WAIT_SECONDS)

    def _taken(self, stop: threading.Event) -> Iterator[Arrival | None]:
        while not stop.is_set():
            over = self._over.is_set()  # asked first: nothing is given once it is set
            try:
                yield self._waiting.get(timeout=0 if over else IDLE_SECONDS)
            except queue.Empty:
                if over:
                    break
                yield None
        if self._failure is not None and not stop.is_set():
            raise self._failure

    def _loop(self) -> None:
        try:
            self._run(self._give)
        except Exception as failure:  # noqa: BLE001 - raised again where the feed is taken from
            self._failure = failure
        finally:
            self._over.set()
            with suppress(queue.Full):
                self._waiting.put_nowait(None)  # whoever waits for more is told at once

    def _give(self, received: Arrival) -> None:
        while not self._closed.is_set():
            with suppress(queue.Full):
                self._waiting.put(received, timeout=IDLE_SECONDS)
                return
