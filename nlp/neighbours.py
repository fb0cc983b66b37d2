"""What the words right beside a name say: another person, a street, a firm, an everyday word."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

from nlp.commonness import zipf
from nlp.matcher import Hit
from nlp.normalise import fold
from nlp.variants import Form, NameVariant, is_first_name
from nlp.words import any_of, word_table

_BESIDE, _FAR_BESIDE = 40, 80
_WORD_BEFORE = re.compile(r"([A-Za-zÀ-ɏ'\u2019-]+\.?)[ \t]$")
_WORDS_AFTER = re.compile(r"^(?:['\u2019]s)?[ \t]+((?:& )?[A-Za-zÀ-ɏ'\u2019]+)")
_OWNED_AFTER = re.compile(r"^['\u2019]s[ \t]+(?:[A-Za-z]+[ \t]+)?([A-Za-z]+)")
_OF_THE_BODY = re.compile(
    r",? (?:at|from|of|fae|frae|in|with) (?:the )?|, (?:the )?| ?\((?:the )?", re.IGNORECASE
)
_OWNED_BY_THE_BODY = re.compile(r"(?:['\u2019]s)? ")
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
    behind = text[hit.end : hit.end + _BESIDE]
    after = _WORDS_AFTER.match(behind)
    leading, following = before[1] if before else "", after[1] if after else ""
    if _names_a_thing(following, text) or _owns_a_thing(behind) or _is_a_ship(leading):
        return True
    if variant.form is Form.SURNAME:
        return bool(leading) and _is_a_strange_first_name(leading, variant)
    if variant.form is Form.FIRST_NAME:
        return _is_a_strange_surname(following, variant)
    return variant.form <= Form.INITIAL and _only_words(text, hit)


def _owns_a_thing(behind: str) -> bool:
    owned = _OWNED_AFTER.match(behind)
    return owned is not None and fold(owned[1]) in word_table("owned_by_a_name")


def _is_a_ship(leading: str) -> bool:
    return fold(leading) in word_table("ships_and_storms")


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


def _only_words(text: str, hit: Hit) -> bool:
    """Whether two everyday words only happen to stand side by side ("in May black mould")."""
    words = text[hit.start : hit.end].split()
    if hit.disguised or len(words) < 2 or all(word[:1].isupper() for word in words):  # noqa: PLR2004 - a pair
        return False
    variant = hit.entry
    assert isinstance(variant, NameVariant)
    return not text[:2000].islower() and all(
        len(word) == 1 or _is_a_word_too(fold(word).strip(".,"), variant) for word in words
    )


def _is_a_word_too(word: str, variant: NameVariant) -> bool:
    """Whether this part of a name is an everyday word, and not only for being a first name."""
    return zipf(word) >= _EVERYDAY and (
        word == variant.last or not is_first_name(word) or word in word_table("words_and_names")
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


def beside_the_body(text: str, hit: Hit, body_places: Sequence[tuple[int, int]]) -> bool:
    """Whether the name is said to belong to the body ("Young at SEO", "SEO's Young").

    `body_places` are in order.
    """
    behind = bisect_left(body_places, (hit.end, 0))
    if behind < len(body_places) and _OF_THE_BODY.fullmatch(text, hit.end, body_places[behind][0]):
        return True
    before = bisect_left(body_places, (hit.start, 0)) - 1
    return before >= 0 and bool(
        _OWNED_BY_THE_BODY.fullmatch(text, body_places[before][1], hit.start)
    )


def placed_elsewhere(text: str, hit: Hit, body_places: Sequence[tuple[int, int]]) -> str:
    """The words beside a name that put the person in another office or calling, or nothing.

    "James Smith at the bank", "Councillor Smith", "my pal James Smith", "James Smith MSP".
    """
    variant = hit.entry
    assert isinstance(variant, NameVariant)
    if variant.form is Form.ACCOUNT:
        return ""
    before = _called_before().search(fold(text[max(0, hit.start - _BESIDE) : hit.start]))
    if before:
        return before[1]
    if variant.form is Form.TITLED:
        title = fold(text[hit.start : hit.end]).split()[0].rstrip(".")
        if title in word_table("other_callings"):
            return title
    ours = bisect_left(body_places, (hit.end, 0))
    until = body_places[ours][0] if ours < len(body_places) else len(text)
    after = _placed_after().match(fold(text[hit.end : min(until, hit.end + _FAR_BESIDE)]))
    return next(filter(None, after.groups())) if after else ""


@cache
def _called_before() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9'])({any_of('other_callings')}),?(?: called| named)? *$")


@cache
def _placed_after() -> re.Pattern[str]:
    """Directly behind the name, or behind a few words that a comma sets off."""
    place = rf"(?:[a-z]+ ){{0,2}}({any_of('other_places')})(?![a-z0-9])"
    calling = (
        rf"(?:(?:the|a|an|my|our|is|was|who|that|the local) ){{0,3}}({any_of('other_callings')})"
    )
    aside = r"(?:(?:,| \(| -) ?(?:[a-z]+ ){0,5}?| (?:is|was|works)(?: [a-z]+){0,3}?)?"
    return re.compile(
        rf"{aside} ?(?:at|of|from|with|for|fae|frae|in) (?:the |my |our |a |an |their )?{place}"
        rf"|[,(]? ?{calling}(?![a-z0-9])"
    )
