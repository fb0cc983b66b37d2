"""What a page says: its title, its date, its paragraphs, and where its links lead."""

import codecs
import contextlib
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from trafilatura import bare_extraction

from monitors.sources.feeds_posts import sha256_of
from monitors.sources.markup import plain, tagged_part
from monitors.sources.web_options import is_profile
from records.addresses import web_address
from records.post import Context, Post, readable

SOURCE = "web"
MOST_CHARACTERS = 3_000_000
MOST_TAGS = 60_000
"""With more of them finding the main text takes too long: then all that is shown is read."""
LEAST_SHARE = 0.2
"""Main text that is a smaller part of what is shown is not trusted to be all of it."""
MOST_BLOCKS = 2000
"""Of a longer page the beginning and the end are read."""
LONGEST_BLOCK, LONGEST_BEFORE = 20_000, 1000
_FORMS = ("text/html", "application/xhtml+xml", "text/plain")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_HEAD = re.compile(r"</?head[^>]{0,200}>", re.IGNORECASE)
"""Left out before everything is read: many heads have no end."""
_READABLE_CHARSETS = re.compile(r"(utf|cp|iso8859|koi8|shift|euc|gb|big5|mac|ascii)")
_MARKS = re.compile(r"^(?:[-•*|]\s+)+|\s*\|\s*$")
_WORDLESS = re.compile(r"[\W_]+")
_MOVING = re.compile(
    r"\b(?:\d+|an?|few)\s+(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)"
    r"\s+ago\b|\b[\d,.]+\s*k?\s+(?:views?|replies|reply|likes?|comments?|posts?|points?|votes?)\b",
    re.IGNORECASE,
)
"""What changes on a page although nobody wrote anything."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, list entry or table row, and the one before it."""

    hash: str
    """By which it is known again; it tells nothing of it."""
    text: str
    before: str | None
    comment: bool = False


@dataclass(frozen=True, slots=True)
class PageRead:
    """What a page says; `whole` is False when its middle was left out."""

    title: str | None
    dated: datetime | None
    blocks: tuple[Block, ...]
    whole: bool = True
    main_share: float = 1.0
    """What part of all that is shown the main text was taken to be."""


class NotAPageError(ValueError):
    """There is no text in it: a picture, a film, a document."""


def read_page(
    content: bytes, content_type: str, *, comments: bool, whole: bool, now: datetime
) -> PageRead:
    """The page's main text, or everything that it shows."""
    html = decoded(content, content_type)
    if content_type.lower().startswith("text/plain"):
        return _page(None, None, [(line, False) for line in _pieces(html)])
    shown = list(_pieces(plain(_HEAD.sub("", html), MOST_CHARACTERS).text))
    found = bare(html, comments=comments) if html.count("<") <= MOST_TAGS else None
    title, date, main, said = found or (None, None, "", "")
    title, dated = title or titled(html), _dated(date, now)
    story, below = _within(shown, list(_pieces(main))), _within(shown, list(_pieces(said)))
    share = _length(story + below) / max(_length(shown), 1)
    if whole or share < LEAST_SHARE:
        return _page(title, dated, [(line, False) for line in shown], share)
    lines = [(line, False) for line in story] + [(line, True) for line in below]
    return _page(title, dated, lines, share)


def _within(shown: list[str], found: list[str]) -> list[str]:
    """All that is shown between the first and the last line that was found, and what else was.

    Short posts among longer ones are taken for no text by whatever looks for the main text.
    """
    known = set(found)
    places = [number for number, line in enumerate(shown) if line in known]
    between = shown[places[0] : places[-1] + 1] if places else []
    said = _WORDLESS.sub("", "".join(between))
    others = [line for line in found[:MOST_BLOCKS] if _WORDLESS.sub("", line) not in said]
    return between + others


def _length(lines: list[str]) -> int:
    return sum(map(len, lines))


