"""A server on 127.0.0.1 that speaks as X's API does: recent search, rules and a stream."""

import json
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Mapping[str, str], bytes]
TOKEN = "a-token-for-tests"
HTML = b"<html><title>Denied</title>Fenella Auchterbrae</html>"


def number(seconds_ago: float) -> int:
    """The id of a post that was written then."""
    return (int((time.time() - seconds_ago) * 1000) - 1_288_834_974_657) << 22


def tweet(seconds_ago: float, text: str, **more: Any) -> dict[str, Any]:
    """A post as X shows it."""
    id_ = str(number(seconds_ago))
    return {
        "id": id_,
        "text": text,
        "author_id": "9001",
        "lang": "en",
        "edit_history_tweet_ids": [id_],
        **more,
    }


class XServer:
    """Answers until the `with` block ends; `searches` holds the parameters of each search."""

    def __init__(self, page: int = 100) -> None:
        self.posts: list[Any] = []
        self.includes: dict[str, list[Any]] = {}
        self.searches: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.tokens: list[str | None] = []
        self.next_answers: deque[Answer] = deque()
        """Given to the next searches instead of posts."""
        self.stream_answers: deque[Answer] = deque()
        self.rules: list[dict[str, str]] = []
        self.lines: list[bytes] = []
        """What is said on every stream that is open from now on, in order."""
        self.hang_up_after = False
        self.search_seconds = 0.0
        self.streams = 0
        self.open = 0
        self._page = page
        self._over = threading.Event()

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
        self._over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def found(self, asked: Mapping[str, str]) -> Answer:
        """A page of search: the newest first, from where the token says."""
        self.searches.append(dict(asked))
        time.sleep(self.search_seconds)
        if self.next_answers:
            return self.next_answers.popleft()
        since, most = int(asked.get("since_id", "0")), int(asked.get("max_results", "10"))
        new = [one for one in self.posts if _place(one) > since]
        new.sort(key=_place, reverse=True)
        token = asked.get("next_token", "0")
        start = int(token) if token.isdigit() else len(new)  # recorded ones lead nowhere
        end = start + min(most, self._page)
        page = new[start:end]
        meta: dict[str, Any] = {"result_count": len(page)}
        if end < len(new):
            meta["next_token"] = str(end)
        answer: dict[str, Any] = {"meta": meta}
        if page:
            answer = {"data": page, "includes": self.includes, **answer}
        return json_answer(answer)

    def change_rules(self, asked: Mapping[str, Any]) -> Answer:
        gone = set(asked.get("delete", {}).get("ids", []))
        self.rules = [one for one in self.rules if one["id"] not in gone]
        for one in asked.get("add", []):
            if one["value"] == "refused (":
                return json_answer({"errors": [{"title": "Invalid Rule"}]}, 201)
            self.rules.append({"id": str(len(self.rules) + 100), **one})
        return json_answer({"meta": {}}, 201)

    def wait(self) -> bool:
        return self._over.wait(0.02)


def json_answer(answer: object, status: int = 200, **headers: str) -> Answer:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(answer).encode()


def refusal(status: int, body: bytes = HTML, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "text/html", **named}, body


def _place(post: Any) -> int:
    """Posts without a readable id are found by every search."""
    id_ = post.get("id") if isinstance(post, dict) else None
    return int(id_) if isinstance(id_, str) and id_.isdigit() else 1 << 62


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nothing to report."""


def _answers_for(x: XServer) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - a class in it
    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            x.paths.append(parts.path)
            x.tokens.append(self.headers.get("Authorization"))
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/2/tweets/search/recent":
                self._send(*x.found(asked))
            elif parts.path == "/2/tweets/search/stream/rules":
                self._send(*json_answer({"data": x.rules} if x.rules else {"meta": {}}))
            elif parts.path == "/2/tweets/search/stream":
                self._stream()
            else:
                self._send(*refusal(404))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._send(*x.change_rules(json.loads(body)))

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as inherited
            """Tests read `searches` instead."""

        def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = "Content-Length" in headers

        def _stream(self) -> None:
            x.streams += 1
            if x.stream_answers:
                self._send(*x.stream_answers.popleft())
                return
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            x.open += 1
            try:
                self._say(x.lines)
            finally:
                x.open -= 1

        def _say(self, lines: Sequence[bytes]) -> None:
            said = 0
            while not x.wait():
                self._chunk(b"\r\n")
                for line in lines[said:]:
                    self._chunk(line + b"\r\n")
                    said += 1
                if x.hang_up_after:
                    self.wfile.write(b"0\r\n\r\n")
                    return

        def _chunk(self, piece: bytes) -> None:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.flush()

    return Answers
