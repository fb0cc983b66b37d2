"""Draw the post card where no browser is installed; what no font here can draw is written out."""

import io
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from evidence.card import LABEL, WIDTH, Card, card_lines
from evidence.visible import mark

FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
)
SIZE, LINE, MARGIN, LABELLED = 18, 27, 24, 130
MAX_HEIGHT = 12_000
_WORDS = re.compile(r"\S{1,200} ?|\s")
_NOTHING = "\U0010fffe"
"""No font has this one: it is drawn as every missing character is."""
_AS_EMOJI = "\ufe0f"
_INK, _GREY, _PAPER = "#0b0c0c", "#505a5f", "#ffffff"


def draw_card(card: Card) -> bytes:
    """The card as a PNG."""
    rows = list(islice(_rows(card), 2 * MAX_HEIGHT // LINE))
    steps = sum(ink != _GREY for _, ink, _ in rows)
    height = min(MAX_HEIGHT, (steps + 2) * LINE + 2 * MARGIN)
    picture = Image.new("RGB", (WIDTH, height), _PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, WIDTH, 2 * LINE), fill=_INK)
    pen.text((MARGIN, LINE // 2 + 4), LABEL, font=_font(), fill=_PAPER)
    y = 2 * LINE + MARGIN
    for x, ink, said in rows:
        if y + 2 * LINE > MAX_HEIGHT:
            pen.text((MARGIN, y), "[The record goes on.]", font=_font(), fill=_GREY)
            break
        pen.text((x, y), said, font=_font(), fill=ink)
        y += 0 if ink == _GREY else LINE
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _rows(card: Card) -> Iterator[tuple[int, str, str]]:
    for name, said in card_lines(card):
        indent = LABELLED if name else MARGIN
        if name:
            yield MARGIN, _GREY, name
        else:
            yield MARGIN, _INK, ""
        for line in _drawable(said).split("\n"):
            for part in _wrapped(line, WIDTH - indent - MARGIN):
                yield indent, _INK, part


def _wrapped(line: str, width: int) -> Iterator[str]:
    """Broken between words, and within a word that is wider than the card."""
    now, taken = "", 0.0
    for word in _WORDS.findall(line):
        for piece in [word] if _width(word.rstrip()) <= width else word:
            if now and taken + _width(piece.rstrip()) > width:
                yield now
                now, taken = "", 0.0
            now += piece
            taken += _width(piece)
    yield now


@lru_cache(maxsize=4096)
def _width(text: str) -> float:
    return _font().getlength(text)


def _drawable(text: str) -> str:
    return "".join(
        one if one.isspace() or one.isascii() or _can_draw(one) else mark(one) for one in text
    )


@cache
def _can_draw(character: str) -> bool:
    if character == _AS_EMOJI:
        return True
    missing = _font().getmask(_NOTHING)
    drawn = _font().getmask(character)
    same = (drawn.size, bytes(drawn)) == (missing.size, bytes(missing))
    return any(bytes(drawn)) and not same


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for file in FONTS:
        if Path(file).exists():
            return ImageFont.truetype(file, SIZE)
    return ImageFont.load_default(SIZE)
