"""Bluesky, live: every new public post, from a Jetstream server, without an account."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Never

from atproto import Client, JetstreamClient, Request
from atproto import jetstream_models as wire
from atproto.exceptions import JetstreamConsumerTooSlowError, JetstreamDecodingError
from pydantic import Field, field_validator
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from monitors.errors import SourceError
from monitors.feed import Feed, Give
from monitors.options import Options, read_options
from monitors.source import Arrival, Received, Removed, Source, Unread
from monitors.sources.bluesky_events import (
    COLLECTION,
    INFO,
    NSID,
    EventUnreadableError,
    cursor_of,
    is_edit,
    microseconds,
    post_of,
    removed_by,
)

log = logging.getLogger(__name__)

CLOCKS_DIFFER = timedelta(minutes=1)
LOOKS_BACK = timedelta(hours=36)
"""How far back a server gives events again, unless its operator has chosen otherwise."""


class BlueskyOptions(Options):
    """Where to listen, and how long to wait."""

    url: str = "wss://jetstream.us-east.bsky.network/xrpc"
    connect_seconds: float = Field(default=3.0, gt=0, le=60)
    silence_seconds: float = Field(default=60.0, gt=0)
    """The whole network is never quiet for so long: silence is an outage."""

    @field_validator("url")
    @classmethod
    def _is_web_socket(cls, url: str) -> str:
        if not url.startswith(("wss://", "ws://")):
            raise ValueError("it begins with wss:// or ws://")
        return url.rstrip("/").removesuffix(f"/{NSID}")


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`, not connected yet."""
    return BlueskySource(name, read_options(name, BlueskyOptions, options))


class BlueskySource:
    """New posts as a Jetstream server sees them, with a cursor of our own.

    `record` is the text of the WebSocket message as the server sent it (where it came compressed,
    the bytes that the protocol says are that text). It is the server's JSON rendering of the
    author's signed record, so it names the record's CID but can't prove it by itself.

    The cursor is the event's time in unix microseconds, which any Jetstream server understands.
    A server gives everything at that moment again, so the last post before a restart comes twice.
    """

    reads_back = LOOKS_BACK

    def __init__(self, name: str, options: BlueskyOptions) -> None:
        self._name = name
        self._options = options
        self._began: str | None = None
        self.skipped = 0

    @property
    def name(self) -> str:
        """As in the configuration."""
        return self._name

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """One connection long; every end of it but `stop` is a SourceError worth a new try."""
        cursor = self._place(cursor)
        connection = _Connection(self._options, cursor, self._skip)
        place = cursor or self._began or ""

        def take(frame: _Frame, give: Give) -> None:
            nonlocal place
            if frame.payload.get("$type") == INFO:
                log.warning("%s could not begin at the place asked for", self._name)
            place = cursor_of(frame.payload) or place
            try:
                post = post_of(frame.payload)
            except EventUnreadableError as fault:
                self._skip(str(fault))
                give(Unread(frame.text, str(fault), place))
                return
            if post is not None:
                give(Received(post, frame.text, place, edited=is_edit(frame.payload)))
            elif gone := removed_by(frame.payload):
                give(Removed("bluesky", gone.id, place, author=gone.author))

        feed = Feed(partial(connection.run, take), connection.stop)
        for received in feed.receive(stop):
            if received is not None or connection.listening:
                yield received  # None says "alive", which it is only once connected

    def _place(self, cursor: str | None) -> str | None:
        """Where to begin: without a cursor now, and from that same moment after a failure."""
        if cursor is not None and not (cursor.isascii() and cursor.isdigit()):
            raise SourceError("The place kept for Bluesky is not one of Bluesky's.", again=False)
        if cursor is None and self._began is None:
            self._began = str(microseconds(datetime.now(UTC) - CLOCKS_DIFFER))
            return None
        return cursor or self._began

    def _skip(self, why: str) -> None:
        self.skipped += 1
        if self.skipped.bit_count() == 1:  # the 1st, 2nd, 4th, 8th …: a flood must not fill the log
            log.warning("An event of %s was left out: %s", self._name, why)


@dataclass(frozen=True, slots=True)
class _Frame:
    """One message of the server: its text as sent, and what is in it."""

    text: bytes
    payload: Mapping[str, Any]


class _Connection(JetstreamClient):  # type: ignore[misc] # the library carries no type marker
    """The library's client, but for one connection only, and with the frames as they came.

    The library reconnects by itself from a cursor that it moves before a post is taken, returns
    silently when the server closes, and ends the stream for one malformed envelope. Here any end
    is raised, and what can't be read is left out and counted.
    """

    def __init__(
        self, options: BlueskyOptions, cursor: str | None, skip: Callable[[str], None]
    ) -> None:
        wanted: dict[str, Any] = {"collections": [COLLECTION], "kinds": ["commit", "account"]}
        if cursor is not None:
            wanted["cursor"] = int(cursor)
        super().__init__(wanted, base_uri=options.url, recv_timeout=options.silence_seconds)
        self._options = options
        self._skip = skip
        self._connected = False

    @property
    def listening(self) -> bool:
        """Whether the server has taken the connection."""
        return self._connected

    def run(self, take: Callable[[_Frame, Give], None], give: Give) -> None:
        """Listen until the connection ends; raises SourceError unless it was stopped."""
        self.start(lambda frame: take(frame, give), self._leave_out)
        if not self._stopped:
            raise SourceError("Bluesky closed the connection.")

    def _leave_out(self, error: BaseException) -> None:
        read = isinstance(error, EventUnreadableError)
        self._skip(str(error) if read else f"Reading it met {type(error).__name__}.")

    def _before_connect(self) -> None:
        seconds = self._options.connect_seconds
        request = Request(timeout=seconds)
        self._xrpc_client = Client(self._http_origin, request=request)
        try:
            super()._before_connect()
        finally:
            request.close()

    def _get_connect_kwargs(self) -> dict[str, Any]:
        return {**super()._get_connect_kwargs(), "open_timeout": self._options.connect_seconds}

    def _get_client(self) -> ClientConnection:
        connection: ClientConnection = super()._get_client()
        self._connected = True
        return connection

    def _decode_frame(self, raw_frame: str | bytes) -> Any:
        text = raw_frame.encode() if isinstance(raw_frame, str) else self._inflate(raw_frame)
        frame = wire.parse_frame(text)
        if isinstance(frame, wire.MessageFrame):
            return _Frame(text, frame.payload)
        return super()._decode_frame(text.decode())  # raises what the server's error frame says

    def _inflate(self, raw_frame: bytes) -> bytes:
        if self._compression is None:
            raise JetstreamDecodingError
        text: bytes = self._compression.decompress(raw_frame)
        return text

    def _handle_frame_decoding_error(self, exception: Exception) -> None:
        if not isinstance(exception, JetstreamDecodingError):
            raise exception
        self._skip("The message could not be decoded.")

    def _handle_websocket_error_or_stop(self, exception: Exception) -> Never:
        raise SourceError(self._sentence(exception)) from None

    def _sentence(self, error: Exception) -> str:
        match error:
            case JetstreamConsumerTooSlowError():
                return "Bluesky closed the connection, since its posts were taken too slowly."
            case InvalidStatus():
                return f"Bluesky refused the connection (HTTP {error.response.status_code})."
            case _ if not self._connected:
                return "Bluesky can't be reached."
            case TimeoutError():
                return f"Bluesky has been silent for {self._options.silence_seconds:g} seconds."
            case _:
                return "Bluesky closed the connection."
