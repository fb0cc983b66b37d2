"""Links to single posts: of which platform they are, and what stands there where anybody may ask.

Only what a platform tells everybody is asked for, by one request, without an account.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from monitors.answer import Answer, Listing
from monitors.errors import SourceError
from monitors.sources import hackernews, lemmy_posts, mastodon_posts
from monitors.sources.bluesky_events import COLLECTION, COMMIT, post_of
from monitors.sources.lenient import json_of, number_of, record_of, table_of, text_of
from monitors.web import trouble
from records.post import Post

_DONE, _TOO_MANY, _SERVER_FAULT = 200, 429, 500
_FEDERATED = frozenset({"mastodon", "lemmy"})


@dataclass(frozen=True, slots=True)
class Apis:
    """Where the platforms with one address of their own are asked."""

    bluesky: str = "https://public.api.bsky.app"
    hackernews: str = "https://hacker-news.firebaseio.com"


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a post: the platform, the post's id if the link tells it, and where to ask.

    `asked` is empty for platforms that tell nobody without an account.
    """

    source: str
    id: str | None = None
    asked: str = ""
    params: tuple[tuple[str, str], ...] = ()


Found = tuple[Post, bytes, Answer]
"""The post, its record, and the answer from which it was taken."""
_Read = tuple[Post, bytes]


def known_link(url: str, apis: Apis | None = None) -> Link | None:
    """What a link to a post of a platform says; None for every other page."""
    try:
        parts = urlsplit(url)
        host, base = (parts.hostname or "").lower(), f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        return None
    place = _Place(host.removeprefix("www."), parts.path, dict(parse_qsl(parts.query)), base)
    return next((link for one in _TABLE if (link := one(place, apis or Apis()))), None)


def find(link: Link, of: requests.Session) -> Found | None:
    """The post and its record as the platform tells them; None if it is not there for everybody.

    Raises SourceError when the platform can't be asked for now.
    """
    found = _asked(link, of)
    if found is None or link.source not in _FEDERATED or _host(found[0].id) == _host(link.asked):
        return found
    # Any server can show what it says is another's post; only the other one can say that it is.
    home = known_link(found[0].id)
    own = _asked(home, of) if home and home.source == link.source else None
    if own and own[0].id == found[0].id:
        return own
    return found[0].model_copy(update={"id": f"{link.asked}?{link.params}"}), *found[1:]


def _asked(link: Link, of: requests.Session) -> Found | None:
    if not link.asked:
        return None
    try:
        answer = of.get(link.asked, params=dict(link.params))
    except requests.RequestException as fault:
        raise trouble("The platform", fault) from None
    if answer.status_code == _TOO_MANY or answer.status_code >= _SERVER_FAULT:
        raise SourceError("The platform can't answer at present.")
    if answer.status_code != _DONE:
        return None
    try:
        read = _READ[link.source](link, json_of(answer.content))
    except (ValueError, SourceError):
        return None  # a page of somebody else's that only looks like one
    return (*read, Listing(answer)) if read else None


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()


@dataclass(frozen=True, slots=True)
class _Place:
    host: str
    path: str
    query: dict[str, str]
    base: str

    def match(self, pattern: str) -> re.Match[str] | None:
        return re.fullmatch(pattern, self.path)


def _bluesky(place: _Place, apis: Apis) -> Link | None:
    found = place.match(r"/profile/([\w.:%-]{3,253})/post/([\w-]{1,512})/?")
    if place.host != "bsky.app" or not found:
        return None
    address = f"at://{found[1]}/{COLLECTION}/{found[2]}"
    return Link(
        "bluesky",
        address if found[1].startswith("did:") else None,
        f"{apis.bluesky}/xrpc/app.bsky.feed.getPostThread",
        (("uri", address), ("depth", "0"), ("parentHeight", "1")),
    )


def _hackernews(place: _Place, apis: Apis) -> Link | None:
    number = place.query.get("id", "")
    if place.host != "news.ycombinator.com" or place.path != "/item" or not number.isdecimal():
        return None
    return Link(hackernews.SOURCE, number, f"{apis.hackernews}/v0/item/{number}.json")


def _x(place: _Place, _apis: Apis) -> Link | None:
    found = place.match(r"/(?:i/web|\w{1,20})/status(?:es)?/(\d{1,20})(?:/.*)?")
    hosts = {"x.com", "twitter.com", "mobile.twitter.com", "mobile.x.com"}
    return Link("x", found[1]) if place.host in hosts and found else None


def _reddit(place: _Place, _apis: Apis) -> Link | None:
    if place.host == "redd.it" and (short := place.match(r"/(\w{1,12})/?")):
        return Link("reddit", f"t3_{short[1].lower()}")
    found = place.match(
        r"(?:/(?:r|u|user)/[\w.-]+)?/comments/(\w{1,12})(?:/[^/]*(?:/(\w{1,12}))?)?/?"
    )
    if not (place.host == "reddit.com" or place.host.endswith(".reddit.com")) or not found:
        return None
    return Link("reddit", f"t1_{found[2].lower()}" if found[2] else f"t3_{found[1].lower()}")


