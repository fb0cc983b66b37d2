"""Pass over the many posts that name nobody, a batch at a time.

The sieve lets more through than careful screening finds worth a look, never less. It searches
all texts at once for what tells alone, and for halves of names with the other half beside them.
Texts with any sign of a disguise are searched once more by their skeletons. Careful screening
then has few posts left to read.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from ahocorasick_rs import BytesAhoCorasick, Implementation
from numpy.typing import NDArray

from nlp.beside import both_misspelt, pairs
from nlp.bulk import BEYOND, BREAK, Folds, Places, fold_all
from nlp.halves import Half, Piece, halves, pieces
from nlp.matcher import tells_alone
from nlp.nearby import Nearby
from nlp.normalise import Folded, View, fold
from nlp.signs import Signs
from nlp.skeleton import bare_letters, in_words, run_together, with_marks_read
from nlp.sounds import sounds_foreign
from nlp.stars import Stars
from nlp.terms import Term, TermKind
from nlp.variants import Form, NameVariant

_MOST_LETTERS = 1_000_000
"""Of all patterns together; above, the fastest kind of automaton takes too much memory."""
_REACH = 100
"""Characters around a half of a name in which the other half is looked for."""
_LONGEST_TAG = 80
_STARRED = re.compile(r"[a-z0-9'@$*#%^]*[*#%^][a-z0-9'@$*#%^]*")

_WORDS = bytes(
    code if code < BEYOND and (chr(code).isalnum() or code == BREAK[0]) else ord(" ")
    for code in range(256)
)

Entry = NameVariant | Term
Halves = Mapping[str, tuple[Half, ...]]
Pieces = Mapping[str, tuple[Piece, ...]]
Fits = Callable[[int, int, int], bool]
"""Whether a pattern, by its number, means something at start and end."""


class Sieve:
    """Tells which texts may be worth a look; built once for a roster."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        entries = [entry for entry in entries if entry.text]
        names = [entry for entry in entries if isinstance(entry, NameVariant)]
        telling = [entry for entry in entries if tells_alone(entry)]
        known = halves(names)
        parts = pieces(known)
        self._meanings = _meanings(telling, known, parts)
        self._written = _Search(self._meanings)
        self._means = list(self._meanings.values())
        self._in_words = _Search(_skeletons(telling, known, parts))
        texts = [*(entry.text for entry in telling), *known, *parts]
        self._together = _Search(run_together(text.encode())[0].tobytes() for text in texts)
        self._bare = _Search(
            bare_letters(name.text.encode()).tobytes() for name in names if _is_read_bare(name)
        )
        self._stars = Stars(known)
        self._nearby = Nearby(known)
        self._beyond = frozenset(one for text in texts for one in text if not one.isascii())

    def let_through(self, texts: Sequence[str], owners: Sequence[int]) -> set[int]:
        """The owners of those texts, at least one, that may be worth a look."""
        return {owners[number] for number in self._suspects(texts)}

    def _suspects(self, texts: Sequence[str]) -> set[int]:
        folds = fold_all(texts)
        signs = Signs(folds)
        found = self._written.turns(
            folds.letters.translate(_WORDS),
            folds.ends,
            _Reader(folds, self._means, self._nearby).means,
        )
        found.update(signs.put_together.tolist())
        found |= self._starred(folds, signs.starred)
        found |= self._disguised(folds, signs)
        found |= self._spelled(folds, signs)
        through = set(folds.order[list(found)].tolist())
        return through | self._in_other_letters(texts, folds)

    def _starred(self, folds: Folds, turns: Places) -> set[int]:
        return {turn for turn in turns.tolist() if self._has_reading(folds.text(turn))}

    def _has_reading(self, text: str) -> bool:
        starred = " ".join(_STARRED.findall(text))
        plain = View(starred, folded=Folded(starred))
        return next(self._stars.readings(plain), None) is not None

    def _disguised(self, folds: Folds, signs: Signs) -> set[int]:
        """Turns with a name by its skeleton."""
        turns = signs.disguised
        if not len(turns):
            return set()
        letters = folds.only(turns)
        found = self._bare.among(turns, bare_letters(letters))
        found |= self._in_words.among(turns, in_words(letters))
        read = with_marks_read(folds.only(signs.marked))
        return found | self._in_words.among(signs.marked, in_words(read))

    def _spelled(self, folds: Folds, signs: Signs) -> set[int]:
        """Turns with a name in letters that stand alone, whatever is between them."""
        turns = signs.spelled
        if not len(turns):
            return set()
        alone = np.zeros(len(folds.cased), np.bool_)
        alone[signs.alone] = True
        letters, starts = run_together(folds.only(turns))
        is_alone = np.logical_or.reduceat(alone[folds.places(turns)], starts)
        found = self._together.among(
            turns, letters, lambda _, start, end: bool(is_alone[start:end].any())
        )
        marks = signs.alone[np.isin(folds.cased[signs.alone], list(b"@$"))]
        return found | set(np.searchsorted(folds.ends, marks).tolist())

    def _in_other_letters(self, texts: Sequence[str], folds: Folds) -> set[int]:
        if not self._beyond and not folds.sounds_foreign:
            return set()
        return {
            number
            for number, text in enumerate(texts)
            if not text.isascii()
            and (sounds_foreign(text) or not self._beyond.isdisjoint(fold(text)))
        }


