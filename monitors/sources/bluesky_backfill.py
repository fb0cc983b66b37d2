"""What the stream no longer gave, searched for beside it until it has been found."""

import json
import logging
import queue
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from monitors.answer import Answer
from monitors.backoff import Backoff
from monitors.errors import SourceError
from monitors.polling import Seen
from monitors.sources.bluesky_events import EventUnreadableError, found
from monitors.sources.bluesky_place import CLOCKS_DIFFER_MICROS, Span
from monitors.sources.bluesky_search import Search
from records.post import Post

log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 5.0, 3600.0
_WAITING = 200
_LOOK_SECONDS = 0.2

Found = tuple[bytes, Post | str, Answer]
"""A result as it came, its post or why there is none in it, and in what it stood."""


class Backfill:
    """A thread that searches one span, again after every failure that may pass."""

    def __init__(self, search: Search, queries: Sequence[str], span: Span) -> None:
        self.trouble: SourceError | None = None
        """Why it could not be searched at the last try."""
        self.span = span
        self._search = search
        self._queries = queries
        self._seen = Seen(100_000)
        self._found: queue.Queue[Found] = queue.Queue(_WAITING)
        self._closed = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bluesky search", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it; what was not taken is searched for again by whoever begins anew."""
        self._closed.set()

    def found(self) -> Iterator[Found]:
        """What has been found so far and not been taken."""
        with suppress(queue.Empty):
            while True:
                yield self._found.get_nowait()

    @property
    def finished(self) -> bool:
        """Whether all of `span` was searched; what `found` gives from then on is the last of it."""
        return self._over.is_set()

    def _run(self) -> None:
        try:
            self._search_until_found()
        finally:
            self._search.close()

    def _search_until_found(self) -> None:
        chance = random.Random()  # noqa: S311 - it spaces tries
        backoff = Backoff(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, chance)
        while not self._closed.is_set():
            failure = self._try(self.span)
            if failure is None:
                self.trouble = None
                self._over.set()
                return
            if str(failure) != str(self.trouble):
                log.warning("A search for what the stream no longer had: %s", failure)
            self.trouble = failure
            if not failure.again:
                return
            self._closed.wait(max(backoff.next_wait(), failure.wait_seconds or 0.0))

    def _try(self, span: Span) -> SourceError | None:
        wider = Span(span.began, span.ended + CLOCKS_DIFFER_MICROS)
        try:
            for query in self._queries:
                for page in self._search.pages(query, wider):
                    self._take(page)
                    if self._closed.is_set():
                        return None
        except SourceError as failure:
            return failure
        except Exception as error:  # noqa: BLE001 - the library's own sentences quote answers
            return SourceError(f"An unexpected fault came up ({type(error).__name__}).")
        return None

    def _take(self, page: Sequence[Any]) -> None:
        answer = self._search.answers.now
        for view in page:
            record = json.dumps(view).encode()
            try:
                post = found(view if isinstance(view, dict) else {})
            except EventUnreadableError as fault:
                self._give(f"unread {hash(record)}", (record, str(fault), answer))
                continue
            self._give(post.id, (record, post, answer))

    def _give(self, key: str, one: Found) -> None:
        if not self._seen.is_new(key):
            return
        while not self._closed.is_set():
            with suppress(queue.Full):
                self._found.put(one, timeout=_LOOK_SECONDS)
                return