def _youtube(place: _Place, _apis: Apis) -> Link | None:
    if place.host in {"youtube.com", "m.youtube.com"}:
        short = place.match(r"/(?:shorts|live|embed)/([\w-]{6,20})/?")
        video = place.query.get("v") if place.path == "/watch" else short and short[1]
    else:
        short = place.match(r"/([\w-]{6,20})/?") if place.host == "youtu.be" else None
        video = short and short[1]
    return Link("youtube", place.query.get("lc") or video) if video else None


def _mastodon(place: _Place, _apis: Apis) -> Link | None:
    found = place.match(
        r"/(?:@[\w.-]+(?:@[\w.:-]+)?|users/[\w.-]+/statuses|web/statuses)/(\d{5,25})/?"
    )
    if not found:
        return None
    own = f"{place.base}{place.path}" if place.path.startswith("/users/") else None
    return Link("mastodon", own, f"{place.base}/api/v1/statuses/{found[1]}")


def _lemmy(place: _Place, _apis: Apis) -> Link | None:
    found = place.match(r"/(post|comment)/(\d{1,12})(?:/(\d{1,12}))?/?")
    if not found:
        return None
    kind, number = ("comment", found[3]) if found[3] else (found[1], found[2])
    return Link("lemmy", None, f"{place.base}/api/v3/{kind}", (("id", number),))


_TABLE: tuple[Callable[[_Place, Apis], Link | None], ...] = (
    _bluesky,
    _hackernews,
    _x,
    _reddit,
    _youtube,
    _mastodon,
    _lemmy,
)


def _read_bluesky(_link: Link, answer: object) -> _Read | None:
    thread = table_of(table_of(answer).get("thread"))
    view = table_of(thread.get("post"))
    author = table_of(view.get("author"))
    rkey = (text_of(view.get("uri")) or "").rpartition("/")[2]
    event = {
        "$type": COMMIT,
        "collection": COLLECTION,
        "operation": "create",
        "did": author.get("did"),
        "rkey": rkey,
        "record": view.get("record"),
        "time": view.get("indexedAt"),
    }
    post = post_of(event)
    if post is None:
        return None
    handle, shown = text_of(author.get("handle")), text_of(author.get("displayName"))
    above = table_of(table_of(table_of(thread.get("parent")).get("post")).get("record"))
    known = post.author.model_copy(update={"handle": handle, "name": shown})
    context = post.context.model_copy(update={"parent_text": text_of(above.get("text"))})
    return post.model_copy(update={"author": known, "context": context}), record_of(answer)


def _read_hackernews(link: Link, answer: object) -> _Read | None:
    told = table_of(answer)
    if told.get("deleted") is True or told.get("dead") is True:
        return None
    text = "comment_text" if told.get("type") == "comment" else "story_text"
    hit: dict[str, Any] = {
        "objectID": link.id,
        "title": told.get("title"),
        text: told.get("text"),
        "created_at_i": told.get("time"),
        "author": told.get("by"),
    }
    post = hackernews.post_of(hit) if number_of(told.get("id")) == number_of(link.id) else None
    return (post, record_of(answer)) if post else None


def _read_mastodon(_link: Link, answer: object) -> _Read | None:
    if not mastodon_posts.is_public(answer):
        return None
    return mastodon_posts.post_of(answer), record_of(answer)


def _read_lemmy(link: Link, answer: object) -> _Read | None:
    told = table_of(answer)
    view = table_of(told.get("comment_view") or told.get("post_view"))
    parts = urlsplit(link.asked)
    seen = lemmy_posts.seen_of(view, f"{parts.scheme}://{parts.netloc}")
    if seen is None or seen.gone or seen.post is None:
        return None
    return seen.post, record_of(answer)


_READ: dict[str, Callable[[Link, object], _Read | None]] = {
    "bluesky": _read_bluesky,
    hackernews.SOURCE: _read_hackernews,
    "mastodon": _read_mastodon,
    "lemmy": _read_lemmy,
}


_WRITTEN = re.compile(r"https?://[^\s<>\"'\u201c\u201d\u00ab\u00bb\u2018\u2019]+", re.IGNORECASE)
_AFTER = ".,;:!?)]}\u2026*_|"
_SAFE_LINKS = ".safelinks.protection.outlook.com"


def links_in(text: str) -> Iterator[str]:
    """Every web address that is written in a text, in order, each once and unwrapped."""
    seen: set[str] = set()
    for found in _WRITTEN.finditer(text):
        written = found[0].rstrip(_AFTER)
        written += ")" if written.count("(") > written.count(")") else ""  # was one of its own
        url = unwrapped(written)
        if url not in seen:
            seen.add(url)
            yield url


def unwrapped(url: str) -> str:
    """The address that Outlook has wrapped in one of its own; every other as it is."""
    try:
        parts = urlsplit(url)
        wraps = (parts.hostname or "").lower().endswith(_SAFE_LINKS)
    except ValueError:
        return url
    inner = dict(parse_qsl(parts.query)).get("url", "") if wraps else ""
    return inner if inner.lower().startswith(("https://", "http://")) else url
