"""What the words right beside a name say: another person, a street, a firm, an everyday word."""

import re

from nlp.commonness import zipf
from nlp.matcher import Hit
from nlp.normalise import fold
from nlp.surroundings import word_table
from nlp.variants import Form, NameVariant, is_first_name

_BESIDE = 40
_WORD_BEFORE = re.compile(r"([A-Za-zÀ-ɏ'\u2019-]+\.?)[ \t]$")
_WORDS_AFTER = re.compile(r"^[ \t]+((?:& )?[A-Za-zÀ-ɏ'\u2019]+)")
_EVERYDAY = 4.4
"""From this Zipf value on, a name alone in small letters is taken for a word."""
_SENTENCE_STARTS = re.compile(r"(?:^|[.!?\n\x7f\"“:])\s*$")


def belongs_to_another(text: str, hit: Hit) -> bool:
    """Whether the words beside it make this name part of another person's or thing's name."""
    variant = hit.entry
    assert isinstance(variant, NameVariant)
    if variant.form is Form.ACCOUNT:
        return False
    before = _WORD_BEFORE.search(text[max(0, hit.start - _BESIDE) : hit.start])
    after = _WORDS_AFTER.match(text[hit.end : hit.end + _BESIDE])
    following = after[1] if after else ""
    if following and _names_a_thing(following, text):
        return True
    if variant.form is Form.SURNAME:
        return before is not None and _is_a_strange_first_name(before[1], variant)
    if variant.form is Form.FIRST_NAME:
        return _is_a_strange_surname(following, variant)
    return False


def _names_a_thing(following: str, text: str) -> bool:
    spoken = following[:1].isupper() or following.startswith("&") or text[:2000].islower()
    return spoken and fold(following) in word_table("after_a_name")


def _is_a_strange_first_name(word: str, variant: NameVariant) -> bool:
    folded = fold(word).rstrip(".")
    if folded in word_table("before_a_name") or folded == variant.first:
        return False
    if len(folded) == 1:
        return word[:1].isupper() and folded != variant.first[:1] and folded not in "ai"
    return is_first_name(folded) and (word[:1].isupper() or zipf(folded) < _EVERYDAY)


def _is_a_strange_surname(word: str, variant: NameVariant) -> bool:
    folded = fold(word)
    return (
        word[:1].isupper()
        and not word.isupper()
        and folded not in word_table("before_a_name")
        and folded != variant.last
    )


def said_as_a_word(text: str, hit: Hit) -> bool:
    """Whether a single name may be an everyday word here ("May I", "law")."""
    variant = hit.entry
    assert isinstance(variant, NameVariant)
    if variant.form < Form.SURNAME or zipf(variant.text) < _EVERYDAY:
        return False
    if not text[hit.start].isupper():
        return True
    return (
        bool(_SENTENCE_STARTS.search(text[max(0, hit.start - 3) : hit.start]))
        or text[:2000].isupper()
    )
