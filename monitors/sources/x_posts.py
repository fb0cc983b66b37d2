"""What X's JSON says, without any network.

The reading is lenient on purpose: a post whose picture or answered post can't be understood is
still a post. Only what has no id or no text is refused. No account details are read but the id.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from monitors.errors import SourceError
from monitors.sources.lenient import list_of, moment_of, number_of, table_of, text_of
from records.post import Author, Context, Media, Post, readable

_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
"""Ids count milliseconds from here, in all but their last 22 bits."""
_BELOW_TIME = 22
_PAST_ALL_IDS = 10**19
_NO_LANGUAGE = frozenset({"und", "zxx", "art"})
_KINDS: Mapping[str, Literal["image", "video"]] = {
    "photo": "image",
    "video": "video",
    "animated_gif": "video",
}
_QUOTING = ("quoted", "retweeted")


class PostUnreadableError(SourceError):
    """This post of X can't be read."""


def post_of(found: Mapping[str, Any], includes: Mapping[str, Any]) -> Post:
    """The post; an edited one has the id of its first wording and the address of this one.

    Raises PostUnreadableError, with a sentence that quotes nothing.
    """
    number = id_of(found)
    text = text_of(table_of(found.get("note_tweet")).get("text")) or found.get("text")
    if number is None:
        raise PostUnreadableError("The post has no id.")
    if not isinstance(text, str):
        raise PostUnreadableError("The post has no text.")
    return Post(
        id=str(_wordings(found)[0]),
        source="x",
        url=f"https://x.com/i/web/status/{number}",
        published_at=moment_of(found.get("created_at")) or moment_of_id(number),
        author=Author(id=text_of(found.get("author_id"))),
        text=readable(text),
        lang=_lang(found.get("lang")),
        context=_context(found, includes),
        media=tuple(_media(found, includes)),
    )


def id_of(found: object) -> int | None:
    """The post's own number, which grows with time; an edit has one of its own."""
    number = found.get("id") if isinstance(found, dict) else None
    return _number(number)


def is_edit(found: Mapping[str, Any]) -> bool:
    """Whether this is a new wording of an earlier post."""
    return len(_wordings(found)) > 1


def record_of(found: object, includes: Mapping[str, Any]) -> bytes:
    """The post and what belongs to it of its page, in the form of X's stream."""
    if not isinstance(found, dict):
        return json.dumps({"data": found}).encode()
    near = {
        "tweets": [
            one for kind in ("replied_to", *_QUOTING) for one in _near(found, includes, kind)
        ],
        "media": list(_attached(found, includes)),
    }
    kept = {kind: some for kind, some in near.items() if some}
    return json.dumps({"data": found, "includes": kept} if kept else {"data": found}).encode()


def resources(answer: Mapping[str, Any]) -> int:
    """How many things X charges for in an answer: posts, and whatever came along with them."""
    found = answer.get("data")
    posts = len(found) if isinstance(found, list) else int(found is not None)
    return posts + sum(len(list_of(some)) for some in table_of(answer.get("includes")).values())


def id_at(moment: datetime) -> int:
    """The number below all that are given from this moment on."""
    return max((moment - _EPOCH) // timedelta(milliseconds=1), 0) << _BELOW_TIME


def moment_of_id(number: int) -> datetime:
    """When this number was given."""
    return _EPOCH + timedelta(milliseconds=number >> _BELOW_TIME)


def _wordings(found: Mapping[str, Any]) -> list[int]:
    """The numbers of all wordings, the first one first."""
    known = [_number(one) for one in list_of(found.get("edit_history_tweet_ids"))]
    return sorted(one for one in known if one is not None) or [id_of(found) or 0]


def _context(found: Mapping[str, Any], includes: Mapping[str, Any]) -> Context:
    def text_near(*kinds: str) -> str | None:
        near = (one for kind in kinds for one in _near(found, includes, kind))
        return next(
            (text for one in near if (text := _full_text(one))),
            None,
        )

    links = list_of(table_of(found.get("entities")).get("urls"))
    return Context(
        parent_text=text_near("replied_to"),
        quoted_text=text_near(*_QUOTING),
        link_title=next(
            (title for one in links if (title := text_of(table_of(one).get("title")))), None
        ),
    )


def _near(
    found: Mapping[str, Any], includes: Mapping[str, Any], kind: str
) -> Iterator[Mapping[str, Any]]:
    """The posts of the page that this one answers or quotes."""
    referred = map(table_of, list_of(found.get("referenced_tweets")))
    wanted = {id_of(one) for one in referred if one.get("type") == kind} - {None}
    yield from (
        one for one in map(table_of, list_of(includes.get("tweets"))) if id_of(one) in wanted
    )


def _full_text(found: Mapping[str, Any]) -> str | None:
    return text_of(table_of(found.get("note_tweet")).get("text")) or text_of(found.get("text"))


def _attached(found: Mapping[str, Any], includes: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    wanted = list_of(table_of(found.get("attachments")).get("media_keys"))
    for one in map(table_of, list_of(includes.get("media"))):
        if (key := one.get("media_key")) is not None and key in wanted:
            yield one


def _media(found: Mapping[str, Any], includes: Mapping[str, Any]) -> Iterator[Media]:
    for one in _attached(found, includes):
        url = text_of(one.get("url")) or text_of(one.get("preview_image_url"))
        kind = _KINDS.get(str(one.get("type")), "other")
        yield Media(kind=kind, url=url, alt=text_of(one.get("alt_text")))


def _lang(value: object) -> str | None:
    lang = text_of(value)
    return None if lang is None or lang in _NO_LANGUAGE or lang.startswith("q") else lang


def _number(value: object) -> int | None:
    number = number_of(value) if isinstance(value, str) else None  # as X writes them
    return number if number is not None and 0 <= number < _PAST_ALL_IDS else None