def bare(html: str, *, comments: bool) -> tuple[str | None, str | None, str, str] | None:
    """Title, date, main text and comments, as trafilatura finds them."""
    try:
        found = bare_extraction(
            html,
            favor_recall=True,
            include_comments=comments,
            with_metadata=True,
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except Exception:  # noqa: BLE001 - whatever a page makes it meet, the page is read without it
        return None
    if found is None or isinstance(found, dict):
        return None
    return found.title, found.date, found.text or "", found.comments or ""


def decoded(content: bytes, content_type: str) -> str:
    """The page as text. What can be read as UTF-8 is, whatever the page says of itself."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind and kind not in _FORMS:
        raise NotAPageError
    declared = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    within = _CHARSET.search(content[:4096])
    names = [declared[1] if declared else "", within[1].decode("ascii") if within else ""]
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        names = ["utf-16"]
    elif not names[0].lower().startswith("utf-16"):
        try:
            return _fit(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            pass
    encoding = next((known for name in names if (known := _known(name))), "cp1252")
    return _fit(content.decode(encoding, errors="replace"))


def _known(name: str) -> str | None:
    """The encoding of that name, if it is one that pages are written in."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if known in {"iso8859-1", "ascii"}:
        return "cp1252"  # as browsers do
    return known if _READABLE_CHARSETS.match(known) else None


def _fit(text: str) -> str:
    return readable(text[:MOST_CHARACTERS]).replace("\0", "")


def titled(html: str) -> str | None:
    """The first title in its head."""
    found = re.search(r"<title[^>]{0,200}>([^<]{1,1000})", html[:200_000], re.IGNORECASE)
    return plain(found[1]).text or None if found else None


def _dated(date: str | None, now: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(date or "").replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment if moment <= now + timedelta(days=1) else None


# Paragraphs.


def _page(
    title: str | None,
    dated: datetime | None,
    lines: Sequence[tuple[str, bool]],
    share: float = 1.0,
) -> PageRead:
    """From lines, and whether each is a comment."""
    befores = [None, *(text[-LONGEST_BEFORE:] for text, _ in lines)]
    blocks: dict[str, Block] = {}
    for (text, comment), before in zip(lines, befores, strict=False):
        hash_ = hash_of(text)
        blocks.setdefault(hash_, Block(hash_, text, before, comment))
    every = list(blocks.values())
    half = MOST_BLOCKS // 2
    kept = every if len(every) <= MOST_BLOCKS else every[:half] + every[-half:]
    return PageRead(title, dated, tuple(kept), len(kept) == len(every), share)


def _pieces(text: str) -> Iterator[str]:
    for line in text.splitlines():
        said = _MARKS.sub("", " ".join(line.split())).strip()
        if not any(one.isalnum() for one in said):
            continue
        while len(said) > LONGEST_BLOCK:
            end = said.rfind(" ", LONGEST_BLOCK // 2, LONGEST_BLOCK)
            end = end if end > 0 else LONGEST_BLOCK
            yield said[:end]
            said = said[end:].strip()
        yield said


def hash_of(text: str) -> str:
    """What stays the same while a clock or a counter in the paragraph runs on."""
    still = _MOVING.sub("*", unicodedata.normalize("NFC", text))
    return sha256_of(still)[:12]


def post_of(block: Block, *, key: str, url: str, title: str | None, dated: datetime | None) -> Post:
    """The paragraph as a post; `key` stands for the page."""
    return Post(
        id=f"{key}/{block.hash}",
        source=SOURCE,
        text=block.text,
        url=url,
        published_at=None if block.comment else dated,
        context=Context(title=title, parent_text=block.before),
    )


def record_of(post: Post) -> bytes:
    """What is kept of the page: the paragraph, where it stood, and under what."""
    kept = {"url": post.url, "title": post.context.title, "text": post.text}
    return json.dumps(kept, ensure_ascii=False).encode()


# Links.

_APART = frozenset({"nav", "footer", "aside"})


def result_links(
    content: bytes, content_type: str, url: str, *, site: str, follow: Sequence[str], most: int
) -> list[str]:
    """What the body of the search page at `url` links to on the site of `site`, each once."""
    html = decoded(content, content_type)
    reader = _Links()
    with contextlib.suppress(AssertionError):  # what the library raises for broken declarations
        reader.feed(tagged_part(html)[0])
    taken: dict[str, None] = {}
    for link in reader.found:
        address = _address(url, link)
        if address and _is_result(address, of=url, follow=follow) and same_site(address, site):
            taken.setdefault(address)
        if len(taken) == most:
            break
    return list(taken)


def _address(page: str, link: str) -> str | None:
    try:
        return urldefrag(urljoin(page, link.strip())).url
    except ValueError:
        return None


def _is_result(address: str, *, of: str, follow: Sequence[str]) -> bool:
    parts, search = web_address(address), web_address(of)
    if parts is None or search is None or is_profile(address) or not address.isprintable():
        return False
    if follow:
        return parts.path.startswith(tuple(follow))
    return parts.path not in {"", "/", search.path}


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are on the same server, with or without its www."""
    names = [parts.netloc.lower().removeprefix("www.") for parts in map(urlsplit, (one, other))]
    return names[0] == names[1]


class _Links(HTMLParser):
    """Links that stand neither in a menu nor in a margin."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._apart: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _APART:
            self._apart.append(tag)
        elif tag == "a" and not self._apart and (href := dict(attrs).get("href")):
            self.found.append(href)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._apart:
            while self._apart.pop() != tag:
                pass
