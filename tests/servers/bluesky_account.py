"""A Bluesky server that knows one account and searches its posts, on the loopback."""

import base64
import json
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from tests.servers.answering import Answer, AnsweringServer, Asked, of_json
from tests.servers.real_shaped import CID, POST, did

IDENTIFIER, PASSWORD = "watcher.example", "abcd-efgh-ijkl-mnop"
SIGN_IN = "/xrpc/com.atproto.server.createSession"
REFRESH = "/xrpc/com.atproto.server.refreshSession"
SEARCH = "/xrpc/app.bsky.feed.searchPosts"
A_PAGE = 2


def refused(status: int, name: str) -> Answer:
    return of_json({"error": name, "message": "said by the test"}, status=status)


def view(number: int, text: object, at: str, **fields: Any) -> dict[str, Any]:
    """A post as a search shows it."""
    record = {"$type": POST, "text": text, "createdAt": at, "langs": ["en"]}
    return {
        "uri": f"at://{did(number)}/{POST}/3mexample{number:04d}",
        "cid": CID,
        "author": {"did": did(number), "handle": f"somebody{number}.example"},
        "record": record,
        "indexedAt": at,
        "likeCount": 0,
        **fields,
    }


class AccountServer(AnsweringServer):
    """Answers two posts a page; `instead` may answer a request before it does."""

    def __init__(self, posts: Sequence[Any] = ()) -> None:
        super().__init__(self._answer)
        self.posts = list(posts)
        self.instead: Callable[[Asked], Answer | None] = lambda _: None
        self.session_seconds = 7200
        self._valid: dict[str, str] = {}

    def count(self, path: str) -> int:
        return sum(one.path == path for one in self.asked)

    def end_sessions(self) -> None:
        """No session that was ever given is worth anything any more."""
        self._valid.clear()

    def _answer(self, asked: Asked) -> Answer:
        if said := self.instead(asked):
            return said
        if asked.path == SIGN_IN:
            given = json.loads(asked.body)
            if (given["identifier"], given["password"]) != (IDENTIFIER, PASSWORD):
                return refused(HTTPStatus.UNAUTHORIZED, "AuthenticationRequired")
            return self._session()
        if not self._accepts(asked):
            return refused(HTTPStatus.BAD_REQUEST, "ExpiredToken")
        return self._session() if asked.path == REFRESH else self._found(asked)

    def _session(self) -> Answer:
        self._valid = {kind: self._jwt(kind) for kind in ("access", "refresh")}
        tokens = {f"{kind}Jwt": token for kind, token in self._valid.items()}
        return of_json({"handle": IDENTIFIER, "did": did(1), "active": True, **tokens})

    def _accepts(self, asked: Asked) -> bool:
        token = self._valid.get("refresh" if asked.path == REFRESH else "access")
        given = {name.lower(): value for name, value in asked.headers.items()}
        return given.get("authorization") == f"Bearer {token}"

    def _jwt(self, kind: str) -> str:
        """One of a kind, and not signed."""
        ends = int(time.time()) + self.session_seconds
        said = {"scope": kind, "sub": did(1), "exp": ends, "jti": uuid4().hex}
        parts = ({"typ": "JWT", "alg": "none"}, said)
        coded = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in parts]
        return ".".join(one.rstrip("=") for one in [*coded, "c2lnbmVk"])

    def _found(self, asked: Asked) -> Answer:
        since, until = asked.query["since"], asked.query["until"]
        words = asked.query["q"].lower()
        hits = [one for one in self.posts if _holds(one, words) and _within(one, since, until)]
        hits.sort(key=lambda one: str(one.get("indexedAt")), reverse=True)
        begin = int(asked.query.get("cursor", 0))
        page = hits[begin : begin + A_PAGE]
        more = {"cursor": str(begin + A_PAGE)} if page else {}
        return of_json({"posts": page, **more})


def _holds(post: dict[str, Any], words: str) -> bool:
    return words in json.dumps(post.get("record", {}), ensure_ascii=False).lower()


def _within(post: dict[str, Any], since: str, until: str) -> bool:
    at = datetime.fromisoformat(post["indexedAt"])
    return datetime.fromisoformat(since) <= at < datetime.fromisoformat(until)
