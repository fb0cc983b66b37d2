"""A post laid out as one text, so that one search covers all that its reader sees."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nlp.normalise import SEPARATOR
from records.finding import FindingField
from records.post import Context, Post, readable

Kind = Literal["text", "title", "thread", "link", "image", "community", "author"]

FIELDS: dict[Kind, FindingField] = {
    "text": "text",
    "title": "title",
    "thread": "context",
    "link": "context",
    "image": "image",
}
"""The field of a finding for each kind of part; names in other parts are not reported."""


@dataclass(frozen=True, slots=True)
class Part:
    """One text of the post, and where it starts on the sheet."""

    kind: Kind
    start: int
    text: str

    @property
    def end(self) -> int:
        """Where it ends on the sheet."""
        return self.start + len(self.text)

    @property
    def own(self) -> bool:
        """Whether the author wrote it for this post."""
        return self.kind in ("text", "title", "image")


@dataclass(frozen=True, slots=True)
class Sheet:
    """All parts of a post, joined."""

    text: str
    parts: tuple[Part, ...]

    @property
    def author(self) -> str | None:
        """The account that wrote the post."""
        return next((part.text for part in self.parts if part.kind == "author"), None)

    def part_at(self, offset: int) -> Part:
        """The part that holds the sheet's `offset`."""
        return self.parts[bisect_right(self.parts, offset, key=lambda part: part.start) - 1]


def _surrounded(context: Context) -> bool:
    return bool(
        context.title
        or context.parent_text
        or context.root_text
        or context.quoted_text
        or context.link_title
        or context.community
    )


def _clean(text: str) -> str:
    return readable(text).replace(SEPARATOR, "\x00")


def lay_out(post: Post) -> Sheet:
    """Lay out the post; offsets inside a part are those of the post's own field."""
    around = post.context
    if not (_surrounded(around) or post.media or post.author.handle):
        whole = _clean(post.text)
        return Sheet(whole, (Part("text", 0, whole),))
    texts: list[tuple[Kind, str | None]] = [
        ("text", post.text),
        ("title", around.title),
        ("thread", around.parent_text),
        ("thread", around.root_text),
        ("thread", around.quoted_text),
        ("link", around.link_title),
        ("community", around.community),
        ("author", post.author.handle),
        *(("image", picture.text) for picture in post.media),
    ]
    parts = []
    start = 0
    for kind, text in texts:
        if text or kind == "text":
            clean = _clean(text or "")
            parts.append(Part(kind, start, clean))
            start += len(clean) + 1
    return Sheet(SEPARATOR.join(part.text for part in parts), tuple(parts))


_AROUND = frozenset({"context", "author", "media"})


def texts_of(posts: Sequence[Post]) -> tuple[list[str], list[int]]:
    """All texts that `lay_out` puts on the posts' sheets, each with the number of its post."""
    texts = [post.text for post in posts]
    owners = list(range(len(posts)))
    for number, post in enumerate(posts):
        if not post.__pydantic_fields_set__.isdisjoint(_AROUND):
            around = [*vars(post.context).values(), post.author.handle]
            around += [picture.text for picture in post.media]
            more = [text for text in around if text]
            texts += more
            owners += [number] * len(more)
    return texts, owners
