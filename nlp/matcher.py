"""One search over a post for every form of every name and for every term of the body."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from rapidfuzz.distance import OSA

from nlp.normalise import Folded, View, views
from nlp.terms import NAMES_THE_BODY, Term, TermKind
from nlp.variants import Form, NameVariant

_LETTERS_TO_BE_MISSPELT = 6
_LONGEST_WORD = 40
_MOST_HITS = 20_000
"""Hits looked at in one post; only a text made to be a burden has more."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A name or a term at code-point offsets of the original text."""

    entry: NameVariant | Term
    start: int
    end: int
    disguised: bool = False

    @property
    def written_in_full(self) -> bool:
        """Whether this is a name with first name and surname."""
        return isinstance(self.entry, NameVariant) and self.entry.form <= Form.MISSPELT


@dataclass(frozen=True, slots=True)
class Hits:
    """All that was found in one post."""

    names: tuple[Hit, ...]
    terms: tuple[Hit, ...]

    @property
    def worth_a_look(self) -> bool:
        """Whether a person may be meant or the body is named; words of its work alone are not."""
        return any(_tells_alone(hit.entry) for hit in (*self.names, *self.terms))


def _tells_alone(entry: NameVariant | Term) -> bool:
    if isinstance(entry, Term):
        return entry.kind in NAMES_THE_BODY
    return entry.form < Form.SURNAME


NOTHING = Hits((), ())


class Matcher:
    """Finds names and terms in folded text; built once for a roster."""

    def __init__(self, entries: Iterable[NameVariant | Term]) -> None:
        self._entries: dict[str, list[NameVariant | Term]] = {}
        for entry in entries:
            if entry.text:
                self._entries.setdefault(entry.text, []).append(entry)
        self._patterns = list(self._entries)
        self._automaton = AhoCorasick(
            self._patterns or ["\x7f\x7f"],
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.DFA,
        )
        self._find = self._automaton.find_matches_as_indexes

    def search(self, text: str) -> Hits:
        """Everything in the text, disguises taken off; hits are in no order."""
        folded = Folded(text)
        found: dict[tuple[int, int, NameVariant | Term], Hit] = {}
        for view in views(folded):
            matches = self._find(view.text, overlapping=True)
            if matches:
                for hit in self._hits(view, matches[:_MOST_HITS]):
                    found.setdefault((hit.start, hit.end, hit.entry), hit)
        if not found:
            return NOTHING
        return Hits(
            tuple(hit for hit in found.values() if isinstance(hit.entry, NameVariant)),
            tuple(hit for hit in found.values() if isinstance(hit.entry, Term)),
        )

    def _hits(self, view: View, matches: Iterable[tuple[int, int, int]]) -> Iterator[Hit]:
        for number, start, end in matches:
            for entry in self._entries[self._patterns[number]]:
                if _whole(view, entry, start, end):
                    place = view.span(start, end)
                    if _as_expected(view.folded.original, entry, *place):
                        yield Hit(entry, *place, not view.plain)
                        yield from _misspelt(view, entry, start, end)


def _whole(view: View, entry: NameVariant | Term, start: int, end: int) -> bool:
    """Whether the match is a word of its own, or a hump of a #HashTag or @name."""
    text = view.text
    left = start == 0 or not _letter(text[start - 1])
    right = end == len(text) or not _letter(text[end])
    if left and right:
        return True
    if isinstance(entry, NameVariant):
        if entry.form is Form.ACCOUNT:
            return False
        if entry.joined and _in_a_tag(text, start):
            return True
    elif entry.kind is not TermKind.NAME:
        return False
    original = view.folded.original
    first, last = view.span(start, end)
    return (left or _hump_before(original, first)) and (right or _hump_after(original, last))


def _letter(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _hump_before(text: str, start: int) -> bool:
    return text[start].isupper() and (
        not text[start - 1].isupper() or text[start + 1 : start + 2].islower()
    )


def _hump_after(text: str, end: int) -> bool:
    following = text[end : end + 1]
    return following.isdigit() or (following.isupper() and text[end - 1].islower())


def _in_a_tag(text: str, start: int) -> bool:
    """Whether the word that holds `start` begins with # or @."""
    for place in range(start - 1, max(-1, start - _LONGEST_WORD), -1):
        if not _letter(text[place]):
            return text[place] in "#@"
    return False


def _as_expected(text: str, entry: NameVariant | Term, start: int, end: int) -> bool:
    surface = text[start:end]
    before = text[start - 1 : start] if start else ""
    after = text[end : end + 2]
    if isinstance(entry, NameVariant):
        if entry.form is not Form.ACCOUNT:
            return True
        told = before != "" and before in "@/"
        return " " not in surface and (told or any(mark in surface for mark in "_.-0123456789"))
    if entry.kind is TermKind.DOMAIN:
        return not (after[:1] in (".", "-") and after[1:].isalnum()) and before != "-"
    return not entry.in_capitals or surface.isupper()


def _misspelt(view: View, entry: NameVariant | Term, start: int, end: int) -> Iterator[Hit]:
    """One letter wrong in one half of the name counts when the other half is right."""
    if not isinstance(entry, NameVariant) or not entry.first or not entry.last:
        return
    if entry.form is Form.FIRST_NAME and len(entry.last) >= _LETTERS_TO_BE_MISSPELT:
        word_start, word_end = end + 1, _word_end(view.text, end + 1)
        wanted, gap = entry.last, view.text[end : end + 1]
    elif entry.form is Form.SURNAME and len(entry.first) >= _LETTERS_TO_BE_MISSPELT - 1:
        word_start, word_end = _word_start(view.text, start - 1), start - 1
        wanted, gap = entry.first, view.text[start - 1 : start]
    else:
        return
    word = view.text[word_start:word_end] if gap == " " else ""
    if word and word != wanted and OSA.distance(word, wanted, score_cutoff=1) == 1:
        variant = NameVariant(
            f"{entry.first} {entry.last}", entry.staff_id, Form.MISSPELT, entry.first, entry.last
        )
        place = view.span(min(start, word_start), max(end, word_end))
        yield Hit(variant, *place, not view.plain)


def _word_end(text: str, start: int) -> int:
    end = start
    while (
        end < len(text) and end - start < _LONGEST_WORD and (_letter(text[end]) or text[end] == "'")
    ):
        end += 1
    return end - 2 if text[start:end].endswith("'s") else end


def _word_start(text: str, end: int) -> int:
    start = end
    while (
        start > 0
        and end - start < _LONGEST_WORD
        and (_letter(text[start - 1]) or text[start - 1] == "'")
    ):
        start -= 1
    return start
