"""The words of a post for the page that reveals them; nothing in it is trusted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from casework.reading import Seen
from console.desk import Desk
from console.visible import LONGEST
from console.words import moment_words, source_words
from records.post import Post

_AROUND = (
    ("Title", "title"),
    ("In reply to", "parent_text"),
    ("Start of the conversation", "root_text"),
    ("Quoted post", "quoted_text"),
    ("Title of the page linked to", "link_title"),
    ("Community", "community"),
)


@dataclass(frozen=True, slots=True)
class Around:
    """Something that the reader of the post sees beside it."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class PostShown:
    """One post as it is shown."""

    where: str
    when: str
    author: str
    text: str
    shortened: bool
    around: tuple[Around, ...]
    link: str
    link_opens: bool


def posts_shown(desk: Desk, seen: Sequence[Seen]) -> list[PostShown]:
    """The posts of a record, oldest first."""
    return [_shown(desk, one.post) for one in seen if one.post is not None]


def opens(link: str) -> bool:
    """Whether `link` may be followed from a page: only the web, never javascript: and the like."""
    try:
        parts = urlsplit(link)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def _shown(desk: Desk, post: Post) -> PostShown:
    zone = desk.organisation.calendar.zone
    author = post.author
    known = (part for part in (author.name, author.handle) if part)
    return PostShown(
        where=source_words(post.source),
        when=moment_words(post.published_at, zone) if post.published_at else "",
        author=" · ".join(known) or author.id or "",
        text=post.text,
        shortened=len(post.text) > LONGEST,
        around=tuple(_around(post)),
        link=post.url or "",
        link_opens=opens(post.url or ""),
    )


def _around(post: Post) -> Iterable[Around]:
    for heading, name in _AROUND:
        if text := getattr(post.context, name):
            yield Around(heading, text)
    for one in post.media:
        if one.alt:
            yield Around(f"Description of the {one.kind}", one.alt)
        if one.read_text:
            kind = "attached file" if one.kind == "other" else one.kind
            yield Around(f"Text in the {kind}", one.read_text)
