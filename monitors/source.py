"""What every source of public posts keeps to."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from records.post import Post


@dataclass(frozen=True, slots=True)
class Received:
    """One post as it came in: meaning, platform record byte for byte, and the place after it."""

    post: Post
    record: bytes
    cursor: str


class Source(Protocol):
    """A place where public posts appear.

    `receive` yields posts in the platform's order, from just after `cursor` (None: from now on,
    or from the beginning where the source is a file), until `stop` is set. It may yield None to
    say that it is alive and nothing is there. It raises SourceError when it can't go on; a return
    means the end of a source that has an end, such as a file. Whoever calls it owns restarts,
    cursors and dedupe. A post may be yielded again after a restart.
    """

    @property
    def name(self) -> str:
        """Stable and unique; the cursor is kept under it."""

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Received | None]:
        """Yield what is new since `cursor`."""
