"""Fold text to what the eye reads, keeping the way back to the original offsets.

The folded text is lower case, without accents, invisible characters and look-alikes; runs of
white space, hyphens and underscores are one space. It is made for every post, so it is quick;
the offsets are only worked out for the few posts where something was found.
"""

import re
import tomllib
import unicodedata
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib import resources

from anyascii import anyascii

SEPARATOR = "\x7f"
"""Stands between the parts of a post; no pattern holds it, so nothing is found across parts."""

_WRITTEN_WITH_LETTERS = ("LATIN", "GREEK", "CYRILLIC", "CHEROKEE", "ARMENIAN", "LISU", "MODIFIER")
_ENCLOSED = re.compile(r"(?:LETTER|SYMBOL LETTER) ([A-Z])$")


def _look_alikes() -> dict[str, str]:
    """For each character of look_alikes.toml what the eye reads."""
    text = (resources.files("nlp") / "look_alikes.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    pairs = {char: latin for latin, chars in tables["letters"].items() for char in chars}
    pairs |= {char.upper(): latin for char, latin in pairs.items() if len(char.upper()) == 1}
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
    if category in ("Mn", "Me", "Cf", "Cc", "Cs"):
        return ""
    if category in ("Pd", "Zs", "Zl", "Zp"):
        return " "
    decomposed = unicodedata.normalize("NFKD", character)
    if decomposed != character:
        return "".join(_folded_character(part) for part in decomposed)
    if category == "So":
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


_LETTERS = _Letters()
_CONTROLS = bytes(code for code in range(0x7F) if _LETTERS[code] == "")
_ASCII = bytes(ord(_LETTERS[code] or " ") for code in range(128)) + bytes(128)


class Folded:
    """A text and its folded form."""

    def __init__(self, original: str) -> None:
        self.original = original
        if original.isascii():
            folded = original.encode("ascii").translate(_ASCII, _CONTROLS).decode("ascii")
        else:
            folded = original.translate(_LETTERS)
        self._collapsed = "  " in folded
        self.text = " ".join(folded.split()) if self._collapsed else folded

    @cached_property
    def offsets(self) -> Sequence[int]:
        """For each folded character the code-point offset it comes from."""
        if not self._collapsed and self.original.isascii() and len(self.text) == len(self.original):
            return range(len(self.text))
        places = array("L")
        waiting = -1
        for place, character in enumerate(self.original):
            for letter in _LETTERS[ord(character)]:
                if letter != " " or not self._collapsed:
                    if waiting >= 0:
                        places.append(waiting)
                        waiting = -1
                    places.append(place)
                elif places and waiting < 0:
                    waiting = place
        return places

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of the folded `start:end`, which is not empty."""
        return self.offsets[start], self.offsets[end - 1] + 1


class View:
    """One way to read a folded text; character n stands for `firsts[n]:lasts[n] + 1` of it."""

    def __init__(
        self,
        text: str,
        firsts: Sequence[int] | None = None,
        lasts: Sequence[int] | None = None,
        *,
        folded: Folded,
    ) -> None:
        self.text = text
        self.folded = folded
        self._firsts = firsts
        self._lasts = lasts

    @property
    def plain(self) -> bool:
        """Whether this is the folded text itself, without a disguise taken off."""
        return self.text is self.folded.text

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of `start:end`, which is not empty."""
        if self._firsts is None or self._lasts is None:
            return self.folded.span(start, end)
        return self.folded.span(self._firsts[start], self._lasts[end - 1] + 1)


# 1 for i or l, 3 for e …: inside a word, before one, or after at least three letters.
_LEET = re.compile(
    r"(?<=[a-z])[0134578$@!|]{1,3}(?=[a-z])"
    r"|(?<![a-z0-9@$.,£])[0134578$]{1,2}(?=[a-z]{2})"
    r"|(?<=[a-z]{3})[0134578$]{1,2}(?![a-z0-9])"
)
_LEET_I = str.maketrans("0134578$@!|", "oieastbsail")
_LEET_L = str.maketrans("0134578$@!|", "oleastbsali")
# Letters that stand alone, four or more in a row: "f.i.o.n.a", "f i o n a".
_SPELLED = re.compile(r"(?<![a-z0-9'])[a-z](?:[ .*|/,~+]{1,2}[a-z](?![a-z0-9'])){3,}")
_STRETCHED = re.compile(r"([a-z])\1{2,}")

# Cheap signs that one of the above may occur: they start with a set of characters or a plain
# group, with which the regular expression engine goes through a text several times faster.
_MAYBE_LEET = re.compile(r"[0134578$@!|](?:(?=[a-z])|(?<=[a-z][0134578$]))")
_MAYBE_SPELLED = re.compile(r"[ .*|/,~+][a-z][ .*|/,~+]{1,2}[a-z][ .*|/,~+]")
_MAYBE_STRETCHED = re.compile(r"(.)\1\1")


def views(folded: Folded) -> Iterator[View]:
    """The folded text as it stands, then with each disguise taken off that occurs in it."""
    text = folded.text
    yield View(text, folded=folded)
    if _MAYBE_LEET.search(text) and _LEET.search(text):
        yield from _leet_views(folded)
    if _MAYBE_SPELLED.search(text) and _SPELLED.search(text):
        yield View(*_shortened(text, _SPELLED, _letters_of), folded=folded)
    if _MAYBE_STRETCHED.search(text) and _STRETCHED.search(text):
        yield View(*_shortened(text, _STRETCHED, lambda run: [run.start()]), folded=folded)
        yield View(*_shortened(text, _STRETCHED, lambda run: range(*run.span())[:2]), folded=folded)


def plain_reading(folded: Folded) -> View:
    """The one reading on which the rules work: every disguise taken off at once."""
    text = _LEET.sub(lambda run: run[0].translate(_LEET_I), folded.text)
    text, firsts, lasts = _shortened(text, _SPELLED, _letters_of)
    text, begin, end = _shortened(text, _STRETCHED, _as_words_double)
    return View(text, [firsts[n] for n in begin], [lasts[n] for n in end], folded=folded)


def _leet_views(folded: Folded) -> Iterator[View]:
    yield View(_LEET.sub(lambda run: run[0].translate(_LEET_I), folded.text), folded=folded)
    if any(mark in folded.text for mark in "1!|"):
        yield View(_LEET.sub(lambda run: run[0].translate(_LEET_L), folded.text), folded=folded)


def _letters_of(run: re.Match[str]) -> Sequence[int]:
    return [place for place in range(*run.span()) if run.string[place].isalpha()]


def _as_words_double(run: re.Match[str]) -> Sequence[int]:
    """English words double l and s far more often than other letters."""
    return range(*run.span())[: 2 if run[1] in "ls" else 1]


def _shortened(
    text: str, pattern: re.Pattern[str], kept: Callable[[re.Match[str]], Sequence[int]]
) -> tuple[str, Sequence[int], Sequence[int]]:
    """The text in which of each run that `pattern` finds only the places `kept` remain.

    With it come the places of its characters, first and last; a run's last one covers its rest.
    """
    places = array("L")
    ends: dict[int, int] = {}
    done = 0
    for run in pattern.finditer(text):
        places.extend(range(done, run.start()))
        places.extend(kept(run))
        done = run.end()
        ends[len(places) - 1] = done - 1
    if not done:
        return text, range(len(text)), range(len(text))
    places.extend(range(done, len(text)))
    lasts = array("L", places)
    for number, last in ends.items():
        lasts[number] = last
    return "".join(text[place] for place in places), places, lasts


def fold(text: str) -> str:
    """The folded form alone, for names and terms."""
    return Folded(text).text.strip()
