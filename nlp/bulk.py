"""Fold many texts in one go: what nlp.normalise does to one of them, over arrays.

Two liberties are taken, since nobody needs the offsets: capitals stay as they are beside the small
letters, and several equal marks that one character folds to are one.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, filterfalse

import numpy as np
from numpy.typing import NDArray

from nlp.bare import SIGNS
from nlp.letters import LETTERS, SEPARATOR
from nlp.sounds import sounds_foreign
from records.post import readable

Bytes = NDArray[np.uint8]
Places = NDArray[np.intp]

BREAK = SEPARATOR.encode()
BEYOND = 0x80
"""Stands for each character that no folding makes ASCII."""

SIGNS_BEYOND = {
    sign: BEYOND + number
    for number, sign in enumerate(sorted(sign for sign in SIGNS if not sign.isascii()), start=1)
}
"""Except for those that pass for letters."""

_BETWEEN = f" {SEPARATOR} "
_SPACE = ord(" ")
_MOST_REPLACED = 8
"""Characters that are quicker replaced one after the other than all at once."""
_NOTHING = 0
"""Stands for what folds to nothing, until it is dropped."""


def _cased(code: int) -> int:
    fold = LETTERS[code]
    return code if chr(code).isupper() else ord(fold) if fold else _NOTHING


_CASED = bytes(map(_cased, range(BEYOND))) + bytes(256 - BEYOND)
_SMALL = bytes(code + 32 if chr(code).isupper() and code < BEYOND else code for code in range(256))


@dataclass(frozen=True, slots=True)
class Folds:
    """Texts folded and joined; each stands between spaces and has BREAK behind it.

    `order` says whose turn it is, `ends` where its BREAK stands. `cased` is `letters` with the
    capitals as they were. `unusual` are turns with letters or invisible characters beyond ASCII.
    """

    letters: bytes
    cased: Bytes
    order: Places
    ends: Places
    unusual: Places
    sounds_foreign: bool
    """Whether there may be letters that nlp.sounds sounds out."""

    def text(self, turn: int) -> str:
        """The text whose turn it is; a character beyond ASCII is some control character."""
        start = self.ends[turn - 1] + 1 if turn else 0
        return self.letters[start : self.ends[turn]].decode("latin-1")

    def places(self, turns: Places) -> NDArray[np.bool_]:
        """The places of all that stands in these turns."""
        chosen = np.zeros(len(self.ends), np.bool_)
        chosen[turns] = True
        return np.repeat(chosen, np.diff(self.ends, prepend=-1))

    def only(self, turns: Places) -> bytes:
        """The letters of these turns."""
        return np.frombuffer(self.letters, np.uint8)[self.places(turns)].tobytes()


def fold_all(texts: Sequence[str]) -> Folds:
    """Fold the texts, at least one, each to what `Folded(text).text` is between spaces."""
    flags = list(map(str.isascii, texts))
    raw = _joined(list(compress(texts, flags))).encode("ascii")
    cased = np.frombuffer(raw.translate(_CASED), np.uint8)
    order, letters_beyond = np.arange(len(texts)), np.zeros(0, np.intp)
    foreign = False
    if not all(flags):
        plain = np.array(flags)
        order = np.concatenate((order[plain], order[~plain]))
        others = _joined(list(filterfalse(str.isascii, texts)))
        foreign = sounds_foreign(others)
        beyond, letters_beyond = _TABLE.fold(others)
        letters_beyond = letters_beyond + len(cased)
        cased = np.concatenate((cased, beyond))
    cased, unusual = _without_nothing(cased, letters_beyond)
    cased = _with_single_spaces(cased)
    ends = np.flatnonzero(cased == BREAK[0])
    return Folds(cased.tobytes().translate(_SMALL), cased, order, ends, unusual, foreign)


def _joined(texts: list[str]) -> str:
    whole = _BETWEEN.join(texts)
    if whole.count(SEPARATOR) >= max(len(texts), 1):  # a text has that character in itself
        whole = _BETWEEN.join(text.replace(SEPARATOR, "\x00") for text in texts)
    return f" {whole} {SEPARATOR}" if texts else ""


def _without_nothing(cased: Bytes, letters_beyond: Places) -> tuple[Bytes, Places]:
    """The text without what folds to nothing, and the turns that had such, or letters beyond."""
    kept = cased != _NOTHING
    unusual = np.concatenate((np.flatnonzero(~kept), letters_beyond))
    if not len(unusual):
        return cased, unusual
    ends = np.flatnonzero(cased == BREAK[0])
    return cased[kept], np.unique(np.searchsorted(ends, unusual))


def _with_single_spaces(cased: Bytes) -> Bytes:
    spaces = cased == _SPACE
    kept = np.ones(len(cased), np.bool_)
    np.logical_and(spaces[1:], spaces[:-1], out=kept[1:])
    np.logical_not(kept[1:], out=kept[1:])
    return cased[kept]


class _Table:
    """What each code point beyond ASCII folds to, worked out when it is first seen."""

    _UNSEEN, _LONG = 255, 254

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bytes = np.full(0x110000, self._UNSEEN, np.uint8)

    def fold(self, text: str) -> tuple[Bytes, Places]:
        """The folded text, with capitals and what folds to nothing, and places of letters."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        places = np.flatnonzero(codes >= BEYOND)
        folds = self._look_up(codes[places])
        long = np.unique(codes[places[folds == self._LONG]]).tolist()
        if long:
            return self.fold(_written_out(text, long))
        written = np.frombuffer(codes.astype(np.uint8).tobytes().translate(_CASED), np.uint8).copy()
        written[places] = folds
        return written, places[_IS_LETTER[folds]]

    def _look_up(self, codes: NDArray[np.uint32]) -> Bytes:
        folds = self._bytes[codes]
        unseen = folds == self._UNSEEN
        if unseen.any():
            with self._lock:
                for code in np.unique(codes[unseen]).tolist():
                    self._bytes[code] = self._byte(code)
            folds = self._bytes[codes]
        return folds

    def _byte(self, code: int) -> int:
        fold = _fold(code)
        if len(set(fold)) > 1 or (len(fold) > 1 and fold.isalnum()):
            return self._LONG
        return _written(fold[0]) if fold else _NOTHING


def _written_out(text: str, codes: list[int]) -> str:
    """The text with these folded; before each, what folds to nothing marks it as unusual."""
    folds = {code: f"\x00{_fold(code)}" for code in codes}
    if len(folds) > _MOST_REPLACED:
        return text.translate(folds)
    for code, fold in folds.items():
        text = text.replace(chr(code), fold)
    return text


def _fold(code: int) -> str:
    fold = LETTERS[ord(readable(chr(code)))]
    return (
        "".join(one if one.isascii() else _BEYOND_LETTER for one in fold) if len(fold) > 1 else fold
    )


def _written(character: str) -> int:
    return ord(character) if character.isascii() else SIGNS_BEYOND.get(character, BEYOND)


_BEYOND_LETTER = "\u4e00"
"""A letter that no folding makes ASCII, in place of any such."""

_IS_LETTER = np.array([code < BEYOND and chr(code).isalnum() for code in range(256)])
_TABLE = _Table()
