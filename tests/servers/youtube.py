"""A server on 127.0.0.1 that speaks as YouTube's data API does."""

import json
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.servers.web import WebRequest, WebServer

Answer = tuple[int, Mapping[str, str], bytes]
KEY = "a-key-for-tests"
CHANNEL, VIDEO, OTHER_VIDEO = "UCexample0001", "vidExample1", "vidExample2"
PREFIX = "/youtube/v3/"


def ago(seconds: float) -> str:
    moment = datetime.now(UTC) - timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def video(id_: str, seconds: float, title: str, description: str = "", **more: Any) -> Any:
    """What a search shows of a video."""
    return {
        "kind": "youtube#searchResult",
        "id": {"kind": "youtube#video", "videoId": id_},
        "snippet": {
            "publishedAt": ago(seconds),
            "channelId": "UCsomebody",
            "channelTitle": "Somebody's channel",
            "title": title,
            "description": description,
            **more,
        },
    }


def comment(id_: str, seconds: float, text: str, **more: Any) -> Any:
    moment = ago(seconds)
    return {
        "kind": "youtube#comment",
        "id": id_,
        "snippet": {
            "textDisplay": text,
            "authorDisplayName": "Bob Example",
            "authorChannelId": {"value": "UCbob"},
            "publishedAt": moment,
            "updatedAt": moment,
            **more,
        },
    }


def thread(first: Any, *answers: Any, told: int | None = None, of: str = VIDEO) -> Any:
    return {
        "kind": "youtube#commentThread",
        "id": first["id"],
        "snippet": {
            "videoId": of,
            "topLevelComment": first,
            "totalReplyCount": len(answers) if told is None else told,
        },
        **({"replies": {"comments": list(answers)}} if answers else {}),
    }


class YouTubeServer(WebServer):
    """Answers until the `with` block ends; `asked` holds each request's kind and parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.videos: list[Any] = []
        self.whole: list[Any] = []
        self.threads: dict[str, list[Any]] = {}
        """By the channel or video that they hang on."""
        self.replies: dict[str, list[Any]] = {}
        self.refusing: dict[str, Answer] = {}
        """By channel, video or kind of request."""
        self.next_answers: deque[Answer] = deque()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        self.page = 100

    def requests(self) -> type[WebRequest]:
        return type("Request", (_Request,), {"youtube": self})

    def count(self, kind: str) -> int:
        return sum(one == kind for one, _ in self.asked)

    def answer(self, kind: str, asked: dict[str, str]) -> Answer:
        self.asked.append((kind, asked))
        if self.next_answers:
            return self.next_answers.popleft()
        of = asked.get("videoId") or asked.get("allThreadsRelatedToChannelId") or ""
        for name in (of, kind):
            if name in self.refusing:
                return self.refusing[name]
        if kind == "videos":
            ids = asked["id"].split(",")
            return listed([one for one in self.whole if one["id"] in ids])
        return self._page_of(self._listed_for(kind, asked, of), asked)

    def _listed_for(self, kind: str, asked: Mapping[str, str], of: str) -> list[Any]:
        if kind == "search":
            return [one for one in self.videos if _published(one) >= asked["publishedAfter"]]
        if kind == "commentThreads":
            return self.threads.get(of, [])
        return self.replies.get(asked["parentId"], [])

    def _page_of(self, all_of_them: list[Any], asked: dict[str, str]) -> Answer:
        token = asked.get("pageToken", "0")
        start = int(token) if token.isdigit() else len(all_of_them)  # recorded ones lead nowhere
        end = start + min(self.page, int(asked["maxResults"]))
        further = {"nextPageToken": str(end)} if end < len(all_of_them) else {}
        return listed(all_of_them[start:end], **further)


def listed(items: list[Any], **more: str) -> Answer:
    body = json.dumps({"kind": "a list", "items": items, **more}).encode()
    return 200, {"Content-Type": "application/json"}, body


def refusal(status: int, reason: str = "", **headers: str) -> Answer:
    """With a reason as Google gives it, otherwise a page of HTML."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if not reason:
        return status, {"Content-Type": "text/html", **named}, b"<html>Fenella Auchterbrae</html>"
    error = {"code": status, "message": "Fenella", "errors": [{"reason": reason}]}
    return status, {"Content-Type": "application/json"}, json.dumps({"error": error}).encode()


def _published(entry: Any) -> str:
    """What has no date is found by every search."""
    snippet = entry.get("snippet") if isinstance(entry, dict) else None
    moment = snippet.get("publishedAt") if isinstance(snippet, dict) else None
    return moment if isinstance(moment, str) else "9"


class _Request(WebRequest):
    youtube: YouTubeServer
    protocol_version = "HTTP/1.1"

    def get(self) -> None:
        self.youtube.paths.append(self.path)
        self.youtube.keys.append(self.headers.get("X-Goog-Api-Key"))
        self.send(*self.youtube.answer(self.place.removeprefix(PREFIX), self.questions))
