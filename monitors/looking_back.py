"""Reading a source from a moment in the past until it has caught up with the present."""

import threading
import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import datetime
from typing import cast

from monitors.errors import SourceError
from monitors.source import Arrival, Reached, Received, Source

SETTLES_SECONDS = 5.0
"""A source that says for so long that nothing is there has caught up."""
RECENT = 200
MOST_OLD = 20
"""A stream that is never still has caught up when, of the last so many posts, all but so many are
younger than the sweep. One post tells nothing: whoever wrote it may have said when that was."""
TRIES = 4
LONGEST_WAIT_SECONDS = 900.0


def cursor_since(source: Source, moment: datetime) -> str | None:
    """The cursor from which `source` reads what was published since; None: it can't look back."""
    look = getattr(source, "cursor_since", None)
    return None if look is None else cast("str | None", look(moment))


class LookingBack:
    """A source that ends, as a file does, when `source` has caught up with the present.

    A failure that does not pass after a few tries, or that would have to be waited out for long,
    ends it too; a later sweep goes on from its place.
    """

    def __init__(
        self, source: Source, began: datetime, *, settles_seconds: float = SETTLES_SECONDS
    ) -> None:
        """`began`: when the sweep did."""
        self._source = source
        self._began = began
        self._settles = settles_seconds
        self._tries = 0
        self._young: deque[bool] = deque(maxlen=RECENT)

    @property
    def name(self) -> str:
        """As the source's own."""
        return self._source.name

    @property
    def skipped(self) -> int:
        """As the source's own."""
        return int(getattr(self._source, "skipped", 0))

    @property
    def budget(self) -> str:
        """As the source's own."""
        return str(getattr(self._source, "budget", ""))

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """What came since `cursor`; returns when there is no more."""
        self._tries += 1
        if self._tries > TRIES:
            raise SourceError("It failed again and again without getting on.", again=False)
        # A source's `receive` is a generator; closing it lets go of its connection.
        arrivals = cast("Generator[Arrival | None]", self._source.receive(cursor, stop))
        try:
            with closing(arrivals):
                yield from self._until_caught_up(cursor, arrivals)
        except SourceError as fault:
            raise self._judged(fault) from None

    def _until_caught_up(
        self, cursor: str | None, arrivals: Iterator[Arrival | None]
    ) -> Iterator[Arrival | None]:
        came_at = time.monotonic()
        for one in arrivals:
            yield one
            if one is None:
                if time.monotonic() - came_at >= self._settles:
                    return
                continue
            if not isinstance(one, Reached):  # which may come with every look
                came_at = time.monotonic()
            if one.cursor != cursor:
                self._tries = 0  # it gets on
            if isinstance(one, Received) and self._is_present(one):
                return

    def _is_present(self, one: Received) -> bool:
        published = one.post.published_at
        self._young.append(published is not None and published >= self._began)
        return len(self._young) == RECENT and self._young.count(False) <= MOST_OLD

    def _judged(self, fault: SourceError) -> SourceError:
        """The fault, as one that ends the sweep of this source if waiting makes no sense."""
        long = (fault.wait_seconds or 0.0) > LONGEST_WAIT_SECONDS
        again = fault.again and not long and self._tries < TRIES
        return SourceError(str(fault), again=again, wait_seconds=fault.wait_seconds)
