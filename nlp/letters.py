"""What the eye reads in each character, whatever script it comes from."""

import re
import tomllib
import unicodedata
from importlib import resources

from anyascii import anyascii

SEPARATOR = "\x7f"
"""Stands between the parts of a post; no pattern holds it, so nothing is found across parts."""

_WRITTEN_WITH_LETTERS = ("LATIN", "GREEK", "CYRILLIC", "CHEROKEE", "ARMENIAN", "LISU", "MODIFIER")
_INVISIBLE = ("Mn", "Me", "Cf", "Cc", "Cs")
_FILLERS = "\u115f\u1160\u3164\uffa0"
_ENCLOSED = re.compile(r"(?:LETTER|SYMBOL LETTER) ([A-Z])$")


def _look_alikes() -> dict[str, str]:
    """For each character of look_alikes.toml what the eye reads."""
    text = (resources.files("nlp") / "look_alikes.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    pairs = {char: latin for latin, chars in tables["letters"].items() for char in chars}
    for other in (str.upper, str.lower):
        pairs = {other(char): read for char, read in pairs.items() if len(other(char)) == 1} | pairs
    for table in ("capitals", "marks"):
        pairs |= {char: latin for latin, chars in tables[table].items() for char in chars}
    return pairs


_LOOK_ALIKES = _look_alikes()


class _Letters(dict[int, str]):
    """What each code point folds to, worked out when it is first seen."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _folded_character(chr(code))
        return folded


def _folded_character(character: str) -> str:
    if character == SEPARATOR:
        return character
    if character.isspace() or character in "-_":
        return " "
    if character in _LOOK_ALIKES:
        return _LOOK_ALIKES[character]
    if character.isascii():
        return character.lower() if character.isprintable() else ""
    return _folded_beyond_ascii(character)


def _folded_beyond_ascii(character: str) -> str:
    category = unicodedata.category(character)
    if category in _INVISIBLE or character in _FILLERS or "\U0001f3fb" <= character <= "\U0001f3ff":
        return ""
    if category in ("Pd", "Zs", "Zl", "Zp", "Co", "Cn"):
        return " "
    decomposed = unicodedata.normalize("NFKD", character)
    if decomposed != character:
        return "".join(_folded_character(part) for part in decomposed)
    if category in ("So", "Sm"):
        found = _ENCLOSED.search(unicodedata.name(character, ""))
        return found[1].lower() if found else " "
    if category.startswith("L"):
        return _folded_letter(character)
    return character


def _folded_letter(character: str) -> str:
    """Sound out the scripts whose letters serve as disguise; leave other scripts as they are."""
    if unicodedata.name(character, "").startswith(_WRITTEN_WITH_LETTERS):
        return anyascii(character).lower()
    return "".join(part for part in character.lower() if unicodedata.category(part) != "Mn")


LETTERS = _Letters()
"""What each code point folds to."""
