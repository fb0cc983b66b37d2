"""Bluesky, live: every new public post, from a Jetstream server, without an account."""

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator

from monitors.answer import Message
from monitors.errors import SourceError
from monitors.feed import Feed, Give
from monitors.options import Options, read_options
from monitors.source import Arrival, Received, Removed, Source, Unread
from monitors.sources.bluesky_events import (
    EPOCH,
    INFO,
    NSID,
    EventUnreadableError,
    cursor_of,
    is_edit,
    microseconds,
    post_of,
    removed_by,
)
from monitors.sources.bluesky_place import Hosts, Place, Span, lost, read_place
from monitors.sources.bluesky_reading import Reading
from monitors.sources.bluesky_search import Search
from monitors.sources.bluesky_session import KeptSession
from monitors.sources.bluesky_stream import CursorTooOldError, Frame, OldStream, Stream
from records.outgoing import host_of, hosts_of

log = logging.getLogger(__name__)

CLOCKS_DIFFER = timedelta(minutes=1)
LOOKS_BACK = timedelta(hours=36)
"""How far back a server gives events again, unless its operator has chosen otherwise."""
_REFUSED = microseconds(EPOCH + CLOCKS_DIFFER)
"""A place within a minute of the earliest one was asked for and refused before."""
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

Query = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class BlueskyOptions(Options):
    """Where to listen, how long to wait, and as whom to search for what the stream has lost."""

    url: str = "wss://jetstream.us-east.bsky.network/xrpc"
    connect_seconds: float = Field(default=3.0, gt=0, le=60)
    silence_seconds: float = Field(default=60.0, gt=0)
    """The whole network is never quiet for so long: silence is an outage."""
    fallback_host: str | None = None
    """A Jetstream server of version 1, for while the first one fails."""
    fallback_after_failures: int = Field(default=3, ge=1, le=100)
    fallback_minutes: float = Field(default=10.0, gt=0, le=1440)
    identifier: str | None = None
    app_password: SecretStr | None = None
    service: str = "https://bsky.social"
    queries: tuple[Query, ...] = ()

    @field_validator("url")
    @classmethod
    def _is_web_socket(cls, url: str) -> str:
        if not url.startswith(("wss://", "ws://")):
            raise ValueError("it begins with wss:// or ws://")
        return url.rstrip("/").removesuffix(f"/{NSID}")

    @field_validator("fallback_host")
    @classmethod
    def _is_host(cls, host: str | None) -> str | None:
        if not host:
            return None
        url = host if "://" in host else f"wss://{host}"
        if not url.startswith(("wss://", "ws://")):
            raise ValueError("it is a host's name, or begins with wss:// or ws://")
        return url.rstrip("/").removesuffix("/subscribe")

    @field_validator("service")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError("it begins with https://")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _goes_together(self) -> "BlueskyOptions":
        chosen = (self.identifier, self.app_password, self.queries)
        if any(chosen) and not all(chosen):
            raise ValueError("identifier, app_password and queries go together")
        return self


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`, not connected yet."""
    return BlueskySource(name, read_options(name, BlueskyOptions, options))


def reaches(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """The stream, and for searches the sign-in and the server on which the account lies."""
    own = read_options(name, BlueskyOptions, options)
    searching = own.service if own.queries else ""
    below = ("*.host.bsky.network",) if host_of(searching) == "bsky.social" else ()
    return (*hosts_of(own.url, own.fallback_host or "", searching), *below)


class BlueskySource:
    """New posts as a Jetstream server sees them, with a cursor of our own.

    `record` is the text of the WebSocket message as the server sent it (where it came compressed,
    the bytes that the protocol says are that text). It is the server's JSON rendering of the
    author's signed record, so it names the record's CID but can't prove it by itself. Of a post
    that was searched for it is the result, written anew.

    The cursor is the event's time in unix microseconds, which any Jetstream server understands,
    and what is still to be searched for. A server gives everything at that moment again, so the
    last post before a restart comes twice.
    """

    reads_back = LOOKS_BACK

    def __init__(self, name: str, options: BlueskyOptions) -> None:
        self._name = name
        self._options = options
        self._began: str | None = None
        self._hosts = Hosts(
            second=options.fallback_host is not None,
            tries=options.fallback_after_failures,
            stay_seconds=options.fallback_minutes * 60,
        )
        self._listened_to_second: bool | None = None if options.fallback_host else False
        self._folder: Path | None = None
        self._reading: Reading | None = None
        self.skipped = 0

    @property
    def name(self) -> str:
        """As in the configuration."""
        return self._name

    @property
    def budget(self) -> str:
        """Nothing is counted here; why a search can't be made, and from where we read."""
        second = self._hosts.on_second(time.monotonic())
        said = ["from the fallback host"] if second else []
        backfill = self._reading.backfill if self._reading else None
        if backfill and backfill.trouble:
            said.append(f"search: {backfill.trouble}")
        return "; ".join(said)

    def keep_secrets_in(self, folder: Path) -> None:
        """Where the session of our account is kept over restarts."""
        self._folder = folder

    def cursor_since(self, since: datetime) -> str:
        """From `since` on; what the stream can't have any more is searched for, where we may."""
        asked, edge = microseconds(since), microseconds(datetime.now(UTC) - LOOKS_BACK)
        missing = Span(asked, edge) if self._options.queries and asked < edge else None
        return str(Place(str(max(asked, edge) if missing else asked), missing))

    def check(self) -> Sequence[str]:
        """Connect to each server and search once."""
        options, faults = self._options, []
        streams = [("url", Stream(options.url, options, None, self._skip))]
        if options.fallback_host:
            fallback = OldStream(options.fallback_host, options, None, self._skip)
            streams.append(("fallback_host", fallback))
        for option, stream in streams:
            try:
                stream.try_once()
            except SourceError as fault:
                faults.append(f"{fault} Look whether {option!r} is right, and try again later.")
        search = self._search()
        if search:
            try:
                search.try_once(options.queries[0])
            except SourceError as fault:
                again = " Try again later." if fault.again else " Put it into 'app_password'."
                faults.append(f"The search does not work: {fault}{again}")
        return faults

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """Every end of it but `stop` is a SourceError worth a new try."""
        place = self._place(cursor)
        began = self._began or ""
        reading = self._reading = Reading(self._search(), self._options.queries, place, began)
        try:
            while not stop.is_set():
                yield from self._listen(reading, stop)
        finally:
            reading.close()

    def _listen(self, reading: Reading, stop: threading.Event) -> Iterator[Arrival | None]:
        """One connection long, unless there is reason to connect elsewhere at once."""
        second = self._hosts.on_second(time.monotonic())
        if second is not self._listened_to_second:
            reading.step_back()
            self._listened_to_second = second
        try:
            yield from self._connected(reading, stop, second=second)
        except CursorTooOldError:
            reading.begin_after(_as_early_as_any(reading.asked))
        except SourceError as failure:
            if not self._hosts.failed(time.monotonic(), second=second):
                raise
            log.warning("%s: %s Going to the fallback host.", self._name, failure)
            if reading.asked is None:
                reading.begin_at(self._began or _now())

    def _connected(
        self, reading: Reading, stop: threading.Event, *, second: bool
    ) -> Iterator[Arrival | None]:
        make, url = (OldStream, self._options.fallback_host) if second else (Stream, None)
        stream = make(url or self._options.url, self._options, reading.asked, self._skip)
        asked, told = reading.asked, False

        def take(frame: Frame, give: Give) -> None:
            nonlocal asked, told
            if frame.payload.get("$type") == INFO:
                log.warning("%s could not begin at the place asked for", self._name)
                told = True
            if at := cursor_of(frame.payload):
                reading.came_to(at, give, lost(asked, at, told=told))
                asked = None
            self._take(frame, reading.cursor, give)

        feed = Feed(partial(stream.run, take), stream.stop)
        for received in feed.receive(stop):
            yield from reading.news()
            if received is not None:
                self._hosts.came(second=second)
                received = reading.taken(received)  # noqa: PLW2901 - the same, with its place
            if received is not None or stream.listening:
                yield received  # None says "alive", which it is only once connected
            if second and not self._hosts.on_second(time.monotonic()):
                return

    def _take(self, frame: Frame, cursor: str, give: Give) -> None:
        try:
            post = post_of(frame.payload)
        except EventUnreadableError as fault:
            self._skip(str(fault))
            give(Unread(frame.text, str(fault), cursor))
            return
        if post is not None:
            told = Message(packed=frame.packed)
            edited = is_edit(frame.payload)
            give(Received(post, frame.text, cursor, edited=edited, answer=told))
        elif gone := removed_by(frame.payload):
            give(Removed("bluesky", gone.id, cursor, author=gone.author))

    def _place(self, cursor: str | None) -> Place | None:
        """Where to begin: without a cursor now, and from that same moment after a failure."""
        if cursor is not None:
            return read_place(cursor)
        if self._began is None:
            self._began = _now()
            return None
        return Place(self._began)

    def _search(self) -> Search | None:
        options = self._options
        if options.identifier is None or options.app_password is None:
            return None
        kept = KeptSession(self._folder, f"{options.service}\n{options.identifier}")
        password = options.app_password.get_secret_value()
        return Search(options.service, options.identifier, password, kept)

    def _skip(self, why: str) -> None:
        self.skipped += 1
        if self.skipped.bit_count() == 1:  # the 1st, 2nd, 4th, 8th …: a flood must not fill the log
            log.warning("An event of %s was left out: %s", self._name, why)


def _now() -> str:
    return str(microseconds(datetime.now(UTC) - CLOCKS_DIFFER))


def _as_early_as_any(asked: str | None) -> str:
    """The earliest place that a server should have; now, if it has refused even that."""
    earliest = microseconds(datetime.now(UTC) - LOOKS_BACK + CLOCKS_DIFFER)
    return str(earliest) if asked is not None and int(asked) < earliest - _REFUSED else _now()