class _Search:
    """One automaton over joined texts."""

    def __init__(self, patterns: Iterable[bytes]) -> None:
        patterns = [one for one in dict.fromkeys(patterns) if one.strip()]
        large = sum(map(len, patterns)) > _MOST_LETTERS
        automaton = BytesAhoCorasick(
            patterns or [b"\x00"],
            implementation=Implementation.ContiguousNFA if large else Implementation.DFA,
        )
        self._find = automaton.find_matches_as_indexes

    def turns(self, text: bytes, ends: Places, fits: Fits | None = None) -> set[int]:
        """The turns in which a pattern stands and `fits`."""
        found: set[int] = set()
        breaks = ends.tolist()
        for number, start, end in self._find(text, overlapping=True):
            turn = bisect_left(breaks, start)
            if turn not in found and (fits is None or fits(number, start, end)):
                found.add(turn)
        return found

    def among(
        self, turns: Places, letters: NDArray[np.uint8], fits: Fits | None = None
    ) -> set[int]:
        """Those of the `turns`, of which these are the letters, in which a pattern stands."""
        ends = np.flatnonzero(letters == BREAK[0])
        return set(turns[list(self.turns(letters.tobytes(), ends, fits))].tolist())


_Meaning = tuple[Half, ...] | tuple[Piece, ...] | bool
"""What a pattern is part of; True tells as a word of its own, False as part of one, too."""


def _meanings(telling: list[Entry], known: Halves, parts: Pieces) -> dict[bytes, _Meaning]:
    found: dict[bytes, _Meaning] = {}
    for text, half in known.items():
        found[b" %b " % _words(text)] = half
    for text, piece in parts.items():
        for pattern in _half_bounded(text, piece):
            found[pattern] = piece
    for entry in telling:
        if _may_be_part_of_a_word(entry):
            found[_words(entry.text)] = False
        else:
            found[b" %b " % _words(entry.text)] = True
    return found


def _skeletons(telling: list[Entry], known: Halves, parts: Pieces) -> Iterator[bytes]:
    for entry in telling:
        bounded = in_words(f" {entry.text} ".encode()).tobytes()
        yield bounded.strip() if _may_be_part_of_a_word(entry) else bounded
    for text in known:
        yield in_words(f" {text} ".encode()).tobytes()
    for text, piece in parts.items():
        for pattern in _half_bounded(text, piece):
            yield in_words(pattern).tobytes()


def _half_bounded(text: str, piece: tuple[Piece, ...]) -> Iterator[bytes]:
    if any(one.begins for one in piece):
        yield b" " + _words(text)
    if not all(one.begins for one in piece):
        yield _words(text) + b" "


def _words(text: str) -> bytes:
    return text.encode().translate(_WORDS)


def _may_be_part_of_a_word(entry: Entry) -> bool:
    if isinstance(entry, Term):
        return entry.kind is TermKind.NAME
    return entry.form is not Form.ACCOUNT


def _is_read_bare(name: NameVariant) -> bool:
    return name.form is not Form.ACCOUNT and name.form <= Form.HALF and " " in name.text


class _Reader:
    """Tells what patterns mean in folded texts."""

    def __init__(self, folds: Folds, meanings: Sequence[_Meaning], nearby: Nearby) -> None:
        self._letters = folds.letters
        self._folds = folds
        self._meanings = meanings
        self._nearby = nearby

    def means(self, number: int, start: int, end: int) -> bool:
        """Whether this pattern tells at `start:end`."""
        meaning = self._meanings[number]
        if isinstance(meaning, bool):
            return meaning or self._is_whole(start, end)
        first = max(0, start - _REACH)
        text = self._letters[first : end + _REACH].decode("latin-1")
        start, end = start - first, end - first
        if isinstance(meaning[0], Half):
            return self._nearby.any_half(text[:start], text[end:]) and any(
                True for _ in pairs(text, start + 1, end - 1, meaning)
            )
        start += not text[start].isalnum()
        end -= not text[end - 1].isalnum()
        return self._nearby.nearly_around(text, start, end) and any(
            True for _ in both_misspelt(text, start, end, meaning)
        )

    def _is_whole(self, start: int, end: int) -> bool:
        """Whether it is a word, a hump of one, or part of a tag."""
        letters, cased = self._letters, self._folds.cased
        left = not _alphanumeric(letters[start - 1]) or chr(cased[start]).isupper()
        right = not _alphanumeric(letters[end]) or not chr(cased[end]).islower()
        return (left and right) or self._in_a_tag(start) or self._is_unusual(start)

    def _in_a_tag(self, start: int) -> bool:
        for place in range(start - 1, max(0, start - _LONGEST_TAG), -1):
            if not _alphanumeric(self._letters[place]):
                return self._letters[place] in b"#@"
        return False

    def _is_unusual(self, start: int) -> bool:
        return bool(np.isin(np.searchsorted(self._folds.ends, start), self._folds.unusual))


def _alphanumeric(code: int) -> bool:
    return code < BEYOND and chr(code).isalnum()
