"""A server on 127.0.0.1 that speaks as X's API does: recent search, rules and a stream."""

import json
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from tests.servers.web import WebRequest, WebServer

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


class XServer(WebServer):
    """Answers until the `with` block ends; `searches` holds the parameters of each search."""

    def __init__(self, page: int = 100) -> None:
        super().__init__()
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

    def requests(self) -> type[WebRequest]:
        return type("Request", (_Request,), {"x": self})

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
        return self.closing.wait(0.02)


def json_answer(answer: object, status: int = 200, **headers: str) -> Answer:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(answer).encode()


def refusal(status: int, body: bytes = HTML, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "text/html", **named}, body


def _place(post: Any) -> int:
    """Posts without a readable id are found by every search."""
    id_ = post.get("id") if isinstance(post, dict) else None
    return int(id_) if isinstance(id_, str) and id_.isdigit() else 1 << 62


class _Request(WebRequest):
    x: XServer
    protocol_version = "HTTP/1.1"

    def get(self) -> None:
        self.x.paths.append(self.place)
        self.x.tokens.append(self.headers.get("Authorization"))
        if self.place == "/2/tweets/search/recent":
            self.send(*self.x.found(self.questions))
        elif self.place == "/2/tweets/search/stream/rules":
            rules = self.x.rules
            self.send(*json_answer({"data": rules} if rules else {"meta": {}}))
        elif self.place == "/2/tweets/search/stream":
            self._stream()
        else:
            self.send(*refusal(404))

    def post(self) -> None:
        self.send(*self.x.change_rules(json.loads(self.content())))

    def _stream(self) -> None:
        self.x.streams += 1
        if self.x.stream_answers:
            self.send(*self.x.stream_answers.popleft())
            return
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.x.open += 1
        try:
            self._say(self.x.lines)
        finally:
            self.x.open -= 1

    def _say(self, lines: Sequence[bytes]) -> None:
        said = 0
        while not self.x.wait():
            self.chunk(b"\r\n")
            for line in lines[said:]:
                self.chunk(line + b"\r\n")
                said += 1
            if self.x.hang_up_after:
                self.chunk(b"")
                return
