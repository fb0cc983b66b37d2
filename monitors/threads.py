"""The posts around a post, where its platform tells everybody: a few requests, without an account.

What comes back is kept as it was answered, word for word, with its address, time and SHA-256.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from monitors.errors import SourceError, Why
from monitors.links import Link
from monitors.sources import hackernews
from monitors.sources.lenient import json_of, number_of, table_of, text_of
from monitors.web import ask

HACKERNEWS = "https://hn.algolia.com/api/v1"
_TITLE = "The platform"
_HEADERS = ("Content-Type", "Date", "ETag", "Last-Modified", "Server")
_UP, _DOWN = "80", "6"
"""How many posts above, and how many levels below."""
_COMMENTS = "50"


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks for one part after another, and keeps what each was answered."""

    of: requests.Session
    answers: list[dict[str, Any]]

    def get(self, url: str, params: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """One part as an object; a part that can't be had raises SourceError and is noted."""
        at = datetime.now(UTC).isoformat()
        try:
            answer = ask(_TITLE, self.of, url, params=dict(params or {}))
        except SourceError as fault:
            self.answers.append({"asked": url, "params": params, "at": at, "failed": str(fault)})
            raise
        self.answers.append(
            {
                "asked": answer.url,
                "at": at,
                "status": answer.status_code,
                "headers": {one: answer.headers[one] for one in _HEADERS if one in answer.headers},
                "sha256": hashlib.sha256(answer.content).hexdigest(),
                **_body(answer.content),
            }
        )
        try:
            return table_of(json_of(answer.content))
        except ValueError:
            return {}


def thread(link: Link, of: requests.Session, *, hackernews_url: str = HACKERNEWS) -> bytes | None:
    """thread.json for the post of a link; None where nobody is told without an account.

    Raises SourceError when nothing of it can be had for now; a part that can't be had is noted.
    """
    parts = _TABLE.get(link.source)
    if parts is None or not link.asked:
        return None
    asking = _Asking(of, [])
    try:
        parts(link, asking, hackernews_url)
    except SourceError as fault:
        if len(asking.answers) == 1:
            if fault.why in {Why.ABSENT, Why.FORBIDDEN, Why.SIGN_IN, Why.NOT_UNDERSTOOD}:
                return None
            raise
    return json.dumps(asking.answers, indent=1, ensure_ascii=False).encode()


def _body(content: bytes) -> dict[str, str]:
    try:
        return {"body": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {"body_base64": b64encode(content).decode()}


def _bluesky(link: Link, asking: _Asking, _hackernews: str) -> None:
    asking.get(link.asked, {**dict(link.params), "depth": _DOWN, "parentHeight": _UP})


def _hackernews(link: Link, asking: _Asking, url: str) -> None:
    told = asking.get(f"{url}/items/{link.id}")
    story = number_of(told.get("story_id"))
    if story is not None and str(story) != link.id:
        asking.get(f"{url}/items/{story}")


def _mastodon(link: Link, asking: _Asking, _hackernews: str) -> None:
    asking.get(f"{link.asked}/context")


def _lemmy(link: Link, asking: _Asking, _hackernews: str) -> None:
    parts = urlsplit(link.asked)
    server = f"{parts.scheme}://{parts.netloc}/api/v3"
    told = asking.get(link.asked, dict(link.params))
    comment = table_of(table_of(told.get("comment_view")).get("comment"))
    number = number_of(comment.get("post_id"))
    if number is None:
        view = table_of(table_of(told.get("post_view")).get("post"))
        number = number_of(view.get("id"))
        above: dict[str, str] = {}
    else:
        asking.get(f"{server}/post", {"id": str(number)})
        path = (text_of(comment.get("path")) or "").split(".")
        above = {"parent_id": path[1]} if len(path) > 1 and path[1].isdecimal() else {}
    if number is not None:
        limits = {"type_": "All", "limit": _COMMENTS, "max_depth": _DOWN, "sort": "Old"}
        asking.get(f"{server}/comment/list", {"post_id": str(number), **above, **limits})


_TABLE: dict[str, Callable[[Link, _Asking, str], None]] = {
    "bluesky": _bluesky,
    hackernews.SOURCE: _hackernews,
    "mastodon": _mastodon,
    "lemmy": _lemmy,
}
