"""What YouTube's JSON says of videos and comments, without any network."""

import html
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from monitors.errors import SourceError
from monitors.sources.lenient import list_of, moment_of, table_of, text_of
from records.post import Author, Context, Post

_WATCH = "https://www.youtube.com/watch?v="


class EntryUnreadableError(SourceError):
    """This entry of YouTube can't be read."""


def video_of(entry: object) -> Post:
    """A video: its title and description; in what a search finds both are HTML.

    Raises EntryUnreadableError, with a sentence that quotes nothing.
    """
    number, snippet = video_id_of(entry), _snippet(entry)
    title = text_of(snippet.get("title"))
    description = text_of(snippet.get("description"))
    if number is None:
        raise EntryUnreadableError("The video has no id.")
    if title is None and description is None:
        raise EntryUnreadableError("The video has neither title nor description.")
    if isinstance(table_of(entry).get("id"), dict):  # as a search has it
        title = html.unescape(title) if title else None
        description = html.unescape(description) if description else None
    channel = text_of(snippet.get("channelTitle"))
    return Post(
        id=number,
        source="youtube",
        url=f"{_WATCH}{number}",
        published_at=published_at(entry),
        author=Author(id=text_of(snippet.get("channelId")), name=channel),
        text=description or "",
        lang=text_of(snippet.get("defaultLanguage")),
        context=Context(community=channel, title=title),
    )


def comment_of(entry: object, thread: object, *, answers: bool) -> Post:
    """A comment of a thread: the one that begins it, or one that `answers` it.

    Raises EntryUnreadableError, with a sentence that quotes nothing.
    """
    number, snippet = text_of(table_of(entry).get("id")), _snippet(entry)
    text = _words(snippet)
    if number is None:
        raise EntryUnreadableError("The comment has no id.")
    if text is None:
        raise EntryUnreadableError("The comment has no text.")
    video = text_of(snippet.get("videoId")) or text_of(_snippet(thread).get("videoId"))
    return Post(
        id=number,
        source="youtube",
        url=f"{_WATCH}{video}&lc={number}" if video else None,
        published_at=published_at(entry),
        author=Author(
            id=text_of(table_of(snippet.get("authorChannelId")).get("value")),
            name=text_of(snippet.get("authorDisplayName")),
        ),
        text=text,
        context=Context(parent_text=_words(_snippet(first_of(thread))) if answers else None),
    )


def first_of(thread: object) -> object:
    """The comment that begins a thread."""
    return _snippet(thread).get("topLevelComment")


def answers_in(thread: object) -> list[Any]:
    """The answers that come with a thread: a few of them."""
    return list_of(table_of(table_of(thread).get("replies")).get("comments"))


def answers_told(thread: object) -> int:
    """How many answers a thread says that it has."""
    told = _snippet(thread).get("totalReplyCount")
    return told if isinstance(told, int) else 0


def video_id_of(entry: object) -> str | None:
    """The id of a video, as a search has it or as a look-up has it."""
    id_ = table_of(entry).get("id")
    return text_of(table_of(id_).get("videoId") if isinstance(id_, dict) else id_)


def published_at(entry: object) -> datetime | None:
    """When it was first published."""
    return moment_of(_snippet(entry).get("publishedAt"))


def changed_at(entry: object) -> datetime | None:
    """When it was last worded."""
    return moment_of(_snippet(entry).get("updatedAt")) or published_at(entry)


def is_edit(entry: object) -> bool:
    """Whether this is a new wording of an earlier comment."""
    first, last = published_at(entry), changed_at(entry)
    return first is not None and last is not None and last > first


def entries_of(answer: Mapping[str, Any]) -> Iterator[object]:
    """What a page lists."""
    yield from list_of(answer.get("items"))


def _words(snippet: Mapping[str, Any]) -> str | None:
    return text_of(snippet.get("textOriginal")) or text_of(snippet.get("textDisplay"))


def _snippet(entry: object) -> Mapping[str, Any]:
    return table_of(table_of(entry).get("snippet"))
