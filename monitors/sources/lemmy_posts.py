"""What a Lemmy server's JSON says, without any network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from monitors.sources.lenient import moment_of, number_of, table_of, text_of, web_address
from records.post import Author, Context, Media, Post

SOURCE = "lemmy"


@dataclass(frozen=True, slots=True)
class Seen:
    """A post or comment as it stands: its id in the whole network, whether it is gone, and when."""

    id: str
    gone: bool
    published_at: datetime | None
    post: Post | None


def seen_of(view: Mapping[str, Any], server: str) -> Seen | None:
    """What one view of a list says; None if it has no id.

    `post` is None where there is nothing to read, as when the text was taken away.
    """
    thread, comment = table_of(view.get("post")), table_of(view.get("comment"))
    said = comment or thread
    id_ = _id(said, "comment" if comment else "post", server)
    if id_ is None:
        return None
    gone = said.get("deleted") is True or said.get("removed") is True
    published = moment_of(said.get("published"))
    title = text_of(thread.get("name"))
    text = text_of(comment.get("content") if comment else thread.get("body")) or ""
    if not (text or (title and not comment)):
        return Seen(id_, gone, published, None)
    community = table_of(view.get("community"))
    body = text_of(thread.get("body")) if comment else None
    post = Post(
        id=id_,
        source=SOURCE,
        text=text,
        url=web_address(said.get("ap_id")) or id_,
        published_at=published,
        author=_author(table_of(view.get("creator"))),
        context=Context(
            community=text_of(community.get("title")) or text_of(community.get("name")),
            title=title,
            parent_text=body if _answers_the_post(comment) else None,
            root_text=body,
            link_title=None if comment else text_of(thread.get("embed_title")),
        ),
        media=() if comment else tuple(_media(thread)),
    )
    return Seen(id_, gone, published, post)


def _id(said: Mapping[str, Any], kind: str, server: str) -> str | None:
    number = number_of(said.get("id"))
    here = f"{server}/{kind}/{number}" if number is not None else None
    return web_address(said.get("ap_id")) or here


def _author(creator: Mapping[str, Any]) -> Author:
    address, short = web_address(creator.get("actor_id")), text_of(creator.get("name"))
    try:
        host = urlsplit(address or "").hostname
    except ValueError:
        host = None
    handle = f"{short}@{host}" if short and host else short
    return Author(id=address, handle=handle, name=text_of(creator.get("display_name")) or short)


def _answers_the_post(comment: Mapping[str, Any]) -> bool:
    """A comment's path is 0, then the comments above it, then itself."""
    return (text_of(comment.get("path")) or "").count(".") == 1


def _media(thread: Mapping[str, Any]) -> Iterator[Media]:
    kind = text_of(thread.get("url_content_type")) or ""
    url = web_address(thread.get("url"))
    if url and kind.startswith("image/"):
        yield Media(kind="image", url=url, alt=text_of(thread.get("alt_text")))
    elif url and kind.startswith("video/"):
        yield Media(kind="video", url=url, alt=text_of(thread.get("alt_text")))
    elif picture := web_address(thread.get("thumbnail_url")):
        yield Media(kind="image", url=picture, alt=text_of(thread.get("alt_text")))
