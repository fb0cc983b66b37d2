"""The halves of whole names, first name and surname, in all their forms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from nlp.by_ear import by_ear, sound_alikes
from nlp.variants import Form, NameVariant, first_name_forms, is_first_name, surname_forms

_FIRST_TO_BE_MISSPELT, _LAST_TO_BE_MISSPELT = 5, 6
"""Letters a half must have for a wrong one to be forgiven."""
_PIECE = 4


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One name of one member of staff, with all forms of its two halves."""

    staff_id: str
    first: str
    last: str
    firsts: Mapping[str, Form] = field(repr=False)
    lasts: Mapping[str, Form] = field(repr=False)
    lasts_of_words: tuple[str, ...] = field(repr=False)
    """Those forms of the surname that are several words."""


@dataclass(frozen=True, slots=True)
class Half:
    """One form of one half of a person's name."""

    person: Person
    is_first: bool
    form: Form

    @property
    def others(self) -> Mapping[str, Form]:
        """The forms of the other half."""
        return self.person.lasts if self.is_first else self.person.firsts


@dataclass(frozen=True, slots=True)
class Piece:
    """The beginning or the end of one half: what a wrong letter elsewhere leaves of it."""

    person: Person
    is_first: bool
    begins: bool


def halves(names: Iterable[NameVariant]) -> Mapping[str, tuple[Half, ...]]:
    """Every form of every half of these names, with whose half it may be."""
    known: dict[tuple[str, str, str], None] = {}
    for name in names:
        if name.form is Form.SURNAME and name.first and name.last:
            known.setdefault((name.staff_id, name.first, name.last))
    table: dict[str, list[Half]] = {}
    for staff_id, first, last in known:
        firsts = {text: form for text, form in first_name_forms([first]).items() if len(text) > 1}
        lasts = surname_forms(last)
        of_words = tuple(text for text in lasts if " " in text)
        person = Person(staff_id, first, last, firsts, lasts, of_words)
        for is_first, forms in ((True, person.firsts), (False, person.lasts)):
            for text, form in forms.items():
                table.setdefault(text, []).append(Half(person, is_first, form))
            for text in sound_alikes(first if is_first else last):
                if text not in forms:
                    table.setdefault(text, []).append(Half(person, is_first, Form.MISSPELT))
    return {text: tuple(found) for text, found in table.items()}


def pieces(table: Mapping[str, Iterable[Half]]) -> Mapping[str, tuple[Piece, ...]]:
    """The pieces of all long halves: one wrong letter in a half leaves one of its two whole."""
    people = {half.person: None for found in table.values() for half in found}
    found: dict[str, list[Piece]] = {}
    for person in people:
        for is_first, half in ((True, person.first), (False, person.last)):
            middle = len(half) // 2
            for text, begins in ((half[:middle], True), (half[len(half) - middle :], False)):
                if len(text) >= _PIECE and half.isalpha():
                    found.setdefault(text, []).append(Piece(person, is_first, begins))
    return {text: tuple(one) for text, one in found.items()}


def nearly(word: str, half: Half) -> bool:
    """Whether this word is the other half with one letter wrong, or spelt by ear."""
    least = _LAST_TO_BE_MISSPELT if half.is_first else _FIRST_TO_BE_MISSPELT
    person = half.person
    wanted = person.last if half.is_first else person.first
    if abs(len(word) - len(wanted)) > 3 or len(word) < _PIECE:  # noqa: PLR2004 - "mc" for "mac"
        return False
    if len(wanted) >= least and one_wrong(word, wanted):
        return half.is_first or not _another_name(word, wanted)
    sound = by_ear(wanted)
    if by_ear(word) == sound:
        return True
    return any(
        len(other) >= least and form <= Form.SPELLING and one_wrong(word, other)
        for other, form in half.others.items()
        if half.is_first
    )


def one_wrong(word: str, wanted: str) -> bool:
    """Whether one letter was changed, left out, added or swapped with the next."""
    return abs(len(word) - len(wanted)) <= 1 and OSA.distance(word, wanted, score_cutoff=1) == 1


def _another_name(word: str, wanted: str) -> bool:
    """Whether this is a first name in its own right that does not sound like the wanted one."""
    return is_first_name(word) and by_ear(word) != by_ear(wanted)
