"""A forwarded message made into what somebody reports: pure, and lenient about everything."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from html import unescape

from monitors.links import known_link, links_in, unwrapped
from monitors.sources.markup import plain
from records.post import readable
from records.report import (
    MOST_BYTES,
    MOST_LINKS,
    MOST_NOTE,
    MOST_SCREENSHOT_BYTES,
    MOST_SCREENSHOTS,
    is_paper,
    is_picture,
)

MOST_PARTS = 200
_MOST_DEPTH = 20
_HREF = re.compile(r"href\s*=\s*[\"']?(https?://[^\s\"'<>]+)", re.IGNORECASE)
_KINDS = frozenset({"application", "audio", "video", "image", "text", "message"})
_MEGABYTE = 1_000_000


@dataclass(slots=True)
class Forwarded:
    """What one message holds."""

    id: str
    """sha256 of its Message-ID, or of all of it."""
    sender: str = ""
    text: str = ""
    links: tuple[str, ...] = ()
    """Those to posts of a known platform; or else the only other one."""
    screenshots: tuple[bytes, ...] = ()
    papers: tuple[bytes, ...] = ()
    left_out: list[tuple[bytes, str]] = field(default_factory=list)
    """What was not taken, and why, in words of ours."""


def read_message(raw: bytes, *, cut: bool = False) -> Forwarded:
    """Read a message, however broken it is; `cut`: only its beginning is there."""
    forwarded = Forwarded(hashlib.sha256(raw).hexdigest())
    try:
        message = message_from_bytes(raw)
        number = _header(message, "Message-ID")
        if number:
            forwarded.id = hashlib.sha256(number.encode()).hexdigest()
        forwarded.sender = _sender(message)
        _Reading(forwarded, cut=cut).read(message)
    except (ValueError, LookupError, TypeError, AttributeError, MessageError, RecursionError):
        # What the library raises for broken messages is not told anywhere; it is never dropped.
        forwarded.left_out.append((raw, "The message is malformed and was not read to its end."))
        forwarded.text = forwarded.text or readable(raw.decode("utf-8", "replace")[:MOST_NOTE])
    return forwarded


class _Reading:
    """Walks the parts of one message."""

    def __init__(self, forwarded: Forwarded, *, cut: bool) -> None:
        self._into = forwarded
        self._cut = cut
        self._words: list[str] = []
        self._links: dict[str, None] = {}
        self._pictures: list[bytes] = []
        self._papers: list[bytes] = []
        self._parts = 0

    def read(self, message: Message) -> None:
        """Fill in what the message holds, even if a part of it is too odd to be read."""
        try:
            self._part(message, depth=0, shows_html=True)
        finally:
            text = "\n\n".join(one for one in self._words if one)
            if len(text) > MOST_NOTE:
                self._leave(text[MOST_NOTE:].encode(), "Its text is longer than is taken.")
            self._into.text = text[:MOST_NOTE]
            for url in links_in(self._into.text):
                self._links.setdefault(url)
            self._into.links = _worth_following(list(self._links))
            self._into.screenshots = tuple(self._pictures)
            self._into.papers = tuple(self._papers)

    def _part(self, part: Message, *, depth: int, shows_html: bool) -> None:
        self._parts += 1
        if depth > _MOST_DEPTH or self._parts > MOST_PARTS:
            self._leave(b"", "It has more parts than are read.")
            return
        if depth == 0 or part.get_content_type() == "message/rfc822":
            self._heads(part, forwarded_within=depth > 0)
        payload = part.get_payload()
        if isinstance(payload, list):
            html = shows_html and not (
                part.get_content_type() == "multipart/alternative"
                and any(_plain_words(one) for one in payload if isinstance(one, Message))
            )
            for one in payload:
                if isinstance(one, Message):
                    self._part(one, depth=depth + 1, shows_html=html)
            return
        self._leaf(part, shows_html=shows_html)

    def _heads(self, part: Message, *, forwarded_within: bool) -> None:
        payload = part.get_payload()
        if not forwarded_within:
            self._words.append(_header(part, "Subject"))
        elif isinstance(payload, list) and payload and isinstance(payload[0], Message):
            inner = payload[0]
            self._words.append(_header(inner, "From"))
            self._words.append(_header(inner, "Subject"))

    def _leaf(self, part: Message, *, shows_html: bool) -> None:
        kind = part.get_content_type()
        if kind == "text/plain":
            self._words.append(_text(part).strip())
        elif kind == "text/html":
            html = _text(part)
            for url in _HREF.findall(html):
                self._links.setdefault(unwrapped(unescape(url)))
            if shows_html:
                self._words.append(plain(html).text)
        elif content := _content(part):
            self._file(content, part.get_content_maintype())

    def _file(self, content: bytes, kind: str) -> None:
        taken, one = (self._papers, "PDF") if is_paper(content) else (self._pictures, "picture")
        if taken is self._pictures and not is_picture(content):
            what = f" of the kind {kind}" if kind in _KINDS else ""
            self._leave(
                content, f"An attachment{what} ({_size(content)}) is no picture and no PDF."
            )
        elif self._cut:
            self._leave(content, f"A {one} stands in a message that is too large.")
        elif len(content) > MOST_SCREENSHOT_BYTES:
            self._leave(content, f"A {one} ({_size(content)}) is larger than is taken.")
        elif len(taken) >= MOST_SCREENSHOTS:
            self._leave(content, f"There are more than {MOST_SCREENSHOTS} {one}s.")
        elif sum(map(len, [*self._pictures, *self._papers])) + len(content) > MOST_BYTES:
            self._leave(content, "All attachments together are larger than is taken.")
        elif content not in taken:
            taken.append(content)

    def _leave(self, content: bytes, why: str) -> None:
        self._into.left_out.append((content, why))


def _worth_following(links: list[str]) -> tuple[str, ...]:
    posts = [url for url in links if known_link(url)]
    return tuple(posts[:MOST_LINKS]) or (tuple(links) if len(links) == 1 else ())


def _plain_words(part: Message) -> bool:
    """Whether a part of several that say the same says it in plain words."""
    return any(
        one.get_content_type() == "text/plain" and _text(one).strip() for one in _few_parts(part)
    )


def _few_parts(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    yield part
    if isinstance(payload, list):
        yield from (one for one in payload[:MOST_PARTS] if isinstance(one, Message))


def _sender(message: Message) -> str:
    """The one address that it says it is from; empty if it says several, or none."""
    found = [address for _, address in getaddresses([str(one) for one in _all(message, "From")])]
    return readable(found[0])[:254] if len(found) == 1 and "@" in found[0] else ""


def _all(message: Message, name: str) -> list[object]:
    return list(message.get_all(name, []))


def _header(message: Message, name: str) -> str:
    """A header's words, decoded as far as that goes."""
    raw = str(message.get(name, ""))
    try:
        parts = [
            _decoded(part, charset or "ascii") if isinstance(part, bytes) else part
            for part, charset in decode_header(raw)
        ]
    except (ValueError, MessageError):
        parts = [raw]
    return readable(" ".join("".join(parts).split()))[:2000]


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(part: Message) -> str:
    charset = part.get_content_charset() or "utf-8"
    return readable(_decoded(_content(part)[: 4 * MOST_NOTE * 10], charset).replace("\r\n", "\n"))


def _decoded(content: bytes, charset: str) -> str:
    """By the charset that is named, or if that is wrong by those that people really use."""
    for name in (charset, "utf-8"):
        try:
            return content.decode(name)
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _size(content: bytes) -> str:
    return f"{len(content) / _MEGABYTE:.1f} MB"
