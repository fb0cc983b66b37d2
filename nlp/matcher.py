"""One search over a post for every form of every name and for every term of the body."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.beside import Pair, both_misspelt, pairs
from nlp.disguises import DisguisedNames, left_of, needs_care
from nlp.edges import LETTERS, as_expected, is_whole, looks_odd, tag_start
from nlp.halves import halves, pieces
from nlp.nearby import Nearby
from nlp.normalise import Folded, View, fold, views
from nlp.stars import is_starred
from nlp.terms import NAMES_THE_BODY, Term
from nlp.variants import Form, NameVariant

_HUMP_AT_LEAST = 5
"""Letters from which a part of a CamelCase word is looked at where there is no tag."""
_MANY_BEARERS = 3
"""Bearers of one half of a name from which on it pays to look at the words around it first."""
_REACH = 60
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
        return any(tells_alone(hit.entry) for hit in (*self.names, *self.terms))


def tells_alone(entry: NameVariant | Term) -> bool:
    """Whether a post is worth a look for this form or term alone."""
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
        names = [
            entry
            for found in self._entries.values()
            for entry in found
            if isinstance(entry, NameVariant)
        ]
        self._halves = halves(names)
        self._pieces = pieces(self._halves)
        self._nearby = Nearby(self._halves)
        self._disguised = DisguisedNames(names, self._halves)
        self._patterns = list(dict.fromkeys([*self._entries, *self._halves, *self._pieces]))
        self._automaton = AhoCorasick(
            self._patterns or ["\x7f\x7f"],
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.DFA,
        )
        self._find = self._automaton.find_matches_as_indexes

    def search(self, text: str) -> Hits:
        """Everything in the text, disguises taken off; hits are in no order."""
        read = list(views(Folded(text)))
        found: dict[tuple[int, int, NameVariant | Term], Hit] = {}
        for view in read:
            for hit in self._hits(view):
                found.setdefault((hit.start, hit.end, hit.entry), hit)
        if len(read) > 1 or needs_care(read[0].folded):
            for hit in self._disguised_hits(read):
                found.setdefault((hit.start, hit.end, hit.entry), hit)
        if not found:
            return NOTHING
        return Hits(
            tuple(hit for hit in found.values() if isinstance(hit.entry, NameVariant)),
            tuple(hit for hit in found.values() if isinstance(hit.entry, Term)),
        )

    def _disguised_hits(self, read: list[View]) -> Iterator[Hit]:
        original = read[0].folded.original
        for view in self._disguised.starred(read[0]):
            for hit in self._hits(view):
                surface = original[hit.start : hit.end]
                if isinstance(hit.entry, NameVariant) and is_starred(fold(surface)):
                    name = left_of(hit.entry, surface)
                    if name is not None:
                        yield replace(hit, entry=name)
        for name, start, end in self._disguised.found(read):
            yield Hit(name, start, end, disguised=True)

    def _hits(self, view: View) -> Iterator[Hit]:
        matches = self._find(view.text, overlapping=True)
        if not matches:
            return
        text, patterns = view.text, self._patterns
        tagged = "#" in text or "@" in text
        for number, start, end in matches[:_MOST_HITS]:
            left = start == 0 or text[start - 1] not in LETTERS
            right = end == len(text) or text[end] not in LETTERS
            pattern = patterns[number]
            if left and right:
                yield from self._whole_words(view, pattern, start, end)
                continue
            if (left or right) and pattern in self._pieces:
                yield from _paired(view, both_misspelt(text, start, end, self._pieces[pattern]))
            if (tagged and tag_start(text, start) >= 0) or (
                end - start >= _HUMP_AT_LEAST and view.folded.has_humps
            ):
                for entry in self._entries.get(pattern, ()):
                    if is_whole(view, entry, start, end):
                        yield from _expected(view, entry, start, end)

    def _whole_words(self, view: View, pattern: str, start: int, end: int) -> Iterator[Hit]:
        for entry in self._entries.get(pattern, ()):
            yield from _expected(view, entry, start, end)
        found = self._halves.get(pattern, ())
        if len(found) > _MANY_BEARERS and not self._nearby.any_half(
            view.text[max(0, start - _REACH) : start], view.text[end : end + 2 * _REACH]
        ):
            return
        yield from _paired(view, pairs(view.text, start, end, found))


def _expected(view: View, entry: NameVariant | Term, start: int, end: int) -> Iterator[Hit]:
    place = view.span(start, end)
    original = view.folded.original
    if as_expected(original, entry, *place):
        yield Hit(entry, *place, not view.plain or looks_odd(original[slice(*place)]))


def _paired(view: View, found: Iterable[Pair]) -> Iterator[Hit]:
    for pair in found:
        place = view.span(pair.start, pair.end)
        odd = pair.parted or not view.plain or looks_odd(view.folded.original[slice(*place)])
        yield Hit(pair.variant, *place, odd)
