"""Skeletons of folded texts: what a name and its disguises have in common.

Whatever disguise is taken off a text (nlp.normalise, nlp.bare), its skeleton stays the same, so
that no disguised name is lost in it.
"""

import re

import numpy as np
from numpy.typing import NDArray

from nlp.bare import SIGNS
from nlp.bulk import BREAK, SIGNS_BEYOND, Bytes, Places
from nlp.normalise import LEET_MARKS, LEET_READINGS

_SPACE = ord(" ")
_SIGNS = {byte: sign for sign, byte in SIGNS_BEYOND.items()}


def _stands_for() -> dict[int, int]:
    """For each letter and each sign that passes for one the letter that stands for all of them."""
    same = {code: code for code in range(ord("a"), ord("z") + 1)}
    for readings in LEET_READINGS:
        for sign, letter in readings.items():
            one, other = same[letter], same.setdefault(sign, same[letter])
            same = {code: one if kept == other else kept for code, kept in same.items()}
    return same


_STANDS_FOR = _stands_for()
_READ_AS = {sign: letter for sign, letter in _STANDS_FOR.items() if not chr(sign).isalnum()}
_MARKS = re.compile(f"[{re.escape(''.join(map(chr, _READ_AS)))}]+")
_SEEN_AROUND = 4
"""Characters beside a mark that decide whether it is read as a letter."""


def _bone(code: int) -> int:
    if chr(code).isascii() and chr(code).isalnum():
        return _STANDS_FOR.get(code, code)
    return code if code == BREAK[0] else _SPACE


_BONES = bytes(map(_bone, range(256)))


def _bare(code: int) -> int:
    sign = _SIGNS.get(code, chr(code))
    read = SIGNS.get(sign, sign if sign.isascii() and sign.isalpha() else "")
    return ord(read) if read else _SPACE


_BARE = bytes(map(_bare, range(256)))
_NOT_BARE = bytes(code for code, bare in enumerate(_BARE) if bare == _SPACE)


def in_words(letters: bytes) -> Bytes:
    """Words apart from each other, digits read as letters, marks as what parts words."""
    codes = np.frombuffer(letters.translate(_BONES), np.uint8)
    return codes[_begins_a_run(codes)]


def with_marks_read(letters: bytes) -> bytes:
    """The text in which marks that pass for letters are letters."""
    text = letters.decode("latin-1")
    for byte, sign in _SIGNS.items():
        text = text.replace(chr(byte), sign)
    return _MARKS.sub(_read_marks, text).encode("latin-1", "replace")


def _read_marks(run: re.Match[str]) -> str:
    """What LEET_MARKS makes of these marks; it takes long to find them by itself."""
    first = max(0, run.start() - _SEEN_AROUND)
    around = run.string[first : run.end() + _SEEN_AROUND]
    read = LEET_MARKS.sub(lambda marks: marks[0].translate(_READ_AS), around)
    return read[run.start() - first : run.end() - first]


def run_together(letters: bytes) -> tuple[Bytes, Places]:
    """All letters and digits without anything between them, and where each one comes from."""
    codes = np.frombuffer(letters.translate(_BONES), np.uint8)
    places = np.flatnonzero(codes != _SPACE)
    begins = _begins_a_run(codes[places])
    return codes[places][begins], places[begins]


def bare_letters(letters: bytes) -> Bytes:
    """What nlp.bare reads."""
    codes = np.frombuffer(letters.replace(b"vv", b"w").translate(_BARE, _NOT_BARE), np.uint8)
    return codes[_begins_a_run(codes)]


def _begins_a_run(codes: Bytes) -> NDArray[np.bool_]:
    begins = np.ones(len(codes), np.bool_)
    np.not_equal(codes[1:], codes[:-1], out=begins[1:])
    return begins
