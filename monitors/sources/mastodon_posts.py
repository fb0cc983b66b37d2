"""Mastodon's JSON made into posts: pure, and lenient about all but the words and the address."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from monitors.errors import SourceError
from monitors.sources.lenient import list_of, moment_of, table_of, text_of
from monitors.sources.mastodon_text import plain_text
from records.post import Author, Context, Media, Post, readable

PUBLIC = {"public", "unlisted"}
_KINDS: Mapping[str, Literal["image", "video", "audio"]] = {
    "image": "image",
    "gifv": "video",
    "video": "video",
    "audio": "audio",
}
_BETWEEN = re.compile(r"[\s,]*")
_TIMED_ID_DIGITS = 15
"""From so many digits on an id tells the time: its upper bits are milliseconds since 1970."""
_TIME_BITS = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class StatusUnreadableError(SourceError):
    """This is not a post."""


class AnswerUnreadableError(SourceError):
    """The answer is not the list of posts that was asked for."""


def post_of(status: object) -> Post:
    """The post; its id is its `uri`, which is the same whichever server shows it.

    Raises StatusUnreadableError with a sentence that quotes none of it.
    """
    table = table_of(status)
    boosted = table_of(table.get("reblog"))
    table = boosted if "content" in boosted else table
    uri, content = text_of(table.get("uri")) or text_of(table.get("url")), table.get("content")
    if not uri:
        raise StatusUnreadableError("The post has no address.")
    if not isinstance(content, str):
        raise StatusUnreadableError("The post has no text.")
    return Post(
        id=uri,
        source="mastodon",
        url=text_of(table.get("url")) or uri,
        published_at=moment_of(table.get("created_at")),
        author=_author(table_of(table.get("account"))),
        text="\n".join([plain_text(readable(content)), *_choices(table)]).strip(),
        lang=text_of(table.get("language")),
        context=Context(
            title=text_of(table.get("spoiler_text")),
            quoted_text=_quoted(table_of(table.get("quote"))),
            link_title=text_of(table_of(table.get("card")).get("title")),
        ),
        media=tuple(_media(one) for one in list_of(table.get("media_attachments"))),
    )


def edited_at(status: object) -> str | None:
    """When the post was last reworded; None if it never was."""
    return text_of(table_of(status).get("edited_at"))


def is_public(status: object) -> bool:
    """Whether everybody may read it; what does not say so came from a public feed."""
    visibility = table_of(status).get("visibility")
    return not isinstance(visibility, str) or visibility in PUBLIC


def id_of(status: object) -> str | None:
    """The number under which this one server keeps the post."""
    value = table_of(status).get("id")
    return str(value) if isinstance(value, str | int) and value and value is not True else None


def order(id_: str) -> tuple[int, str]:
    """By which ids of one server are ordered as their posts are."""
    return len(id_), id_


def id_at(moment: datetime) -> str:
    """The id below all that are given from this moment on, where ids tell the time."""
    return str((moment - _EPOCH) // timedelta(milliseconds=1) << _TIME_BITS)


def earlier(id_: str, by: timedelta) -> str:
    """The id of so long before; the id itself where ids don't tell the time."""
    if not (id_.isascii() and id_.isdigit() and len(id_) >= _TIMED_ID_DIGITS):
        return id_
    return str(max(0, int(id_) - (by // timedelta(milliseconds=1) << _TIME_BITS)))


def listed(body: bytes) -> list[tuple[bytes, Any]]:
    """Each post of a JSON list: its bytes as they came, and what is in it."""
    text = body.decode("utf-8", "replace").strip()
    if not text.startswith("["):
        raise AnswerUnreadableError
    decoder, found, at = json.JSONDecoder(), [], 1
    try:
        while not text.startswith("]", at := _after(text, at)):
            one, end = decoder.raw_decode(text, at)
            found.append((text[at:end].encode("utf-8", "replace"), one))
            at = end
    except (ValueError, RecursionError):
        raise AnswerUnreadableError from None
    return found


def searched(body: bytes) -> list[tuple[bytes, Any]]:
    """Each post of a search's answer."""
    try:
        statuses = table_of(json.loads(body)).get("statuses")
    except (ValueError, RecursionError):
        raise AnswerUnreadableError from None
    if not isinstance(statuses, list):
        raise AnswerUnreadableError
    return [(json.dumps(one).encode(), one) for one in statuses]


def _after(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at


def _author(account: Mapping[str, Any]) -> Author:
    handle, page = text_of(account.get("acct")), text_of(account.get("url"))
    if handle and "@" not in handle and page and (host := _host(page)):
        handle = f"{handle}@{host}"
    return Author(
        id=text_of(account.get("uri")) or page or handle,
        handle=handle,
        name=text_of(account.get("display_name")),
    )


def _host(page: str) -> str | None:
    try:
        return urlsplit(page).netloc or None
    except ValueError:
        return None


def _choices(table: Mapping[str, Any]) -> Iterator[str]:
    """What a poll lets people choose from: the author's words too."""
    for one in list_of(table_of(table.get("poll")).get("options")):
        if title := text_of(table_of(one).get("title")):
            yield title


def _quoted(quote: Mapping[str, Any]) -> str | None:
    content = text_of((table_of(quote.get("quoted_status")) or quote).get("content"))
    return plain_text(content) if content else None


def _media(attachment: object) -> Media:
    table = table_of(attachment)
    return Media(
        kind=_KINDS.get(text_of(table.get("type")) or "", "other"),
        url=text_of(table.get("url")) or text_of(table.get("remote_url")),
        alt=text_of(table.get("description")),
    )
