"""A card that shows what the platform's record says of a post; never a picture of its web page.

It is drawn by the capture browser, offline and without scripts, since a browser draws every
script and direction right (`card_page`); where there is none, by ourselves (`card_drawing.py`).
It bears no reference: it may be shown where references are not known.
"""

import html
from dataclasses import dataclass

from evidence.visible import made_visible, plain
from records.post import Post

LABEL = "Drawn from the platform's record; not a picture of the web page"
WIDTH = 720
MAX_CHARACTERS = 40_000
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_STYLE = f"""
 body {{margin: 0; width: {WIDTH}px; background: #f3f2f1; color: #0b0c0c;
       font: 19px/1.4 "Liberation Sans", "DejaVu Sans", sans-serif}}
 header {{padding: 12px 24px; background: #0b0c0c; color: #fff; font-size: 16px}}
 main {{margin: 24px; padding: 24px; background: #fff; border-left: 6px solid #505a5f}}
 dl {{margin: 0 0 20px; display: grid; grid-template-columns: 110px 1fr; gap: 4px 12px}}
 dt {{color: #505a5f}} dd {{margin: 0; overflow-wrap: anywhere}}
 p {{margin: 0; white-space: pre-wrap; overflow-wrap: anywhere}}
 b {{font: 15px monospace; background: #ffdd00; color: #0b0c0c}}
"""


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on the card: labelled lines, then the text."""

    lines: tuple[tuple[str, str], ...]
    text: str


def card_of(post: Post) -> Card:
    """The card of one post; what the record lacks is said instead of left out."""
    author = post.author
    names = [one for one in (author.name, _at(author.handle), author.id) if one]
    time = post.published_at
    lines = [
        ("Platform", post.source),
        ("Author", " · ".join(names) or "not in the record"),
        ("Time", f"{time:%-d %B %Y, %H:%M:%S %Z}" if time else "not in the record"),
    ]
    if post.context.community:
        lines.append(("Place", post.context.community))
    if post.context.title:
        lines.append(("Title", post.context.title))
    lines += [
        ("Attached", f"{one.kind}{': ' if one.text else ''}{one.text}") for one in post.media[:20]
    ]
    text = post.text[:MAX_CHARACTERS]
    if len(post.text) > MAX_CHARACTERS:
        text += f"\n[The record goes on: {len(post.text)} characters in all.]"
    return Card(tuple(lines), text or "[The record holds no text.]")


def card_page(card: Card) -> str:
    """The card as a page without scripts that may load nothing."""
    rows = "".join(f"<dt>{name}</dt><dd dir=auto>{_marked(said)}</dd>" for name, said in card.lines)
    return (
        f'<!doctype html><html lang="en-GB"><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>Post card</title><style>{_STYLE}</style>"
        f"<header>{LABEL}</header><main><dl>{rows}</dl>"
        f"<p dir=auto>{_marked(card.text)}</p></main></html>"
    )


def card_lines(card: Card) -> list[tuple[str, str]]:
    """The same in plain text, hidden characters written out; the text comes last, unlabelled."""
    return [(name, plain(said)) for name, said in card.lines] + [("", plain(card.text))]


def _at(handle: str | None) -> str | None:
    return f"@{handle.removeprefix('@')}" if handle else None


def _marked(text: str) -> str:
    pieces = made_visible(text)
    return "".join(
        f"<b>{html.escape(piece)}</b>" if hidden else html.escape(piece) for piece, hidden in pieces
    )
