"""Keeps every source being read, each on its own."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from monitors.source import Source
from monitors.status import SourceStatus, State
from monitors.supervision import Cursors, Limits, Report, Sink, Supervised, Surroundings
from records.errors import ConfigurationError

__all__ = ["Cursors", "Limits", "Report", "Runner", "Sink", "SourceStatus", "State"]


class Runner:
    """Reads `sources` from where `cursors` says and hands batches to `sink`.

    `sink(name, batch)` screens the batch and keeps its last cursor, in one transaction; it is
    called by one thread a source, in the source's order, and given the same batch again when it
    raises. It may take only so many from the front and say how many: then the rest comes again.
    `report(status)` is called whenever the state or the sentence of a source changes.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        cursors: Cursors,
        sink: Sink,
        report: Report,
        *,
        limits: Limits | None = None,
        chance: random.Random | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        names = [source.name for source in sources]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ConfigurationError(
                f"Two sources have the same name: {', '.join(sorted(twice))}. "
                "Give each a name of its own; how far it was read is kept under it."
            )
        self._stop = threading.Event()
        chance = chance or random.Random()  # noqa: S311 - it spaces tries, it keeps no secret
        around = Surroundings(cursors, sink, report, limits or Limits(), chance, now)
        self._supervised = [Supervised(source, around, self._stop) for source in sources]

    def start(self) -> None:
        """Begin reading all sources; returns at once."""
        for supervised in self._supervised:
            for thread in supervised.threads:
                thread.start()

    def stop(self, timeout: float) -> bool:
        """Let the batches in hand be finished; True if all came to rest within `timeout` seconds.

        What was received but not yet handed on is received again after the next start.
        """
        self._stop.set()
        until = time.monotonic() + timeout
        threads = [thread for supervised in self._supervised for thread in supervised.threads]
        for thread in threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def is_over(self) -> bool:
        """Whether no source is read any more and everything that was read has been taken."""
        return not any(one.threads[-1].is_alive() for one in self._supervised)

    def statuses(self) -> tuple[SourceStatus, ...]:
        """How each source is doing, in their order; never waits."""
        return tuple(supervised.status for supervised in self._supervised)
