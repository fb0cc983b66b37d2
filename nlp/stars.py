"""Read words in which letters are starred out ("M*cL**d") as the names that fit them."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

from nlp.halves import Half
from nlp.normalise import Letters, View, fold

_MARKS = "*#%^"
_STARRED = re.compile(
    r"(?<![a-z0-9*%^'@$])[a-z*](?:[a-z0-9@$*#%^]|'(?!s(?![a-z0-9*#%^@$]))){2,23}(?![a-z0-9*#%^@$])"
)
_PIECES = re.compile(r"[a-z']+|[^a-z']+")
_BEFORE = re.compile(r"([a-z][a-z'*#%^@$0-9]*)[ .,]{1,2}$")
_AFTER = re.compile(r"[ ,]{1,2}([a-z][a-z'*#%^@$0-9]*)")
_REACH = 30
_LONGEST_RUN = 8
_MOST_WORDS = 100
_MOST_READINGS = 3
"""Names that are tried for one starred word."""


class Stars:
    """Knows the names that a starred word may stand for."""

    def __init__(self, halves: Mapping[str, Sequence[Half]]) -> None:
        self._halves = halves
        self._by_edge: dict[tuple[str, int], list[str]] = {}
        self._by_first: dict[str, list[str]] = {}
        for word in halves:
            if word.replace("'", "").isalpha():
                self._by_first.setdefault(word[0], []).append(word)
                for edge in (word[0], f"…{word[-1]}"):
                    self._by_edge.setdefault((edge, len(word)), []).append(word)

    def readings(self, plain: View) -> Iterator[View]:
        """The text with names in place of starred words: the likeliest names, then others."""
        text = plain.text
        fits: dict[int, list[str]] = {}
        for found in _STARRED.finditer(text):
            if len(fits) < _MOST_WORDS and is_starred(found[0]):
                fits[found.start()] = self._names(found[0], _neighbours(text, found))
        for number in range(max(map(len, fits.values()), default=0)):
            yield plain.rewritten(_STARRED, _Filled(fits, number))

    def _names(self, word: str, neighbours: list[str]) -> list[str]:
        initial = any(len(one) == 1 for one in neighbours)
        if not initial and any(_fits(word, oath) for oath in _oaths()):
            return []
        return self._beside(neighbours, _fitting(word, self._alike))[:_MOST_READINGS]

    def _alike(self, word: str) -> tuple[Sequence[str], Sequence[str]]:
        """Names as long as the word and with the same first or last letter; then any length."""
        edge = word[0] if word[0].isalpha() else f"…{word[-1]}"
        return self._by_edge.get((edge, len(word)), ()), self._by_first.get(word[0], ())

    def _beside(self, neighbours: list[str], names: list[str]) -> list[str]:
        """Only the names whose other half stands beside the word, if there are such."""
        known = [
            name
            for name in names
            if any(_is_other(one, half) for half in self._halves[name] for one in neighbours)
        ]
        return known or names


class _Filled:
    """Puts the n-th fitting name in place of each starred word."""

    def __init__(self, fits: Mapping[int, list[str]], number: int) -> None:
        self._fits = fits
        self._number = number

    def __call__(self, run: re.Match[str]) -> Letters:
        names = self._fits.get(run.start())
        name = names[min(self._number, len(names) - 1)] if names else run[0]
        longest = len(run[0]) - 1
        return [(letter, run.start() + min(place, longest)) for place, letter in enumerate(name)]


def is_starred(text: str) -> bool:
    """Whether this folded text has marks in place of letters."""
    return any(mark in text for mark in _MARKS)


def letters_left(surface: str) -> int:
    """How many letters of a name are not starred out; none if no letter is."""
    return sum(letter.isalpha() for letter in fold(surface))


def _neighbours(text: str, found: re.Match[str]) -> list[str]:
    before = _BEFORE.search(text[max(0, found.start() - _REACH) : found.start()])
    after = _AFTER.match(text, found.end(), found.end() + _REACH)
    return [one[1] for one in (before, after) if one]


def _is_other(word: str, half: Half) -> bool:
    if len(word) == 1:
        return not half.is_first and half.person.first[0] == word
    return word in half.others or (
        is_starred(word) and any(_fits(word, other) for other in half.others)
    )


def _fitting(word: str, alike: Callable[[str], tuple[Sequence[str], Sequence[str]]]) -> list[str]:
    if not any(letter.isalpha() for letter in word):
        return []
    as_long, any_length = alike(word)
    found = [name for name in as_long if _fits(word, name)]
    if found or not word[0].isalpha():
        return found
    pattern = re.compile(
        "".join(
            re.escape(piece)
            if piece[0].isalpha() or piece[0] == "'"
            else f"[a-z']{{0,{_LONGEST_RUN}}}"
            for piece in _PIECES.findall(word)
        )
    )
    return [name for name in any_length if pattern.fullmatch(name)]


@cache
def _oaths() -> frozenset[str]:
    text = (resources.files("nlp.names") / "between.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)["oaths"])


def _fits(word: str, name: str) -> bool:
    return len(word) == len(name) and all(
        one == other or not (one.isalpha() or one == "'")
        for one, other in zip(word, name, strict=True)
    )
