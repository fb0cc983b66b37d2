"""Whether what was found is a word of its own, or a part of a tag that is meant as one."""

import re
import tomllib
from functools import cache
from importlib import resources
from string import ascii_lowercase, digits

from nlp.normalise import View
from nlp.terms import Term, TermKind
from nlp.variants import Form, NameVariant

LETTERS = frozenset(ascii_lowercase + digits)
"""The folded characters of which words consist."""
_ODD = re.compile(
    "[^\\x00-\\xac\\xae-\u024f\u0300-\u036f\u1e00-\u1eff\u2010-\u2019\u201c\u201d\\s]"
)
_STARS = frozenset("*#@$%^")
_LONGEST_TAG = 60
_JOINED_AT_LEAST = 8
"""Letters from which a name written as one word is found inside a longer tag."""
_SURNAME_AT_LEAST = 5
"""Letters from which a surname is found in a tag beside a word that tags have."""


def is_whole(view: View, entry: NameVariant | Term, start: int, end: int) -> bool:
    """Whether the match is a word of its own, or a hump of a #HashTag or @name."""
    text = view.text
    left = start == 0 or not _is_letter(text[start - 1])
    right = end == len(text) or not _is_letter(text[end])
    if left and right:
        return True
    if isinstance(entry, NameVariant):
        if entry.form is Form.ACCOUNT:
            return False
        if _meant_in_a_tag(text, entry, start, end):
            return True
    elif entry.kind is not TermKind.NAME:
        return False
    if not view.folded.has_humps:
        return False
    original = view.folded.original
    first, last = view.span(start, end)
    return (left or _hump_before(original, first)) and (right or _hump_after(original, last))


def _is_letter(character: str) -> bool:
    return character in LETTERS


def _hump_before(text: str, start: int) -> bool:
    return text[start].isupper() and (
        not text[start - 1].isupper() or text[start + 1 : start + 2].islower()
    )


def _hump_after(text: str, end: int) -> bool:
    following = text[end : end + 1]
    return following.isdigit() or (following.isupper() and text[end - 1].islower())


def _meant_in_a_tag(text: str, entry: NameVariant, start: int, end: int) -> bool:
    letters = len(entry.text) - entry.text.count(" ")
    whole_name = entry.form <= Form.HALF and letters >= _JOINED_AT_LEAST
    surname = entry.form is Form.SURNAME and letters >= _SURNAME_AT_LEAST
    if not whole_name and not surname:
        return False
    tag = tag_start(text, start)
    if tag < 0 or whole_name:
        return tag >= 0
    over = end
    while over < len(text) and over - start < _LONGEST_TAG and _is_letter(text[over]):
        over += 1
    before, after = text[tag:start], text[end:over].rstrip("0123456789")
    return (not before or before in _tag_words()) and (not after or after in _tag_words())


def tag_start(text: str, start: int) -> int:
    """Where the word that holds `start` begins if it is a tag or an account, or -1."""
    for place in range(start - 1, max(-1, start - _LONGEST_TAG), -1):
        if not _is_letter(text[place]):
            return place + 1 if text[place] in "#@" else -1
    return -1


def as_expected(text: str, entry: NameVariant | Term, start: int, end: int) -> bool:
    """Whether the original text writes it in the way that such a form or term has to be."""
    surface = text[start:end]
    before = text[start - 1 : start] if start else ""
    if isinstance(entry, NameVariant):
        return _as_a_name(surface, entry, before, text[end : end + 1])
    if entry.kind is TermKind.DOMAIN:
        after = text[end : end + 2]
        return not (after[:1] in (".", "-") and after[1:].isalnum()) and before != "-"
    return not entry.in_capitals or surface.isupper()


def looks_odd(surface: str) -> bool:
    """Whether this has characters that names are not written in, as letters of other scripts."""
    return not surface.isascii() and _ODD.search(surface) is not None


def _as_a_name(surface: str, entry: NameVariant, before: str, after: str) -> bool:
    told = before != "" and before in "@/"
    if entry.form is Form.INITIAL and after in _STARS:
        return False  # the letter begins a starred word
    if entry.form is Form.ACCOUNT:
        return " " not in surface and (told or any(mark in surface for mark in "_.-0123456789"))
    if not entry.glued:
        return True
    if entry.form is not Form.INITIAL:
        return told or before == "#" or len(entry.text) >= _JOINED_AT_LEAST or _camel_case(surface)
    return (surface[1:2].isupper() and _camel_case(surface)) or (
        told and len(entry.text) >= _JOINED_AT_LEAST
    )


def _camel_case(surface: str) -> bool:
    return any(one.isupper() for one in surface[1:]) and any(one.islower() for one in surface)


@cache
def _tag_words() -> frozenset[str]:
    text = (resources.files("nlp.names") / "between.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)["in_tags"])
