"""A loopback Reddit: it signs clients in, shows listings page by page, and misbehaves."""

import base64
import json
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from tests.servers.web import WebRequest, WebServer

CLIENT_ID, CLIENT_SECRET = "invented-client", "invented-secret"
NOON = 1_790_000_000

Thing = dict[str, Any]


def comment(number: int, text: str, **other: object) -> Thing:
    """A comment in today's shape, written `number` seconds after noon."""
    told = {
        "name": f"t1_c{number}",
        "id": f"c{number}",
        "body": text,
        "author": "quiet_heron",
        "author_fullname": "t2_heron",
        "created_utc": float(NOON + number),
        "edited": False,
        "link_id": "t3_thread",
        "link_title": "A letter from the Ombudsman",
        "parent_id": "t3_thread",
        "permalink": f"/r/Glenexample/comments/thread/a_letter/c{number}/",
        "subreddit": "Glenexample",
        "a_field_of_tomorrow": {"deep": [1, None]},
        "replies": "",
        "score": 1,
    }
    return {"kind": "t1", "data": told | other}


def submission(number: int, title: str, text: str = "", **other: object) -> Thing:
    """A submission in today's shape, written `number` seconds after noon."""
    address = f"/r/Glenexample/comments/s{number}/a_title/"
    told = {
        "name": f"t3_s{number}",
        "id": f"s{number}",
        "title": title,
        "selftext": text,
        "author": "loud_gull",
        "author_fullname": "t2_gull",
        "created_utc": float(NOON + number),
        "edited": False,
        "is_self": True,
        "permalink": address,
        "removed_by_category": None,
        "subreddit": "Glenexample",
        "url": f"https://www.reddit.com{address}",
    }
    return {"kind": "t3", "data": told | other}


def emptied(thing: Thing) -> Thing:
    """What stays of it once its author has deleted it."""
    gone = {"author": "[deleted]", "author_fullname": None}
    text = "body" if thing["kind"] == "t1" else "selftext"
    return {"kind": thing["kind"], "data": thing["data"] | gone | {text: "[deleted]"}}


@dataclass(frozen=True)
class Fault:
    """An answer of its own to one request."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


class RedditServer(WebServer):
    """Use it as a context manager; `shown` holds what each path shows, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: dict[str, list[Any]] = defaultdict(list)
        self.answers: dict[str, bytes] = {}
        """Whole answers, for paths that show what was recorded."""
        self.known: dict[str, Thing] = {}
        """What is told of by id."""
        self.tokens: set[str] = set()
        self.signed_in = 0
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.agents: set[str] = set()
        self.limits: dict[str, str] = {}
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.slow_seconds = 0.0

    def requests(self) -> type[WebRequest]:
        return type("Request", (_Request,), {"reddit": self})

    @property
    def options(self) -> dict[str, object]:
        """What a source needs to find it and to be let in."""
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "registered_by": "glen_watch",
            "reddit_url": self.url,
            "oauth_url": self.url,
        }

    def show(self, path: str, *things: Any) -> None:
        """Put things on top of a listing, the last of them topmost."""
        for thing in things:
            self.shown[path].insert(0, thing)
            if isinstance(thing, dict) and isinstance(thing.get("data"), dict):
                self.known[str(thing["data"].get("name"))] = thing

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(one == path for one, _ in self.asked)

    def listing(self, path: str, asked: dict[str, str]) -> bytes:
        """One page of a listing."""
        if path in self.answers:
            return self.answers[path]
        if path == "/api/info/":
            names = asked["id"].split(",")
            assert len(names) <= 100
            page, after = [self.known[one] for one in names if one in self.known], None
        else:
            things = list(self.shown[path])
            names = [_name(one) for one in things]
            begin = names.index(asked["after"]) + 1 if "after" in asked else 0
            page = things[begin : begin + int(asked["limit"])]
            more = begin + len(page) < len(things)
            after = names[begin + len(page) - 1] if more else None
        told = {"children": page, "after": after, "before": None, "dist": len(page)}
        return json.dumps({"kind": "Listing", "data": told}).encode()

    def sign_in(self, pair: str) -> Fault:
        """The answer to a client that says who it is."""
        right = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if pair != f"Basic {right}":
            return Fault(401, b'{"message": "Unauthorized", "error": 401}')
        self.signed_in += 1
        token = f"token-{self.signed_in}"
        self.tokens = {token}
        told = {"access_token": token, "token_type": "bearer", "expires_in": 86400, "scope": "*"}
        return Fault(body=json.dumps(told).encode())


def _name(thing: Any) -> str:
    told = thing.get("data") if isinstance(thing, dict) else None
    return str(told.get("name")) if isinstance(told, dict) else ""


class _Request(WebRequest):
    reddit: RedditServer
    wbufsize = -1

    def post(self) -> None:
        self.content()
        if not self._misbehaves():
            self._say(self.reddit.sign_in(self.headers["Authorization"]))

    def get(self) -> None:
        self.reddit.asked.append((self.place, self.questions))
        self.reddit.agents.add(self.headers["User-Agent"])
        time.sleep(self.reddit.slow_seconds)
        if self._misbehaves():
            return
        if self.headers["Authorization"].removeprefix("bearer ") not in self.reddit.tokens:
            self._say(Fault(401, b"{}"))
        else:
            body = self.reddit.listing(self.place, self.questions)
            self._say(Fault(body=body, headers=self.reddit.limits))

    def _misbehaves(self) -> bool:
        waiting = self.reddit.faults[self.place]
        if not waiting:
            return False
        self._say(waiting.popleft())
        return True

    def _say(self, answer: Fault) -> None:
        self.send(answer.status, answer.headers, answer.body, cut=answer.cut)
