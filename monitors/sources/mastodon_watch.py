"""One channel of one server, read for as long as it goes, and again after every failure."""

import json
import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from monitors.answer import Answer, StreamEvent
from monitors.backoff import Backoff
from monitors.errors import SourceError
from monitors.sources.mastodon_events import Event
from monitors.sources.mastodon_intake import Intake
from monitors.sources.mastodon_posts import earlier, id_of, order
from monitors.sources.mastodon_server import Channel, Listener, MastodonServer

log = logging.getLogger(__name__)

NOTHING_YET = "0"
"""The place in a feed that was empty when we began."""
SETTLES_SECONDS = 15.0
"""A server begins to send a little after it has answered; then we read back once more."""
ASK_ANEW_SECONDS = 3600.0
"""How long what a server says of its own feeds is believed."""
_REWORDINGS = {"status.update", "status_update"}  # servers of other makes write it the second way
_LONGEST_WAIT_SECONDS, _HEALTHY_AFTER_SECONDS = 60.0, 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how far back."""

    every_seconds: float
    reconcile_seconds: float
    overlap: timedelta
    """Posts of other servers come late, with ids of the time at which they were written."""
    quiet_after_seconds: float | None = None


class Watch:
    """Reads one channel; `failure` says why it can't, `caught_up` that nothing is waiting."""

    def __init__(
        self,
        channel: Channel,
        url: str,
        connect: Callable[[], MastodonServer],
        intake: Intake,
        pace: Pace,
        *,
        streams: bool,
    ) -> None:
        self.failure: SourceError | None = None
        self.caught_up = False
        self.left: tuple[int, int] | None = None
        self._channel = channel
        self._url = url
        self._key = channel.key(url)
        self._connect = connect
        self._intake = intake
        self._pace = pace
        self._streams = streams
        self._closed = threading.Event()
        self._listener: Listener | None = None
        self._last_new = time.monotonic()
        self._reconcile_at = 0.0

    def run(self, title: str) -> None:
        """Read until closed, or until only a person can help."""
        backoff = Backoff(1.0, _LONGEST_WAIT_SECONDS, random.Random())  # noqa: S311 - spaces tries
        while not self._closed.is_set():
            began = time.monotonic()
            failure = self._read_until_failure()
            if self._closed.is_set():
                return
            if time.monotonic() - began >= _HEALTHY_AFTER_SECONDS:
                backoff.start_over()
            if str(failure) != str(self.failure):
                log.warning("%s: %s", title, failure)
            self.caught_up, self.failure = False, failure
            if not failure.again:
                return
            self._closed.wait(max(backoff.next_wait(), failure.wait_seconds or 0.0))

    def close(self) -> None:
        """End it, from another thread."""
        self._closed.set()
        if self._listener is not None:
            self._listener.close()

    def _read_until_failure(self) -> SourceError:
        try:
            with closing(self._connect()) as server:
                server.check_shown(self._channel)
                (self._listen if self._streams else self._poll)(server)
        except SourceError as failure:
            return failure
        except Exception as error:  # noqa: BLE001 - one channel's fault must not end the others
            return SourceError(f"An unexpected fault came up ({type(error).__name__}).")
        return SourceError("Mastodon's reading ended.")

    def _poll(self, server: MastodonServer) -> None:
        until = time.monotonic() + ASK_ANEW_SECONDS
        while not self._closed.is_set():
            if time.monotonic() > until:
                with closing(self._connect()) as fresh:
                    fresh.check_shown(self._channel)
                until = time.monotonic() + ASK_ANEW_SECONDS
            self._read_back(server)
            self._closed.wait(self._pace.every_seconds * random.uniform(0.9, 1.1))  # noqa: S311

    def _listen(self, server: MastodonServer) -> None:
        def opened() -> None:
            self._read_back(server)
            self._reconcile_at = time.monotonic() + SETTLES_SECONDS

        def take(event: Event | None) -> None:
            if event is not None:
                self._take(event)
            if time.monotonic() >= self._reconcile_at:
                self._read_back(server)
                self._reconcile_at = time.monotonic() + self._pace.reconcile_seconds

        self._listener = Listener(opened, take)
        if self._closed.is_set():
            return
        server.stream(self._channel, self._listener)

    def _take(self, event: Event) -> None:
        if event.name == "delete":
            number = event.content.decode("utf-8", "replace").strip().strip('"')
            self._intake.remove(self._url, number)
        elif event.name in {"update", *_REWORDINGS}:
            try:
                status = json.loads(event.content)
            except (ValueError, RecursionError):
                self._intake.take_unread(event.content, "The event is not JSON.")
                return
            reworded = event.name in _REWORDINGS
            told = StreamEvent(self._listener.answer if self._listener else None)
            new = self._intake.take(
                self._url, event.content, status, reworded=reworded, answer=told
            )
            self._came(new)

    def _read_back(self, server: MastodonServer) -> None:
        """All that came since the place, and what came late shortly before it."""
        server.answers.begin()
        place = self._intake.place(self._key)
        if place is None:
            self._begin(server)
        elif self._channel.kind == "search":
            found = self._found(server, earlier(place, self._pace.overlap))
            self._take_page(found, server.answers.now)
        else:
            since: str | None = earlier(place, self._pace.overlap)
            while since is not None and not self._closed.is_set():
                page = server.page(self._channel, since)
                since = self._take_page(page, server.answers.now, since)
        self.left = server.left
        if not self._closed.is_set():
            self.failure = self._too_quiet()
            self.caught_up = self.failure is None

    def _begin(self, server: MastodonServer) -> None:
        page = [status for _, status in server.page(self._channel)]
        ids = [id_ for status in page if (id_ := id_of(status))]
        self._intake.begin(self._key, max(ids, key=order, default=NOTHING_YET), page)

    def _take_page(
        self, page: list[tuple[bytes, Any]], answer: Answer, since: str = ""
    ) -> str | None:
        """Take the posts in their order; where to go on, or None at the end."""
        newest: str | None = None
        for record, status in sorted(page, key=lambda one: order(id_of(one[1]) or "")):
            key = self._key
            new = self._intake.take(self._url, record, status, channel=key, answer=answer)
            self._came(new)
            newest = id_of(status) or newest
        return newest if newest and order(newest) > order(since) else None

    def _found(self, server: MastodonServer, since: str) -> list[tuple[bytes, Any]]:
        """What a search has since then: it tells the newest first, so it is read to its end."""
        found: list[tuple[bytes, Any]] = []
        oldest: str | None = None
        while not self._closed.is_set():
            page = server.page(self._channel, since, oldest)
            newer = [one for one in page if order(id_of(one[1]) or "") > order(since)]
            found += newer
            ids = [id_ for _, status in newer if (id_ := id_of(status))]
            lowest = min(ids, key=order, default=None)
            if lowest is None or (oldest is not None and order(lowest) >= order(oldest)):
                break
            oldest = lowest
        return found

    def _came(self, new: bool) -> None:
        if new:
            self._last_new = time.monotonic()

    def _too_quiet(self) -> SourceError | None:
        """A timeline that is empty again and again is not health, whatever other servers bring."""
        longest = self._pace.quiet_after_seconds
        if longest is None or time.monotonic() - self._last_new <= longest:
            return None
        return SourceError("Mastodon shows nothing new, for too long to be true.")
