"""Whether a post still stands, where its platform tells everybody; it is asked as anybody may."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from monitors.links import Found, Link, find
from monitors.sources import hackernews
from monitors.sources.lenient import json_of, table_of, text_of
from monitors.web import trouble
from records.post import Post

_GONE = {404, 410}
_DONE, _REFUSED = 200, 400


@dataclass(frozen=True, slots=True)
class Stands:
    """The post as it stands; None with `gone` False: the platform does not tell."""

    post: Post | None
    gone: bool = False
    found: Found | None = field(default=None, compare=False, repr=False)
    """The post with its record and the answer, as `monitors.links.find` gives it."""


def standing(link: Link, of: requests.Session) -> Stands | None:
    """What the platform says of the post; None where it tells nobody without an account.

    Raises SourceError when it can't be asked for now.
    """
    if not link.asked or link.source not in _SAYS_GONE:
        return None
    if found := find(link, of):
        return Stands(found[0], found=found)
    try:
        answer = of.get(link.asked, params=dict(link.params))
    except requests.RequestException as fault:
        raise trouble("The platform", fault) from None
    if answer.status_code in _GONE:
        return Stands(None, gone=True)
    try:
        told = json_of(answer.content)
    except ValueError:
        return Stands(None)
    return Stands(None, gone=_SAYS_GONE[link.source](answer.status_code, told))


def _bluesky(status: int, told: object) -> bool:
    thread = table_of(table_of(told).get("thread"))
    kind = text_of(thread.get("$type")) or ""
    missing = status == _REFUSED and table_of(told).get("error") == "NotFound"
    return missing or (status == _DONE and kind.endswith("#notFoundPost"))


def _hackernews(status: int, told: object) -> bool:
    post = table_of(told)
    taken = post.get("deleted") is True or post.get("dead") is True
    return status == _DONE and (told is None or taken)


def _mastodon(_status: int, _told: object) -> bool:
    return False  # one that is gone answers with 404


def _lemmy(status: int, told: object) -> bool:
    if status == _REFUSED:
        return (text_of(table_of(told).get("error")) or "").startswith("couldnt_find")
    view = table_of(table_of(told).get("comment_view") or table_of(told).get("post_view"))
    said: Mapping[str, Any] = table_of(view.get("comment") or view.get("post"))
    taken = said.get("deleted") is True or said.get("removed") is True
    return status == _DONE and taken


_SAYS_GONE: dict[str, Callable[[int, object], bool]] = {
    "bluesky": _bluesky,
    hackernews.SOURCE: _hackernews,
    "mastodon": _mastodon,
    "lemmy": _lemmy,
}
