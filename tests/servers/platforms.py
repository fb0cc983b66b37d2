"""Every platform that is asked again and again, each on 127.0.0.1 and with posts that appear."""

import html
import itertools
import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self

from tests.servers.answering import Answer, AnsweringServer, Asked, of_json
from tests.servers.mastodon import MastodonServer, status
from tests.servers.reddit import RedditServer, comment
from tests.servers.x import TOKEN, XServer, tweet
from tests.servers.youtube import KEY, VIDEO, YouTubeServer, thread
from tests.servers.youtube import comment as youtube_comment

KINDS = (
    "feeds",
    "google_reviews",
    "hackernews",
    "lemmy",
    "mastodon",
    "reddit",
    "web",
    "x",
    "youtube",
)
LOCATION = "accounts/1/locations/2"
OFTEN = 0.3


@dataclass(frozen=True)
class Said:
    """One post: its number here, when it appeared, and its words."""

    number: int
    at: float
    text: str

    @property
    def moment(self) -> str:
        return datetime.fromtimestamp(self.at, UTC).isoformat()


@dataclass
class Platforms:
    """All of them, until the `with` block ends; `said` holds the posts of each, oldest first."""

    said: dict[str, list[Said]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._mastodon = stack.enter_context(MastodonServer())
            self._reddit = stack.enter_context(RedditServer())
            self._x = stack.enter_context(XServer())
            self._youtube = stack.enter_context(YouTubeServer())
            self._site = stack.enter_context(AnsweringServer(self._answer))
            self._open = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def misbehave(self, fault: Answer | None) -> None:
        """All of them answer so, or as they should again."""
        for server in (self._mastodon, self._reddit, self._x, self._youtube, self._site):
            server.fault = fault

    def publish(self, kind: str, text: str) -> None:
        """Let a post appear."""
        with self._lock:
            time.sleep(0.002)  # some platforms number their posts by the millisecond
            one = Said(next(self._numbers), time.time(), text)
            self.said[kind].append(one)
        match kind:
            case "mastodon":
                id_ = str(int(one.at * 1000) << 16)
                uri = f"https://social.example/statuses/{id_}"
                told = status(0, text, id=id_, uri=uri, url=uri, created_at=one.moment)
                self._mastodon.lose(told)
            case "reddit":
                path = "/r/Glenexample/comments/"
                self._reddit.show(path, comment(one.number, text, created_utc=one.at))
            case "x":
                self._x.posts.append(tweet(time.time() - one.at, text))
            case "youtube":
                said = youtube_comment(f"c{one.number}", 0, text)
                self._youtube.threads.setdefault(VIDEO, []).insert(0, thread(said))

    def publish_unreadable(self, text: str) -> None:
        """Let something appear that is no post."""
        self._reddit.show("/r/Glenexample/comments/", {"kind": "t1", "data": {"body": [text]}})

    @property
    def sources(self) -> dict[str, dict[str, object]]:
        """The options of a source of each kind."""
        site, often = self._site.url, {"every_seconds": OFTEN}
        sign_in = {"client_id": "us", "client_secret": "our-secret", "refresh_token": "our-refresh"}
        return {
            "feeds": {"feeds": [f"{site}/feed"], **often},
            "google_reviews": {
                "locations": [LOCATION],
                "url": site,
                "token_url": f"{site}/token",
                **sign_in,
                **often,
            },
            "hackernews": {"queries": ["ombudsman"], "url": site, "items_url": site, **often},
            "lemmy": {"servers": [site], "communities": ["glen"], **often},
            "mastodon": {
                "servers": [{"url": self._mastodon.url}],
                "timeline": "public",
                **often,
            },
            "reddit": {"subreddits": ["Glenexample"], **self._reddit.options, **often},
            "web": {
                "pages": [f"{site}/page"],
                "every_minutes": OFTEN / 60,
                "seconds_between": 0,
                "allow_loopback": True,
            },
            "x": {
                "bearer_token": TOKEN,
                "queries": ["ombudsman"],
                "url": self._x.url,
                "dollars_a_day": 10_000,
                "every_seconds": 2,
            },
            "youtube": {
                "api_key": KEY,
                "videos": [VIDEO],
                "units_a_day": 1_000_000,
                "url": self._youtube.url,
                **often,
            },
        }

    @property
    def settings(self) -> str:
        """All of them, as they stand in settings.toml."""
        return "\n".join(
            "\n".join(["[[sources]]", f'kind = "{kind}"', *_lines(options)])
            for kind, options in self.sources.items()
        )

    def _answer(self, asked: Asked) -> Answer:
        """What the platforms that are a few answers each say."""
        path = asked.path.removeprefix("/api/v3")
        if path.startswith("/item/"):
            return of_json({})
        if path.endswith("/reviews"):
            reviews = [_review(one) for one in self._newest("google_reviews")]
            return of_json({"reviews": reviews, "totalReviewCount": len(reviews)})
        made: dict[str, Callable[[], Answer]] = {
            "/feed": lambda: Answer(body=_feed(self._newest("feeds"))),
            "/page": lambda: Answer(
                body=_page(self.said["web"]), headers={"Content-Type": "text/html"}
            ),
            "/token": lambda: of_json({"access_token": "our-token", "expires_in": 3600}),
            "/search_by_date": lambda: of_json({"hits": self._hits(asked)}),
            "/comment/list": lambda: of_json(
                {"comments": [_view(one) for one in self._newest("lemmy")]}
            ),
            "/post/list": lambda: of_json({"posts": []}),
        }
        return made[path]() if path in made else Answer(status=404, body=b"{}")

    def _hits(self, asked: Asked) -> list[dict[str, Any]]:
        after = int(asked.query["numericFilters"].split(",")[0].split(">")[1])
        return [_hit(one) for one in self._newest("hackernews") if int(one.at) > after]

    def _newest(self, kind: str) -> list[Said]:
        return self.said[kind][::-1]


def _lines(options: Mapping[str, object]) -> list[str]:
    return [f"{name} = {_toml(value)}" for name, value in options.items()]


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(_lines(value))} }}"
    return json.dumps(value)


def _feed(said: list[Said]) -> bytes:
    entries = "".join(
        f"<item><guid>g{one.number}</guid><title>A letter</title>"
        f"<description>{html.escape(one.text)}</description>"
        f"<pubDate>{format_datetime(datetime.fromtimestamp(one.at, UTC))}</pubDate></item>"
        for one in said
    )
    return f"<rss version='2.0'><channel>{entries}</channel></rss>".encode()


def _page(said: list[Said]) -> bytes:
    paragraphs = "".join(f"<p>{html.escape(one.text)}</p>" for one in said)
    body = f"<body><article>{paragraphs}</article></body>"
    return f"<html><head><title>A forum</title></head>{body}</html>".encode()


def _hit(one: Said) -> dict[str, Any]:
    return {
        "objectID": str(one.number),
        "created_at_i": int(one.at),
        "comment_text": one.text,
        "author": "quiet_heron",
    }


def _view(one: Said) -> dict[str, Any]:
    told = {
        "id": one.number,
        "content": one.text,
        "ap_id": f"https://lemmy.example/comment/{one.number}",
        "published": one.moment,
    }
    return {"comment": told, "post": {"id": 1, "name": "A thread"}}


def _review(one: Said) -> dict[str, Any]:
    return {
        "name": f"{LOCATION}/reviews/r{one.number}",
        "reviewId": f"r{one.number}",
        "reviewer": {"displayName": "Alice Example"},
        "starRating": "TWO",
        "comment": one.text,
        "createTime": one.moment,
        "updateTime": one.moment,
    }
