"""Make what is hidden in outside text visible, so that nothing can be smuggled past a reader."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 20_000
_SHOWN_AS_THEY_ARE = "\n\t"
_ZWJ = "\u200d"
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,6}\U000e007f")
"""The flags of Scotland, England and Wales are spelt with invisible letters."""
_MARKED = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, or (`mark`) the description of a character that can't be seen."""

    text: str
    mark: bool = False


def pieces(text: str) -> list[Piece]:
    """Split `text` into what can be read and marks for what can't."""
    return list(_joined(_characters(text.replace("\r\n", "\n")[:LONGEST])))


def one_line(text: str) -> str:
    """`text` on one line, with what can't be seen spelt out, for names and addresses."""
    spelt = "".join(piece.text for piece in pieces(text))
    return " ".join(spelt.split())


def _characters(text: str) -> Iterator[Piece]:
    place = 0
    while place < len(text):
        if flag := _FLAG.match(text, place):
            yield Piece(flag[0])
            place = flag.end()
            continue
        one = text[place]
        yield Piece(_spelt(one), mark=True) if _hidden(text, place) else Piece(one)
        place += 1


def _hidden(text: str, place: int) -> bool:
    one = text[place]
    if one in _BLANK_LETTERS:
        return True
    if one in _SHOWN_AS_THEY_ARE or unicodedata.category(one) not in _MARKED:
        return False
    return not (one == _ZWJ and _joins_pictures(text, place))


def _joins_pictures(text: str, place: int) -> bool:
    """Whether a joiner stands between two parts of one emoji, where it belongs."""
    before, after = text[max(place - 1, 0) : place], text[place + 1 : place + 2]
    return _pictorial(before) and _pictorial(after)


def _pictorial(one: str) -> bool:
    return bool(one) and (unicodedata.category(one) in {"So", "Sk"} or one in "\ufe0f\u2640\u2642")


def _spelt(one: str) -> str:
    name = unicodedata.name(one, "").lower()
    return f"[U+{ord(one):04X} {name}]" if name else f"[U+{ord(one):04X}]"


def _joined(parts: Iterator[Piece]) -> Iterator[Piece]:
    held = ""
    for part in parts:
        if part.mark:
            if held:
                yield Piece(held)
            held = ""
            yield part
        else:
            held += part.text
    if held:
        yield Piece(held)
