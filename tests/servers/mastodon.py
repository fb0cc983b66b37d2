"""A Mastodon server on 127.0.0.1: timelines, search and streams over invented posts."""

import json
import queue
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.monitors.reading import eventually

TOKEN = "a-token-of-ours"
FIRST = 117_020_593_378_945_190
MINUTE = 60_000 << 16
"""So much larger is the id of a post written a minute later."""
STATUS_LIMIT = 40
BETWEEN_SIGNS_SECONDS = 0.05


def status(number: int, text: str = "", **changes: Any) -> dict[str, Any]:
    """A post as a server tells it; `number` counts milliseconds."""
    id_ = str(FIRST + (number << 16))
    uri = f"https://social.example/users/alice/statuses/{id_}"
    return {
        "id": id_,
        "created_at": "2026-11-21T09:30:00.250Z",
        "in_reply_to_id": None,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": uri,
        "url": f"https://social.example/@alice/{id_}",
        "edited_at": None,
        "content": f"<p>{text or f'Post {number}'}</p>",
        "reblog": None,
        "account": {
            "id": "7",
            "username": "alice",
            "acct": "alice",
            "display_name": "Alice Example",
            "url": "https://social.example/@alice",
            "uri": "https://social.example/users/alice",
        },
        "media_attachments": [],
        "tags": [],
        "card": None,
        "poll": None,
        "quote": None,
        **changes,
    }


@dataclass
class Refusal:
    """What is answered instead, once or (`times` = 0) always."""

    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"<html><title>secret-words</title></html>"
    cut: bool = False
    times: int = 0


