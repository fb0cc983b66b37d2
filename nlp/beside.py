"""Find a whole name from one half of it: the other half stands beside it, more or less altered.

A half may be misspelt, come first or last, be split in two, or be kept apart from the other one
by an initial, a mark or an insult. What is looked at around a half has a bound, so that a text
made of first names costs no more than another.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from nlp.halves import Half, Person, Piece, nearly, one_wrong
from nlp.variants import Form, NameVariant, is_first_name

_FIRST_TO_BE_MISSPELT = 5
_SPLIT_IN_TWO = 4
"""Letters from which two words in front of a surname are tried as one."""
_REACH = 48
"""Characters on each side of a half in which the other half is looked for."""

# Between the halves: nothing that ends a sentence or counts people up.
_GAP = re.compile(r"[ \"'*_/|~()\[\]<>#@:=&^%]{1,4}(?=[a-z0-9])")
_GAP_BEFORE = re.compile(r"[ \"'*_/|~()\[\]<>#@:=&^%]{1,4}$")
_SWAPPED = re.compile(r" ?, ?| ")
_SWAPPED_BEFORE = re.compile(r"(?: ?, ?| )$")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_WORD_BEFORE = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*$")
_OWNED = re.compile(r"'s?$")

_MARKS_BETWEEN = re.compile(r"(?!.*[.!?;:,]\s)[^a-z0-9\x7f]{1,16}")
_INITIAL_BETWEEN = re.compile(r" ?[a-z]\.? ")
_PHRASE_BETWEEN = re.compile(r" ?[\"'(\[*~<-]+ ?[^\"()\[\]~<>\x7f.?!]{1,30}[\"')\]*~>-]+ ?")
_WORD_BETWEEN = re.compile(r"[a-z0-9'@$!]+")
_STARRED_BETWEEN = re.compile(r"[a-z]+[*#@$%!]+[a-z]*")


@dataclass(frozen=True, slots=True)
class Pair:
    """Both halves of a name at `start:end` of the text that was searched."""

    person: Person
    form: Form
    start: int
    end: int
    parted: bool = False
    """Whether something stands between the halves that is no part of a name."""

    @property
    def variant(self) -> NameVariant:
        """The name that was found."""
        person = self.person
        whole = f"{person.first} {person.last}"
        return NameVariant(whole, person.staff_id, self.form, person.first, person.last)


def pairs(text: str, start: int, end: int, found: Iterable[Half]) -> Iterator[Pair]:
    """The whole names of which the halves `found` stand at `start:end`."""
    around = _Around(text, start, end)
    for half in found:
        pair = around.following(half) if half.is_first else around.preceding(half)
        pair = pair or around.swapped(half)
        if pair is None and half.is_first and half.form < Form.MISSPELT:
            pair = around.apart(half)
        if pair is not None:
            yield pair


class _Around:
    """What stands on both sides of a half."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._start = start
        self._end = end
        self._before = text[max(0, start - _REACH) : start]

    def following(self, half: Half) -> Pair | None:
        """First name, then surname."""
        gap = _GAP.match(self._text, self._end)
        if gap is None:
            return None
        return self._after(half, gap.end(), plain=gap[0] == " ")

    def preceding(self, half: Half) -> Pair | None:
        """The first name before a surname, perhaps split in two."""
        gap = _GAP_BEFORE.search(self._before)
        if gap is None:
            return None
        return self._ahead(half, self._before[: gap.start()], plain=gap[0] == " ")

    def swapped(self, half: Half) -> Pair | None:
        """The surname first, with or without a comma."""
        if half.is_first:
            gap = _SWAPPED_BEFORE.search(self._before)
            return self._ahead(half, self._before[: gap.start()], plain=False) if gap else None
        after = _SWAPPED.match(self._text, self._end)
        return self._after(half, after.end(), plain=False) if after else None

    def apart(self, half: Half) -> Pair | None:
        """First name and surname with an initial, marks or an insult between them."""
        place = self._end
        for _ in range(6):
            word = _WORD.search(self._text, place, self._end + _REACH)
            if word is None:
                return None
            end, form = self._starts(half, word.start())
            if form is not None and word.start() > self._end + 1:
                between = self._text[self._end : word.start()]
                kind = _between(between)
                if kind is None:
                    return None
                form = max(form, half.form)
                return Pair(half.person, form, self._start, end, kind == "parted")
            place = word.end()
        return None

    def _starts(self, half: Half, place: int) -> tuple[int, Form | None]:
        """Where the longest form of the other half that stands at `place` ends."""
        best, best_form = place, None
        word = _WORD.match(self._text, place)
        if word is None:
            return best, None
        for text in (word[0], _OWNED.sub("", word[0])):
            if text in half.others:
                best, best_form = place + len(text), half.others[text]
                break
        for text in half.person.lasts_of_words if half.is_first else ():
            if self._text.startswith(text, place) and place + len(text) > best:
                end = place + len(text)
                if not self._text[end : end + 1].isalnum():
                    best, best_form = end, half.others[text]
        return best, best_form

    def _after(self, half: Half, place: int, *, plain: bool) -> Pair | None:
        end, form = self._starts(half, place)
        if form is not None:
            if plain and max(form, half.form) < Form.MISSPELT:
                return None  # a form that is looked for as a whole
            return Pair(half.person, max(form, half.form), self._start, end, not plain)
        word = _WORD.match(self._text, place)
        text = _OWNED.sub("", word[0]) if word else ""
        if text and nearly(text, half):
            return Pair(half.person, Form.MISSPELT, self._start, place + len(text))
        return None

    def _ahead(self, half: Half, before: str, *, plain: bool) -> Pair | None:
        word = _WORD_BEFORE.search(before)
        if word is None:
            return None
        start = self._start - len(self._before) + word.start()
        form = half.others.get(word[0])
        if form is not None:
            if plain and max(form, half.form) < Form.MISSPELT:
                return None
            return Pair(half.person, max(form, half.form), start, self._end, not plain)
        if nearly(word[0], half):
            return Pair(half.person, Form.MISSPELT, start, self._end)
        return self._split_in_two(half, before, word)

    def _split_in_two(self, half: Half, before: str, word: re.Match[str]) -> Pair | None:
        ahead = _WORD_BEFORE.search(before[: word.start()].rstrip(" .*'"))
        if ahead is None or len(ahead[0]) + len(word[0]) < _SPLIT_IN_TWO:
            return None
        form = half.others.get(ahead[0] + word[0])
        if form is None:
            return None
        start = self._start - len(self._before) + ahead.start()
        return Pair(half.person, max(form, half.form), start, self._end, parted=True)


