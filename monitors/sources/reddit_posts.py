"""What Reddit's JSON says of a comment or a submission, without any network.

The reading is lenient on purpose: a post whose picture or link can't be understood is still a
post. Only what has no name of its own or no text is refused.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from monitors.errors import SourceError
from records.post import Author, Context, Media, Post, readable

SITE = "https://www.reddit.com"
COMMENT, SUBMISSION = "t1", "t3"
_FULLNAME = re.compile(r"t[13]_[0-9a-z]{1,16}")
_EMPTIED = ("[deleted]", "[removed]")  # looked up by ==: what is compared may be of any type
_OWN_HOSTS = (".redd.it", ".redditmedia.com", ".redditstatic.com")
_LATEST = 253_402_300_000.0


class ThingUnreadableError(SourceError):
    """This entry of Reddit's answer can't be read."""


def fullname_of(thing: object) -> str | None:
    """The name that Reddit gives it, such as t1_abc; None if it has no proper one."""
    told = _table(_table(thing).get("data"))
    name = told.get("name") or f"{_table(thing).get('kind')}_{told.get('id')}"
    return name if isinstance(name, str) and _FULLNAME.fullmatch(name) else None


def mark_of(thing: object) -> str:
    """Its name, or what stands for it where it has none: the same each time it is seen."""
    told = _table(_table(thing).get("data"))
    own = {part: told[part] for part in ("id", "name") if told.get(part)}
    return fullname_of(thing) or hashlib.sha256(record_of(own or thing)).hexdigest()


def written_at(thing: object) -> float | None:
    """When it was published, in unix seconds."""
    return _seconds(_table(_table(thing).get("data")).get("created_utc"))


def edited_at(thing: object) -> float | None:
    """When Reddit says it was last given another wording; it keeps silent of the first minutes."""
    return _seconds(_table(_table(thing).get("data")).get("edited"))


def wording_of(post: Post) -> str:
    """A mark of what the post says, to see that it says something else later."""
    said = "\0".join((post.context.title or "", post.text))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]


def is_gone(thing: object) -> bool:
    """Whether its author, a moderator or Reddit has taken it away and left an empty place."""
    told = _table(_table(thing).get("data"))
    if told.get("removed_by_category"):
        return True
    text = told.get("body" if is_comment(thing) else "selftext")
    return text in _EMPTIED and told.get("author") in (None, *_EMPTIED)


def is_comment(thing: object) -> bool:
    """Whether it is a comment; it is a submission otherwise."""
    return _table(thing).get("kind") == COMMENT


def record_of(thing: object) -> bytes:
    """Its part of the answer, written anew as JSON."""
    try:
        return json.dumps(thing, separators=(",", ":")).encode()
    except RecursionError:  # writing goes a little less deep than reading
        return b"null"


def post_of(thing: object) -> Post:
    """The post; raises ThingUnreadableError with a sentence that quotes nothing."""
    kind, told = _table(thing).get("kind"), _table(_table(thing).get("data"))
    if kind not in {COMMENT, SUBMISSION}:
        raise ThingUnreadableError("It is neither a comment nor a submission.")
    name = fullname_of(thing)
    if name is None:
        raise ThingUnreadableError("It has no name of its own.")
    text = told.get("body") if kind == COMMENT else told.get("selftext") or ""
    title = _text(told.get("link_title" if kind == COMMENT else "title"))
    if not isinstance(text, str):
        raise ThingUnreadableError("It has no text.")
    if kind == SUBMISSION and title is None:
        raise ThingUnreadableError("It has no title.")
    moment = written_at(thing)
    return Post(
        id=name,
        source="reddit",
        url=_address(told, name),
        published_at=None if moment is None else datetime.fromtimestamp(moment, UTC),
        author=Author(id=_text(told.get("author_fullname")), handle=_author(told.get("author"))),
        text=readable(text),
        context=Context(
            community=_text(told.get("subreddit")),
            title=title,
            quoted_text=_crossposted(told),
            link_title=_text(_oembed(told).get("title")),
        ),
        media=tuple(_media(told)),
    )


def _address(told: Mapping[str, Any], name: str) -> str | None:
    path = _text(told.get("permalink"))
    if path and path.startswith("/"):
        return SITE + path
    number = name.partition("_")[2]
    if name.startswith(SUBMISSION):
        return f"{SITE}/comments/{number}/"
    thread = _text(told.get("link_id")) or ""
    return f"{SITE}/comments/{thread[3:]}/_/{number}/" if _FULLNAME.fullmatch(thread) else None


def _author(name: object) -> str | None:
    return None if name in _EMPTIED else _text(name)


def _crossposted(told: Mapping[str, Any]) -> str | None:
    first = _table(next(iter(_list(told.get("crosspost_parent_list"))), None))
    parts = (_text(first.get("title")), _text(first.get("selftext")))
    return "\n".join(part for part in parts if part) or None


def _oembed(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return _table(_table(told.get("media")).get("oembed"))


def _media(told: Mapping[str, Any]) -> Iterator[Media]:
    """Pictures of a gallery or a comment, a film, or what the submission links to."""
    shown = _table(told.get("media_metadata"))
    captions = {
        _text(_table(one).get("media_id")): _text(_table(one).get("caption"))
        for one in _list(_table(told.get("gallery_data")).get("items"))
    }
    for name, one in shown.items():
        kind, source = _table(one).get("e"), _table(_table(one).get("s"))
        url = _text(source.get("u")) or _text(source.get("gif")) or _text(source.get("mp4"))
        picture = kind in {"Image", "AnimatedImage"}
        yield Media(kind="image" if picture else "other", url=url, alt=captions.get(name))
    film = _table(_table(told.get("media")).get("reddit_video"))
    if film:
        yield Media(kind="video", url=_text(film.get("fallback_url")))
    url = _text(told.get("url"))
    if url and not (film or shown or told.get("is_self")) and "title" in told:
        yield Media(kind="image" if _is_own_picture(url, told) else "other", url=url)


def _is_own_picture(url: str, told: Mapping[str, Any]) -> bool:
    """Only what lies at Reddit itself: nothing is ever loaded from an author's own address."""
    try:
        host = "." + (urlsplit(url).hostname or "")
    except ValueError:
        return False
    return told.get("post_hint") == "image" and host.endswith(_OWN_HOSTS)


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < _LATEST else None


def _text(value: object) -> str | None:
    return readable(value) if isinstance(value, str) and value else None


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