class MastodonServer:
    """Serves until the `with` block ends; `asked` holds every request's path and questions."""

    def __init__(self) -> None:
        self.statuses: list[Any] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.refusals: dict[str, Refusal] = {}
        self.access = {"live_feeds": "public", "hashtag_feeds": "public"}
        self.closing = threading.Event()
        self._streams: list[tuple[str, queue.Queue[bytes | None]]] = []
        self.opened = 0
        self.slow_seconds = 0.0

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _answers_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self.hang_up()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def post(self, *statuses: Any) -> None:
        """On the timelines and on the streams."""
        for one in statuses:
            self.lose(one)
            self.tell("update", one)

    def lose(self, *statuses: Any) -> None:
        """On the timelines alone, as when a stream loses a post."""
        self.statuses.extend(statuses)

    def tell(self, name: str, content: Any) -> None:
        """On the streams alone."""
        sent = content if isinstance(content, str) else json.dumps(content)
        self.write(f"event: {name}\ndata: {sent}\n\n".encode())

    def write(self, sent: bytes) -> None:
        for _, waiting in list(self._streams):
            waiting.put(sent)

    def hang_up(self) -> None:
        for _, waiting in list(self._streams):
            waiting.put(None)

    def wait_for_streams(self, count: int) -> None:
        """Until so many have been opened since the start."""
        eventually(lambda: self.opened >= count)

    @property
    def listeners(self) -> int:
        return len(self._streams)

    def asks(self, part: str) -> list[dict[str, str]]:
        """The questions of all requests for a path with this part."""
        return [questions for path, questions in list(self.asked) if part in path]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nothing to report."""


def _of_tag(one: Any, tag: str) -> bool:
    return not isinstance(one, dict) or f"#{tag}" in str(one.get("content", "")).lower()


def _number(one: Any) -> int:
    return int(one["id"]) if isinstance(one, dict) and str(one.get("id", "")).isdigit() else FIRST


def _page(statuses: list[Any], questions: Mapping[str, str]) -> list[Any]:
    """The newest first: of those after `min_id` the ones next to it, as Mastodon does."""
    limit = min(int(questions.get("limit", 20)), STATUS_LIMIT)
    ordered = sorted(statuses, key=_number)
    if "min_id" in questions:
        after = [one for one in ordered if _number(one) > int(questions["min_id"])]
        return after[:limit][::-1]
    return ordered[::-1][:limit]


def _found(statuses: list[Any], questions: Mapping[str, str]) -> list[Any]:
    low, high = int(questions.get("min_id", 0)), int(questions.get("max_id", 1 << 62))
    words = questions["q"].lower()
    found = [
        one
        for one in statuses
        if low < _number(one) < high and words in str(one.get("content")).lower()
    ]
    return sorted(found, key=_number, reverse=True)[: int(questions.get("limit", 20))]


def _answers_for(of: MastodonServer) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - a class
    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            questions = {name: values[0] for name, values in parse_qs(parts.query).items()}
            of.asked.append((parts.path, questions))
            of.closing.wait(of.slow_seconds)
            signed_in = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            path = parts.path.removeprefix("/api")
            for part, refusal in list(of.refusals.items()):
                if part in path:
                    if refusal.times:
                        refusal.times -= 1
                        if not refusal.times:
                            del of.refusals[part]
                    self._refuse(refusal)
                    return
            if path.startswith("/v1/streaming/"):
                self._stream(path, signed_in=signed_in)
            else:
                self._send(*self._answer(path, questions, signed_in=signed_in))

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as inherited
            """Tests read `asked` instead."""

        def _answer(
            self, path: str, questions: Mapping[str, str], *, signed_in: bool
        ) -> tuple[int, Any]:
            if path.rstrip("/") == "/v2/instance":
                return 200, {
                    "version": "4.6.4",
                    "configuration": {
                        "timelines_access": {
                            feed: {"local": access, "remote": access}
                            for feed, access in of.access.items()
                        }
                    },
                }
            if path.rstrip("/") == "/v1/instance":
                return 200, {"version": "4.6.4", "urls": {"streaming_api": of.url}}
            if path == "/v1/timelines/public":
                return 200, _page(of.statuses, questions)
            if path.startswith("/v1/timelines/tag/"):
                tag = path.rsplit("/", 1)[1].lower()
                return 200, _page([one for one in of.statuses if _of_tag(one, tag)], questions)
            if path == "/v2/search":
                found = _found(of.statuses, questions) if signed_in else []
                return 200, {"accounts": [], "statuses": found, "hashtags": []}
            return 404, {"error": "Record not found"}

        def _send(self, code: int, content: Any) -> None:
            self._refuse(Refusal(code, {"Content-Type": "application/json"}, _json(content)))

        def _refuse(self, refusal: Refusal) -> None:
            self.send_response(refusal.status)
            self.send_header("X-RateLimit-Limit", "300")
            self.send_header("X-RateLimit-Remaining", str(max(0, 300 - len(of.asked))))
            for name, value in refusal.headers.items():
                self.send_header(name, value)
            more = 100 if refusal.cut else 0
            self.send_header("Content-Length", str(len(refusal.body) + more))
            self.end_headers()
            self.wfile.write(refusal.body)
            self.close_connection = self.close_connection or refusal.cut

        def _stream(self, path: str, *, signed_in: bool) -> None:
            if not signed_in:
                self._send(401, {"error": "Missing access token"})
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            mine: tuple[str, queue.Queue[bytes | None]] = (path, queue.Queue())
            self._chunk(b":)\n")
            of._streams.append(mine)
            of.opened += 1
            try:
                while (sent := self._next(mine[1])) is not None:
                    self._chunk(sent)
                with suppress(OSError):
                    self._chunk(b"")
            finally:
                of._streams.remove(mine)
                self.close_connection = True

        def _next(self, waiting: "queue.Queue[bytes | None]") -> bytes | None:
            while not of.closing.is_set():
                try:
                    return waiting.get(timeout=BETWEEN_SIGNS_SECONDS)
                except queue.Empty:
                    self._chunk(b":thump\n")
            return None

        def _chunk(self, sent: bytes) -> None:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(sent), sent))
            self.wfile.flush()

    return Answers


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