def both_misspelt(text: str, start: int, end: int, found: Iterable[Piece]) -> Iterator[Pair]:
    """The whole names with one letter wrong in each half, of which a piece stands here."""
    begin, over = _word_around(text, start, end)
    for piece in found:
        first, last = piece.person.first, piece.person.last
        if len(first) < _FIRST_TO_BE_MISSPELT or not _at_edge(
            text, start, end, begins=piece.begins
        ):
            continue
        if piece.is_first and one_wrong(text[begin:over], first) and text[over : over + 1] == " ":
            to = _word_around(text, over + 1, over + 1)[1]
            if one_wrong(text[over + 1 : to], last):
                yield Pair(piece.person, Form.MISSPELT, begin, to)
        if (
            not piece.is_first
            and one_wrong(text[begin:over], last)
            and begin
            and text[begin - 1] == " "
        ):
            since = _word_around(text, begin - 1, begin - 1)[0]
            if one_wrong(text[since : begin - 1], first):
                yield Pair(piece.person, Form.MISSPELT, since, over)


def _at_edge(text: str, start: int, end: int, *, begins: bool) -> bool:
    if begins:
        return start == 0 or not text[start - 1].isalnum()
    return end == len(text) or not text[end].isalnum()


def _word_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the word begins and ends of which `start:end` is part, without what it owns ("'s")."""
    before = _WORD_BEFORE.search(text[max(0, start - _REACH) : start])
    after = _WORD.match(text, end, end + _REACH)
    begin, over = start - len(before[0] if before else ""), end + len(after[0] if after else "")
    owned = _OWNED.search(text[begin:over])
    return begin, over - len(owned[0] if owned else "")


def _between(between: str) -> str | None:
    """Tell an initial or a middle name ("name") from a mark or an insult ("parted")."""
    if "\x7f" in between:
        return None
    if _INITIAL_BETWEEN.fullmatch(between):
        return "name"
    words = between.split()
    if between == f" {between.strip()} " and len(words) == 1 and is_first_name(words[0]):
        return "name"
    if _MARKS_BETWEEN.fullmatch(between) or _PHRASE_BETWEEN.fullmatch(between):
        return "parted"
    bare = [word.strip("\"'()[]*_~<>-") for word in words]
    if bare and all(word in _insults() or _STARRED_BETWEEN.fullmatch(word) for word in bare):
        return "parted"
    return None


@cache
def _insults() -> frozenset[str]:
    text = (resources.files("nlp.names") / "between.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)["words"])
