"""Names written as they sound in Cyrillic or Greek letters ("Фиона Маклауд").

Only consonants are compared: vowels and endings change from one language to the next.
"""

import re
import tomllib
from array import array
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

from anyascii import anyascii

from nlp.letters import LETTERS, SEPARATOR
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
_WORDS = re.compile(r"[a-z']+|\x7f")
_GAP = "\u200b"
_MOST_WORDS_KEPT = 50_000
LEAST_SOUNDS = 5
"""Sounds that a whole name must have to be known by them."""


@cache
def _table(name: str) -> Mapping[str, str]:
    text = (resources.files("nlp.names") / "sounds.toml").read_text(encoding="utf-8")
    table: dict[str, str] = tomllib.loads(text)[name]
    return table


@lru_cache(maxsize=_MOST_WORDS_KEPT)
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
    letters: list[str] = []
    starts, ends = array("L"), array("L")
    for place, letter in enumerate(_single_signs(folded.original)):
        read = _read(letter)
        letters.append(read)
        starts.extend([place] * len(read))
        ends.extend([place] * len(read))
        if letter == _GAP and ends:
            ends[-1] = place
    pieces: list[str] = []
    firsts, lasts = array("L"), array("L")
    for word in _WORDS.finditer("".join(letters)):
        heard = word[0] if word[0] == SEPARATOR else sound(word[0])
        if heard:
            pieces.append(f"{heard} ")
            firsts.extend([starts[word.start()]] * (len(heard) + 1))
            lasts.extend([ends[word.end() - 1]] * (len(heard) + 1))
    return _SoundView("".join(pieces), firsts, lasts, folded=folded)


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
        text = text.replace(pair, f"{letter}{_GAP}")
    return text


def _read(letter: str) -> str:
    if not _FOREIGN.match(letter):
        return LETTERS[ord(letter)]
    known = _table("letters").get(letter)
    return anyascii(letter).lower() if known is None else known
