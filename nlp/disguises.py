"""Names under disguises that only reading with the roster in mind takes off."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.bare import bare, bare_view, hints_at_a_disguise
from nlp.edges import is_whole
from nlp.halves import Half
from nlp.normalise import Folded, View
from nlp.shape import has_inner_capital_i, has_stars, may_hide_letters
from nlp.sounds import LEAST_SOUNDS, sounded, sounds_foreign, sounds_of
from nlp.stars import Stars, letters_left
from nlp.variants import Form, NameVariant

_MOST_HITS = 20_000
_LEAST_BARE = 6
_SURE_OF_PIECES = 9
"""Letters from which a name that is cut into pieces of words is still known."""
_LEAST_SURNAME_SOUNDS = 4
_LEAST_LEFT = {Form.INITIAL: 3, Form.TITLED: 4, Form.SURNAME: 4}
_LEAST_LEFT_OF_WHOLE = 5
_HARDLY_STARRED = 0.7

_BETWEEN_PIECES = re.compile(r"[^a-z0-9@$!|+€\\/<£]+")
_SENTENCE_ENDS = re.compile(r"[.?;:,] ")
_LONGEST_GAP = 4

Found = tuple[NameVariant, int, int]


def needs_care(folded: Folded) -> bool:
    """Whether there is more to read in this text than its plain words."""
    original, signs = folded.original, folded.signs
    return (
        (signs != b"" and may_hide_letters(signs))
        or sounds_foreign(original)
        or has_inner_capital_i(original)
    )


class DisguisedNames:
    """Whole names by their bare letters, by their sound, and with letters starred out."""

    def __init__(self, names: Sequence[NameVariant], halves: Mapping[str, Sequence[Half]]) -> None:
        self._stars = Stars(halves)
        whole = [
            name
            for name in names
            if Form.FULL <= name.form <= Form.HALF and " " in name.text and "," not in name.text
        ]
        self._bare = _Patterns(
            (bare(name.text), name) for name in whole if len(bare(name.text)) >= _LEAST_BARE
        )
        self._sounds = _Patterns(_sounds(names))

    def starred(self, plain: View) -> Iterator[View]:
        """The text with names filled in for its starred words."""
        if has_stars(plain.text, plain.folded.signs):
            yield from self._stars.readings(plain)

    def found(self, read: Sequence[View]) -> Iterator[Found]:
        """Names by letters and sounds, with their places in the original text."""
        plain = read[0]
        if len(read) > 1 or hints_at_a_disguise(plain):
            view = bare_view(plain)
            for name, start, end in self._bare.found(view.text):
                place = view.place_of(name.text, start, end)
                if is_whole(plain, name, *place) and _hangs_together(
                    plain.text[slice(*place)], name
                ):
                    yield name, *plain.span(*place)
        if sounds_foreign(plain.folded.original):
            yield from self._by_sound(plain)

    def _by_sound(self, plain: View) -> Iterator[Found]:
        view = sounded(plain.folded)
        for name, start, end in self._sounds.found(view.text):
            if start == 0 or view.text[start - 1] == " ":
                first, last = view.span(start, end)
                if sounds_foreign(plain.folded.original[first:last]):
                    yield name, first, last


class _Patterns:
    """Names by one of their readings; of one person's the most telling."""

    def __init__(self, pairs: Iterable[tuple[str, NameVariant]]) -> None:
        names: dict[str, dict[str, NameVariant]] = {}
        for text, name in pairs:
            found = names.setdefault(text, {})
            if name.form < found.setdefault(name.staff_id, name).form:
                found[name.staff_id] = name
        self._names = [tuple(found.values()) for found in names.values()]
        self._automaton = AhoCorasick(
            list(names) or ["\x7f\x7f"],
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.ContiguousNFA,
        )

    def found(self, text: str) -> Iterator[Found]:
        matches = self._automaton.find_matches_as_indexes(text, overlapping=True)
        for number, start, end in matches[:_MOST_HITS]:
            for name in self._names[number] if self._names else ():
                yield name, start, end


def _sounds(names: Iterable[NameVariant]) -> Iterator[tuple[str, NameVariant]]:
    for name in names:
        written = name.text
        if name.form is Form.SURNAME:
            least = _LEAST_SURNAME_SOUNDS
        elif Form.FULL <= name.form <= Form.HALF and " " in written and "," not in written:
            least = LEAST_SOUNDS
        else:
            continue
        for heard in sounds_of(written):
            if len(heard) - heard.count(" ") >= least:
                form = max(name.form, Form.SPELLING)
                yield f"{heard} ", replace(name, form=form)


def _hangs_together(surface: str, name: NameVariant) -> bool:
    """Whether the letters of a name are more than the ends of words that happen to meet."""
    pieces = [piece for piece in _BETWEEN_PIECES.split(surface) if piece]
    if sum(map(len, pieces)) < len(name.text) - len(_BETWEEN_PIECES.findall(name.text)):
        return False  # less than the name: nobody leaves out a double letter to hide
    halves = {bare(word) for word in name.text.split()}
    if all(len(piece) == 1 or bare(piece) in halves for piece in pieces):
        return True  # in one or in both halves letter by letter
    if _SENTENCE_ENDS.search(surface) or any(
        len(gap) > _LONGEST_GAP for gap in _BETWEEN_PIECES.findall(surface)
    ):
        return False
    return len(pieces) <= name.text.count(" ") + 1 or len(bare(name.text)) >= _SURE_OF_PIECES


def left_of(name: NameVariant, surface: str) -> NameVariant | None:
    """This name, if what is not starred out tells it from others; less sure the less is left."""
    left = letters_left(surface)
    if name.form <= Form.MISSPELT:
        if left < _LEAST_LEFT_OF_WHOLE:
            return None
        length = letters_left(name.text)
        return name if left >= _HARDLY_STARRED * length else replace(name, form=Form.MISSPELT)
    return name if left >= _LEAST_LEFT.get(name.form, len(name.text)) else None
