"""One connection to a Jetstream server, of version 2 or of version 1."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Never, Protocol
from urllib.parse import urlencode

from atproto import Client, JetstreamClient, Request
from atproto import jetstream_models as wire
from atproto.exceptions import (
    JetstreamConsumerTooSlowError,
    JetstreamDecodingError,
    JetstreamError,
)
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from monitors.errors import SourceError
from monitors.feed import Give
from monitors.sources.bluesky_events import COLLECTION, EventUnreadableError, from_version_1

_TOO_OLD = "CursorTooOld"


class CursorTooOldError(SourceError):
    """Bluesky's server no longer has the place that was asked for."""


class Pace(Protocol):
    """How long a connection waits."""

    @property
    def connect_seconds(self) -> float:
        """For a server to answer."""

    @property
    def silence_seconds(self) -> float:
        """For anything at all to be said."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of the server: its text as sent, and what is in it."""

    text: bytes
    payload: Mapping[str, Any]
    packed: bool = False
    """Whether it came compressed."""


class Stream(JetstreamClient):  # type: ignore[misc] # the library carries no type marker
    """The library's client, but for one connection only, and with the frames as they came.

    The library reconnects by itself from a cursor that it moves before a post is taken, returns
    silently when the server closes, and ends the stream for one malformed envelope. Here any end
    is raised, and what can't be read is left out and counted.
    """

    def __init__(
        self, url: str, pace: Pace, cursor: str | None, skip: Callable[[str], None]
    ) -> None:
        wanted: dict[str, Any] = {"collections": [COLLECTION], "kinds": ["commit", "account"]}
        if cursor is not None:
            wanted["cursor"] = int(cursor)
        super().__init__(wanted, base_uri=url, recv_timeout=pace.silence_seconds)
        self._pace = pace
        self._skip = skip
        self._connected = False

    @property
    def listening(self) -> bool:
        """Whether the server has taken the connection."""
        return self._connected

    def run(self, take: Callable[[Frame, Give], None], give: Give) -> None:
        """Listen until the connection ends; raises SourceError unless it was stopped."""
        self.start(lambda frame: take(frame, give), self._leave_out)
        if not self._stopped:
            raise SourceError("Bluesky closed the connection.")

    def try_once(self) -> None:
        """Connect and hang up; raises SourceError if that can't be done."""
        try:
            self._before_connect()
            client = self._get_client()
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is told as in a reading
            self._handle_websocket_error_or_stop(fault)
        with suppress(Exception):
            client.close()

    def _leave_out(self, error: BaseException) -> None:
        read = isinstance(error, EventUnreadableError)
        self._skip(str(error) if read else f"Reading it met {type(error).__name__}.")

    def _before_connect(self) -> None:
        seconds = self._pace.connect_seconds
        request = Request(timeout=seconds)
        self._xrpc_client = Client(self._http_origin, request=request)
        try:
            super()._before_connect()
        finally:
            request.close()

    def _get_connect_kwargs(self) -> dict[str, Any]:
        return {**super()._get_connect_kwargs(), "open_timeout": self._pace.connect_seconds}

    def _get_client(self) -> ClientConnection:
        connection: ClientConnection = super()._get_client()
        self._connected = True
        return connection

    def _decode_frame(self, raw_frame: str | bytes) -> Any:
        text = raw_frame.encode() if isinstance(raw_frame, str) else self._inflate(raw_frame)
        frame = wire.parse_frame(text)
        if isinstance(frame, wire.MessageFrame):
            return Frame(text, frame.payload, packed=isinstance(raw_frame, bytes))
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
        if _is_too_old(exception):
            raise CursorTooOldError from None
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
                return f"Bluesky has been silent for {self._pace.silence_seconds:g} seconds."
            case _:
                return "Bluesky closed the connection."


class OldStream(Stream):
    """The same from a server of version 1, whose events are made into those of version 2.

    It says everything about accounts whether asked or not, and where the place asked for is gone
    it begins later without a word.
    """

    def _before_connect(self) -> None:
        self._compression = None

    @property
    def _websocket_uri(self) -> str:
        asked = {"wantedCollections": COLLECTION}
        if (cursor := self._params.get("cursor")) is not None:
            asked["cursor"] = str(cursor)
        return f"{self._base_uri}/subscribe?{urlencode(asked)}"

    def _get_connect_kwargs(self) -> dict[str, Any]:
        return {**super()._get_connect_kwargs(), "subprotocols": None}

    def _decode_frame(self, raw_frame: str | bytes) -> Frame:
        text = raw_frame.encode() if isinstance(raw_frame, str) else raw_frame
        try:
            event = json.loads(text)
        except (ValueError, RecursionError):
            raise JetstreamDecodingError from None
        if not isinstance(event, dict):
            raise JetstreamDecodingError
        return Frame(text, from_version_1(event))


def _is_too_old(error: Exception) -> bool:
    """Whether the server says so, before the connection is made or in it."""
    if isinstance(error, InvalidStatus):
        return _TOO_OLD.encode() in (error.response.body or b"")[:1000]
    said = error.args[0] if isinstance(error, JetstreamError) and error.args else None
    return getattr(said, "error", None) == _TOO_OLD
