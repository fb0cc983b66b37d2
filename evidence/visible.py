"""Characters that hide, reorder or imitate nothing at all, written out so that a reader sees them.

A direction override can turn a sentence round and a zero-width space can split a name; a picture
of such text shows neither.
"""

import re
import unicodedata
from collections.abc import Iterator

_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that are drawn as nothing, though Unicode counts them as letters."""
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
_NAMELESS = {
    "\0": "NULL",
    "\t": "TAB",
    "\r": "CARRIAGE RETURN",
    "\x08": "BACKSPACE",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
}
_EMOJI = (
    "[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff]"
)
_DRAWN_AS_ONE = re.compile(
    # A flag of a nation spelt with tags, as Scotland's is; emoji joined into one; a keycap.
    "\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f"
    f"|{_EMOJI}\ufe0f?[\U0001f3fb-\U0001f3ff]?(?:\u200d{_EMOJI}\ufe0f?[\U0001f3fb-\U0001f3ff]?)*"
    "|[0-9#*]\ufe0f?\u20e3"
)


def made_visible(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it stands for a character that hides; lines stay."""
    text = text.replace("\r\n", "\n")
    at = 0
    for found in _DRAWN_AS_ONE.finditer(text):
        yield from _pieces(text[at : found.start()])
        yield found.group(), False
        at = found.end()
    yield from _pieces(text[at:])


def plain(text: str) -> str:
    """The same as one text, each hidden character as ⟨its number and name⟩."""
    return "".join(piece for piece, _ in made_visible(text))


def mark(character: str) -> str:
    """What stands for one character that can't be seen or drawn."""
    name = unicodedata.name(character, _NAMELESS.get(character, ""))
    return f"⟨U+{ord(character):04X}{' ' if name else ''}{name}⟩"


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    seen = ""
    for character in text:
        if _hides(character):
            if seen:
                yield seen, False
            yield mark(character), True
            seen = ""
        else:
            seen += character
    if seen:
        yield seen, False


def _hides(character: str) -> bool:
    if character == "\n":
        return False
    return character in _BLANK_LETTERS or unicodedata.category(character) in _HIDDEN
