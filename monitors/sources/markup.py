"""The words of a piece of HTML as somebody reads them, and the pictures in it."""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

from records.post import Media, readable

MOST_CHARACTERS = 300_000
_UNSHOWN = frozenset({"script", "style", "template", "head", "title"})
_BREAKING = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "details", "div", "dl", "dt",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip
_DECLARED = re.compile(r"<[!?][^>]*>?")
_TAG = re.compile(r"<[^<>]*>")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Plain:
    """Text without tags, a line for each block, and the pictures with what describes them."""

    text: str
    pictures: tuple[Media, ...] = ()


def plain(html: str, most: int = MOST_CHARACTERS) -> Plain:
    """Read a piece of HTML, `most` characters of it, however broken it is."""
    reader = _Reader()
    tagged, last_words = tagged_part(html[:most])
    try:
        reader.feed(tagged)
        reader.close()
        reader.handle_data(unescape(last_words))
    except AssertionError:  # what the library raises for some broken declarations
        return Plain(_tidy(_TAG.sub(" ", html)))
    return Plain(_tidy("".join(reader.words)), tuple(reader.pictures))


def tagged_part(html: str) -> tuple[str, str]:
    """Without comments and declarations: up to the end of the last tag, and what comes after it.

    The library that reads tags would take very long over a rest full of "<" that nothing ends.
    """
    shown = _DECLARED.sub("", _without_comments(html))
    end = shown.rfind(">") + 1
    return shown[:end], shown[end:]


def _without_comments(html: str) -> str:
    """Without them from the start: the library takes very long over many that are left open."""
    shown, *others = html.split("<!--")
    return shown + "".join(one.partition("-->")[2] for one in others)


def _tidy(text: str) -> str:
    return readable(_LINES.sub("\n", _SPACES.sub(" ", text)).strip())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.pictures: list[Media] = []
        self._unshown: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSHOWN:
            self._unshown = self._unshown or tag
        elif tag in _BREAKING:
            self.words.append("\n")
        elif tag == "img":
            said = dict(attrs)
            url, alt = said.get("src"), said.get("alt")
            self.pictures.append(
                Media(
                    kind="image", url=readable(url or "") or None, alt=readable(alt or "") or None
                )
            )

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unshown:
            self._unshown = None
        elif tag in _BREAKING:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if self._unshown is None:
            self.words.append(data)
