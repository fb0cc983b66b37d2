"""What a feed says: RSS, Atom or JSON Feed in, posts out, without any network.

Feeds are broken in every way there is. An entry needs no id and no date; a feed that is not
well-formed is read as far as it can be.
"""

import calendar
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import feedparser

from monitors.errors import SourceError
from monitors.sources.lenient import (
    json_of,
    list_of,
    moment_of,
    record_of,
    table_of,
    text_of,
    web_address,
)
from monitors.sources.markup import plain
from records.post import Author, Context, Media, Post

SOURCE = "feeds"
_HARMLESS = (feedparser.NonXMLContentType, feedparser.CharacterEncodingOverride)
"""Faults that concern how a feed was sent, not what is in it."""


class NotAFeedError(SourceError):
    """What came is not a feed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its post, or why there is none."""

    key: str
    """By which it is known again: 16 hexadecimal digits that tell nothing of it."""
    wording: str
    """Another one means that the entry was edited."""
    record: bytes
    post: Post | None
    why: str = ""
    number: int | None = None
    """Which of the entries it is as they stand in the feed; None where it is JSON."""


@dataclass(frozen=True, slots=True)
class FeedRead:
    """The entries, the oldest first, and whether the feed was well-formed to its end."""

    entries: tuple[Entry, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class _Said:
    """What one entry says, in whichever format."""

    id: str | None
    link: str | None
    title: str | None
    text: str
    published_at: datetime | None
    author: Author
    lang: str | None
    community: str | None
    media: tuple[Media, ...]
    record: bytes
    number: int | None = None


def read_feed(content: bytes, *, of: str, headers: Mapping[str, str] | None = None) -> FeedRead:
    """Read a feed; `of` tells feeds apart whose entries have the same ids, such as 1, 2 and 3.

    Of the answer's headers Content-Type, Content-Location and Content-Language are looked at.
    Raises NotAFeedError.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        said, whole = _of_json(content), True
    else:
        said, whole = _of_xml(content, headers or {})
    return FeedRead(tuple(_entries(said, of)), whole)


def unwrapped(link: str) -> str:
    """The page that a link of Google's leads to; any other link as it is."""
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return link
    if parts.path == "/url" and host.startswith(("google.", "www.google.")):
        asked = parse_qs(parts.query)
        for name in ("url", "q"):
            if inner := web_address(next(iter(asked.get(name, [])), None)):
                return inner
    return link


def sha256_of(*parts: str) -> str:
    """The first 16 digits of a hash over all parts."""
    joined = "\n".join(parts).encode(errors="surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:16]


def _entries(said: Iterable[_Said], of: str) -> Iterator[Entry]:
    """The oldest first; two different entries are never taken for one."""
    ordered = _oldest_first(list(said))
    ids = [_id(one, of) for one in ordered]
    wordings = [_wording(one) for one in ordered]
    times = Counter(id_ for id_, _ in set(zip(ids, wordings, strict=True)))
    for one, id_, wording in zip(ordered, ids, wordings, strict=True):
        own = id_ if times[id_] == 1 else f"{id_}#{wording}"
        yield _entry(one, own, wording)


def _oldest_first(said: list[_Said]) -> list[_Said]:
    """By their dates, or else the other way round than they stand, since most feeds begin anew."""
    turned = said[::-1]
    if all(one.published_at for one in turned):
        turned.sort(key=lambda one: one.published_at or datetime.max.replace(tzinfo=UTC))
    return turned


def _id(said: _Said, of: str) -> str:
    """Its own id where it is one for the whole world, and one of ours where there is none."""
    if said.id is None:
        return f"{of}:{sha256_of(said.link or '', said.title or '')}"
    return said.id if ":" in said.id else f"{of}:{said.id}"


def _wording(said: _Said) -> str:
    return sha256_of(said.title or "", said.text, *(one.alt or "" for one in said.media))[:8]


def _entry(said: _Said, id_: str, wording: str) -> Entry:
    empty = not (said.title or said.text or said.link or said.media)
    if empty:
        key = sha256_of(id_, said.record.decode())
        return Entry(key, wording, said.record, None, "The entry is empty.", said.number)
    link = unwrapped(said.link) if said.link else None
    community = said.community
    if link and link != said.link:
        # The title of such a feed is what was searched for: a name, which the page need not hold.
        community = urlsplit(link).hostname
    post = Post(
        id=id_,
        source=SOURCE,
        text=said.text,
        url=link,
        published_at=said.published_at,
        author=said.author,
        lang=said.lang,
        context=Context(community=community, title=said.title),
        media=said.media,
    )
    return Entry(sha256_of(id_), wording, said.record, post, number=said.number)


# RSS and Atom.


def _of_xml(content: bytes, headers: Mapping[str, str]) -> tuple[list[_Said], bool]:
    known = {name.lower(): value for name, value in headers.items()}
    told = {
        name: known[name]
        for name in ("content-type", "content-location", "content-language")
        if name in known
    }
    try:
        # As a stream: the library opens bytes as the name of a file, if there is one.
        read = feedparser.parse(io.BytesIO(content), response_headers=told)
    except Exception:  # noqa: BLE001 - whatever a feed does to the parser, others must be read
        raise NotAFeedError from None
    if not read.entries and not read.get("version"):
        raise NotAFeedError
    fault = read.get("bozo_exception") if read.bozo else None
    whole = fault is None or isinstance(fault, _HARMLESS)
    said = (_xml_entry(one, read.feed) for one in read.entries)
    return [replace(one, number=number) for number, one in enumerate(said)], whole


def _xml_entry(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> _Said:
    body = [*list_of(entry.get("content")), table_of(entry.get("summary_detail"))]
    text, pictures = _body(body)
    title = _plain_text(table_of(entry.get("title_detail")))
    site = table_of(entry.get("source"))
    community = table_of(site.get("title_detail")) or table_of(feed.get("title_detail"))
    return _Said(
        id=text_of(entry.get("id")),
        link=web_address(entry.get("link")),
        title=title,
        text=text,
        published_at=_published(entry),
        author=_xml_author(entry),
        lang=_lang(body) or text_of(feed.get("language")),
        community=_plain_text(community),
        media=(*pictures, *_enclosures(entry)),
        record=record_of(entry),
    )


def _body(parts: Iterable[Mapping[str, Any]]) -> tuple[str, tuple[Media, ...]]:
    """What the entry says, each thing once: many repeat the beginning of it as a summary."""
    texts: list[str] = []
    pictures: dict[tuple[str | None, str | None], Media] = {}
    for part in parts:
        value = text_of(part.get("value"))
        if value is None:
            continue
        if part.get("type") == "text/plain":
            said = value.strip()
        else:
            read = plain(value)
            said = read.text
            pictures.update({(one.url, one.alt): one for one in read.pictures})
        if not any(said in other for other in texts):
            texts.append(said)
    return "\n".join(texts), tuple(pictures.values())


def _plain_text(detail: Mapping[str, Any]) -> str | None:
    value = text_of(detail.get("value"))
    if value is None or detail.get("type") == "text/plain":
        return value
    return plain(value).text or None


def _lang(parts: Iterable[Mapping[str, Any]]) -> str | None:
    return next((lang for part in parts if (lang := text_of(part.get("language")))), None)


def _published(entry: Mapping[str, Any]) -> datetime | None:
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _xml_author(entry: Mapping[str, Any]) -> Author:
    detail = table_of(entry.get("author_detail"))
    return Author(
        id=web_address(detail.get("href")),
        name=text_of(detail.get("name")) or text_of(entry.get("author")),
    )


def _enclosures(entry: Mapping[str, Any]) -> Iterator[Media]:
    for one in map(table_of, list_of(entry.get("enclosures"))):
        yield _media(one.get("href"), one.get("type"), None)
    for one in map(table_of, list_of(entry.get("media_content"))):
        yield _media(one.get("url"), one.get("type") or one.get("medium"), None)


def _media(url: object, kind: object, alt: object) -> Media:
    named = str(kind).partition("/")[0]
    kinds: dict[str, Literal["image", "video", "audio"]]
    kinds = {"image": "image", "video": "video", "audio": "audio"}
    return Media(kind=kinds.get(named, "other"), url=web_address(url), alt=text_of(alt))


# JSON Feed.


def _of_json(content: bytes) -> list[_Said]:
    try:
        feed = table_of(json_of(content))
    except ValueError:
        raise NotAFeedError from None
    if not isinstance(feed.get("items"), list):
        raise NotAFeedError
    return [_json_entry(one, feed) for one in feed["items"]]


def _json_entry(item: object, feed: Mapping[str, Any]) -> _Said:
    entry = table_of(item)
    body = [
        {"type": "text/html", "value": entry.get("content_html")},
        {"type": "text/plain", "value": entry.get("content_text")},
        {"type": "text/plain", "value": entry.get("summary")},
    ]
    text, pictures = _body(body)
    own_id = entry.get("id")
    numbered = isinstance(own_id, int | float) and not isinstance(own_id, bool)
    said = _Said(
        id=str(own_id) if numbered else text_of(own_id),
        link=web_address(entry.get("url")) or web_address(entry.get("external_url")),
        title=text_of(entry.get("title")),
        text=text,
        published_at=moment_of(entry.get("date_published"))
        or moment_of(entry.get("date_modified")),
        author=_json_author(entry, feed),
        lang=text_of(entry.get("language")) or text_of(feed.get("language")),
        community=text_of(feed.get("title")),
        media=pictures,
        record=record_of(item),
    )
    return replace(said, media=(*said.media, *_attached(entry)))


def _json_author(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> Author:
    for owner in (entry, feed):
        for one in (*list_of(owner.get("authors")), owner.get("author")):
            known = table_of(one)
            if known:
                return Author(id=web_address(known.get("url")), name=text_of(known.get("name")))
    return Author()


def _attached(entry: Mapping[str, Any]) -> Iterator[Media]:
    for name in ("image", "banner_image"):
        if url := web_address(entry.get(name)):
            yield Media(kind="image", url=url)
    for one in map(table_of, list_of(entry.get("attachments"))):
        yield _media(one.get("url"), one.get("mime_type"), one.get("title"))
