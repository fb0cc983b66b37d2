"""Names written as they sound in Cyrillic or Greek letters ("Фиона Маклауд").

Only consonants are compared: vowels and endings change from one language to the next.
"""

import re
import tomllib
from array import array
from collections.abc import Mapping
from functools import cache
from importlib import resources

from anyascii import anyascii

from nlp.letters import LETTERS
from nlp.normalise import Folded, View

_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f\u1f00-\u1fff]")
_SOUNDS = [
    (re.compile(pattern), instead)
    for pattern, instead in [
        (r"^(?:mac|mc|mhic|m')(?=[a-z]{3})", "mk"),
        (r"^(?:uil|wil|will)", "vil"),
        (r"^u(?=[aeio])", "v"),
        (r"^wr", "r"),
        (r"dzh|dj|ge(?=[aeiou])|g(?=e$)", "j"),
        (r"ight", "ait"),
        (r"ph", "f"),
        (r"sh|sz|sch", "s"),
        (r"ck|ch|kh|q|c(?=[^eiy]|$)", "k"),
        (r"c", "s"),
        (r"x", "ks"),
        (r"th", "t"),
        (r"gh", ""),
        (r"^[hg]", "k"),
        (r"h", ""),
        (r"g", "k"),
        (r"z", "s"),
        (r"(?<=[aeiou])[wy]", ""),
        (r"[w]", "v"),
        (r"(?<=[a-z])[aeiouy]+", ""),
        (r"^[aeiouy]+", "a"),
        (r"[^a-z]", ""),
        (r"([a-z])\1+", r"\1"),
    ]
]
_WORDS = re.compile(r"[a-z']+")
LEAST_SOUNDS = 5
"""Sounds that a whole name must have to be known by them."""


@cache
def _table(name: str) -> Mapping[str, str]:
    text = (resources.files("nlp.names") / "sounds.toml").read_text(encoding="utf-8")
    table: dict[str, str] = tomllib.loads(text)[name]
    return table


def sound(word: str) -> str:
    """The sounds of one word in Latin letters."""
    for pattern, instead in _SOUNDS:
        word = pattern.sub(instead, word)
    return word


def sounds_of(name: str) -> set[str]:
    """How a name of several words may sound; w is no consonant in Stewart and one in Nowak."""
    spellings = {name, name.replace("w", "v"), name.replace("qu", "kv"), name.replace("c", "k")}
    heard = ([sound(word) for word in spelt.split()] for spelt in spellings)
    return {" ".join(words) for words in heard if all(words)}


def sounds_foreign(text: str) -> bool:
    """Whether the text has letters of another alphabet in which a name may be spelt by sound."""
    return not text.isascii() and _FOREIGN.search(text) is not None


def sounded(folded: Folded) -> View:
    """The sounds of each word of the text, each with a space behind it."""
    latin = [
        (one, place)
        for place, letter in enumerate(_single_signs(folded.original))
        for one in _read(letter)
    ]
    text = "".join(letter for letter, _ in latin)
    pieces: list[str] = []
    places, ends = array("L"), array("L")
    for word in _WORDS.finditer(text):
        heard = sound(word[0])
        if heard:
            first, last = latin[word.start()][1], latin[word.end() - 1][1]
            pieces.append(heard + " ")
            places.extend([first] * (len(heard) + 1))
            ends.extend([last] * (len(heard) + 1))
    return _SoundView("".join(pieces), places, ends, folded=folded)


class _SoundView(View):
    """Sounds, whose places are those of whole words of the original."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of `start:end`, which is not empty."""
        assert self._firsts is not None
        assert self._lasts is not None
        return self._firsts[start], self._lasts[end - 1] + 1


def _single_signs(text: str) -> str:
    """The text, as long as before, with a Latin letter and a gap for two that are one sound."""
    text = "".join(one if len(one.lower()) > 1 else one.lower() for one in text)
    for pair, letter in _table("pairs").items():
        text = text.replace(pair, f"{letter}\u200b")
    return text


def _read(letter: str) -> str:
    if not _FOREIGN.match(letter):
        return LETTERS[ord(letter)]
    known = _table("letters").get(letter)
    return anyascii(letter).lower() if known is None else known
