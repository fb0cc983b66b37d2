"""The words in a post's markup, as a reader sees them."""

import re
from html.parser import HTMLParser

_PARAGRAPHS = {"p", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"}
_LINES = {"br", "li", "div", "tr"}
_SPACES = re.compile(r"[^\S\n]+")
_AROUND_BREAKS = re.compile(r" ?\n ?")
_MANY_BREAKS = re.compile(r"\n{3,}")


def plain_text(markup: str) -> str:
    """The text of `markup`; mentions, hashtags and links stay whole, no word is ever left out."""
    words = _Words()
    try:
        words.feed(markup)
        words.close()
    except AssertionError:  # what the parser says of a declaration that it doesn't know
        return markup
    text = _AROUND_BREAKS.sub("\n", _SPACES.sub(" ", "".join(words.parts)))
    return _MANY_BREAKS.sub("\n\n", text).strip()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in _LINES:
            self.parts.append("\n")
        elif tag == "img":  # some servers show emoji as pictures
            self.parts.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def set_cdata_mode(self, elem: str, **_: object) -> None:
        """Never: a script that is not closed would swallow what follows it."""

    def unknown_decl(self, data: str) -> None:
        self.parts.append(data)
