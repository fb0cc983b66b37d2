"""A Jetstream server (version 2) on the loopback, for the real client.

It speaks the `xrpc.v1.json` subprotocol: each event is a text message
`{"$type": "message", "payload": {...}}` with a rising `seq`, or, for clients that name the
dictionary, the same text as one zstd frame. Cursors are inclusive; from 1e15 on they are unix
microseconds, held against `witnessedAt`.
"""

import json
import threading
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import zstandard
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from tests.servers.jetstream_events import NSID, Event

PATH = f"/xrpc/{NSID}"
DICTIONARY_PATH = "/xrpc/network.bsky.jetstream.getZstdDictionary"
FIRST_MICROSECOND_CURSOR = 10**15


class JetstreamServer:
    """Sends what is published, from any place, and misbehaves on request."""

    path = PATH
    subprotocols: tuple[str, ...] | None = ("xrpc.v1.json",)

    def __init__(self, *, dictionary: bytes | None = None) -> None:
        self.asked: list[dict[str, list[str]]] = []
        self.sent = 0
        self._dictionary = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        self._frames: list[tuple[Event | None, str]] = []
        self._live: set[ServerConnection] = set()
        self._changed = threading.Condition()
        self._refusal: int | None = None
        self._silent = False
        self._over = False
        self._forgotten_before = 0
        self._tells_forgotten = True
        self._refuses_forgotten = False

    def __enter__(self) -> Self:
        self._server: Server = serve(
            self._serve_one,
            "127.0.0.1",
            0,
            subprotocols=self.subprotocols,  # type: ignore[arg-type] # a NewType of str
            process_request=self._answer,
            compression=None,
        )
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._server.shutdown()
        self._thread.join()

    @property
    def url(self) -> str:
        """What a client takes for the network's address."""
        port = self._server.socket.getsockname()[1]
        return f"ws://127.0.0.1:{port}{self.path.removesuffix(f'/{NSID}')}"

    @property
    def connected(self) -> int:
        """How many clients listen at this moment."""
        return len(self._live)

    def publish(self, events: Iterable[Event]) -> None:
        """Send events to all who listen, and keep them for those who come later."""
        self._add((event, self._frame(event)) for event in events)

    def publish_text(self, text: str) -> None:
        """Send a message that is no event."""
        self._add([(None, text)])

    def close_cleanly(self) -> None:
        """Say goodbye to every client."""
        for connection in tuple(self._live):
            connection.close()

    def drop(self) -> None:
        """Cut every connection without a word."""
        for connection in tuple(self._live):
            connection.socket.shutdown(2)

    def go_silent(self) -> None:
        """Keep the connections and send nothing any more."""
        self._silent = True

    def speak(self) -> None:
        """Send again, from where the silence began."""
        with self._changed:
            self._silent = False
            self._changed.notify_all()

    def refuse(self, status: int | None) -> None:
        """Turn new clients away with this HTTP status; None lets them in again."""
        self._refusal = status

    def forget_before(self, micros: int, *, refuse: bool = False) -> None:
        """Look back no further than this; with `refuse` an older place is no place at all."""
        self._forgotten_before = micros
        self._refuses_forgotten = refuse

    def wait_for_clients(self, count: int, seconds: float = 60) -> None:
        """Return once `count` clients have ever been let in."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.asked) >= count, seconds)

    def _frame(self, event: Event) -> str:
        return event.frame

    def _add(self, frames: Iterable[tuple[Event | None, str]]) -> None:
        with self._changed:
            self._frames.extend(frames)
            self._changed.notify_all()

    def _answer(self, _: ServerConnection, request: Request) -> Response | None:
        path = urlsplit(request.path).path
        if path == DICTIONARY_PATH and self._dictionary is not None:
            return _response(HTTPStatus.OK, self._dictionary.as_bytes())
        if path != self.path:
            return _response(HTTPStatus.NOT_FOUND, b"{}")
        if self._refusal:
            return _response(HTTPStatus(self._refusal), b"{}")
        if self._refuses_forgotten and self._is_forgotten(parse_qs(urlsplit(request.path).query)):
            body = json.dumps({"error": "CursorTooOld", "message": "said by the test"})
            return _response(HTTPStatus.BAD_REQUEST, body.encode())
        return None

    def _is_forgotten(self, asked: Mapping[str, list[str]]) -> bool:
        return "cursor" in asked and int(asked["cursor"][0]) < self._forgotten_before

    def _serve_one(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        asked = parse_qs(urlsplit(connection.request.path).query)
        with self._changed:
            place = self._place(asked.get("cursor"))
            self._live.add(connection)
            self.asked.append(asked)
            self._changed.notify_all()
        packer = zstandard.ZstdCompressor(dict_data=self._dictionary)
        packs = self._dictionary is not None and "zstdDictionary" in asked
        if self._tells_forgotten and self._is_forgotten(asked):
            connection.send(info_text("OutdatedCursor"))
        try:
            while (frames := self._wait_for_frames(connection, place)) is not None:
                for event, text in frames:
                    if _wanted(event, asked):
                        connection.send(packer.compress(text.encode()) if packs else text)
                        self.sent += 1
                place += len(frames)
        except (ConnectionClosed, OSError):
            pass  # the client left, or was dropped
        finally:
            self._live.discard(connection)

    def _wait_for_frames(
        self, connection: ServerConnection, place: int
    ) -> list[tuple[Event | None, str]] | None:
        """What comes at and after `place`; None when the connection is over."""
        while connection.close_code is None:
            with self._changed:
                if self._over:
                    return None
                if not self._silent and len(self._frames) > place:
                    return self._frames[place:]
                self._changed.wait(0.05)
        return None

    def _place(self, asked: list[str] | None) -> int:
        if asked is None:
            return len(self._frames)
        cursor = max(int(asked[0]), self._forgotten_before)
        for place, (event, _) in enumerate(self._frames):
            reached = 0
            if event is not None:
                micros = cursor >= FIRST_MICROSECOND_CURSOR
                reached = event.witnessed if micros else event.seq
            if reached >= cursor:
                return place
        return len(self._frames)


def _wanted(event: Event | None, asked: Mapping[str, list[str]]) -> bool:
    """Collections filter commits only; kinds filter all; what is no event always goes out."""
    if event is None or event.kind not in {"commit", "identity", "account", "sync"}:
        return True
    if "kinds" in asked and event.kind not in asked["kinds"]:
        return False
    collection = event.payload.get("collection")
    return event.kind != "commit" or collection in asked.get("collections", [collection])


def _response(status: HTTPStatus, body: bytes) -> Response:
    headers = Headers({"Content-Length": str(len(body)), "Connection": "close"})
    return Response(status.value, status.phrase, headers, body)


def train_dictionary(samples: Iterable[str]) -> bytes:
    """A small zstd dictionary, such as a server makes of its own traffic."""
    material: list[bytes | bytearray | memoryview] = [sample.encode() for sample in samples]
    return zstandard.train_dictionary(2048, material * 20, dict_id=7).as_bytes()


def error_text(error: str) -> str:
    """The message by which a server says that it ends the stream."""
    return json.dumps({"$type": "error", "error": error, "message": "said by the test"})


def info_text(name: str) -> str:
    """A notice about the stream itself."""
    payload: dict[str, Any] = {"$type": f"{NSID}#info", "name": name}
    return json.dumps({"$type": "message", "payload": payload})
