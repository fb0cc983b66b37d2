"""A Mastodon server on 127.0.0.1: timelines, search and streams over invented posts."""

import json
import queue
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from tests.monitors.reading import eventually
from tests.servers.web import WebRequest, WebServer

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


class MastodonServer(WebServer):
    """Serves until the `with` block ends; `asked` holds every request's path and questions."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[Any] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.refusals: dict[str, Refusal] = {}
        self.access = {"live_feeds": "public", "hashtag_feeds": "public"}
        self._streams: list[tuple[str, queue.Queue[bytes | None]]] = []
        self.opened = 0
        self.slow_seconds = 0.0

    def requests(self) -> type[WebRequest]:
        return type("Request", (_Request,), {"of": self})

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self.hang_up()
        super().__exit__(kind, fault, trace)

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


class _Request(WebRequest):
    of: MastodonServer
    protocol_version = "HTTP/1.1"

    def get(self) -> None:
        of = self.of
        of.asked.append((self.place, self.questions))
        of.closing.wait(of.slow_seconds)
        signed_in = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        path = self.place.removeprefix("/api")
        if refusal := self._refusal_of(path):
            self._refuse(refusal)
        elif path.startswith("/v1/streaming/"):
            self._stream(path, signed_in=signed_in)
        else:
            self._tell(*self._answer(path, self.questions, signed_in=signed_in))

    def _refusal_of(self, path: str) -> Refusal | None:
        for part, refusal in list(self.of.refusals.items()):
            if part in path:
                if refusal.times:
                    refusal.times -= 1
                    if not refusal.times:
                        del self.of.refusals[part]
                return refusal
        return None

    def _answer(
        self, path: str, questions: Mapping[str, str], *, signed_in: bool
    ) -> tuple[int, Any]:
        statuses = self.of.statuses
        if path.rstrip("/") == "/v2/instance":
            shown = {
                feed: {"local": access, "remote": access} for feed, access in self.of.access.items()
            }
            return 200, {"version": "4.6.4", "configuration": {"timelines_access": shown}}
        if path.rstrip("/") == "/v1/instance":
            return 200, {"version": "4.6.4", "urls": {"streaming_api": self.of.url}}
        if path == "/v1/timelines/public":
            return 200, _page(statuses, questions)
        if path.startswith("/v1/timelines/tag/"):
            tag = path.rsplit("/", 1)[1].lower()
            return 200, _page([one for one in statuses if _of_tag(one, tag)], questions)
        if path == "/v2/search":
            found = _found(statuses, questions) if signed_in else []
            return 200, {"accounts": [], "statuses": found, "hashtags": []}
        return 404, {"error": "Record not found"}

    def _tell(self, code: int, content: Any) -> None:
        self._refuse(Refusal(code, {"Content-Type": "application/json"}, _json(content)))

    def _refuse(self, refusal: Refusal) -> None:
        left = str(max(0, 300 - len(self.of.asked)))
        limits = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": left}
        self.send(refusal.status, {**limits, **refusal.headers}, refusal.body, cut=refusal.cut)

    def _stream(self, path: str, *, signed_in: bool) -> None:
        if not signed_in:
            self._tell(401, {"error": "Missing access token"})
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        mine: tuple[str, queue.Queue[bytes | None]] = (path, queue.Queue())
        self.chunk(b":)\n")
        self.of._streams.append(mine)
        self.of.opened += 1
        try:
            while (sent := self._next(mine[1])) is not None:
                self.chunk(sent)
            with suppress(OSError):
                self.chunk(b"")
        finally:
            self.of._streams.remove(mine)
            self.close_connection = True

    def _next(self, waiting: "queue.Queue[bytes | None]") -> bytes | None:
        while not self.of.closing.is_set():
            try:
                return waiting.get(timeout=BETWEEN_SIGNS_SECONDS)
            except queue.Empty:
                self.chunk(b":thump\n")
        return None


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
