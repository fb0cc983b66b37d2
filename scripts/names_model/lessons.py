"""What the reader of names learns from.

Public posts with marked people; our own phrases and patterns with names filled in; and, so that
nothing is unlearnt, the stock model's own readings of other posts. Any of them may change case.
"""

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import filter_spans

from scripts.names_model.names import Names, patterns
from scripts.names_model.posts import (
    MARKED_SETS,
    MarkedPost,
    kept_back,
    marked_posts,
    phrases,
    unmarked_texts,
)

PERSON = "PERSON"
OTHER_POSTS = {"wnut17_raw": 2500, "crisislex_t26": 1000, "nhs_fft": 600, "goemotions": 600}
"""How many posts of which sets the stock model reads, for what must not be unlearnt."""

PHRASES, ROUNDS = 3000, 5
"""How many phrases an epoch takes, and how often each pattern."""

_MARK = re.compile(r"\[([^\]|]+)\|([A-Z_]+)\]")
_BLANK = re.compile(r"\{(\w+)\}")
_TO_FILL = re.compile(r"FIRST|LAST")
_BODIES = (
    "the council",
    "the ombudsman",
    "SPSO",
    "the health board",
    "the cooncil",
    "Glenorra Council",
)
_ROLES = ("case officer", "reviewer", "planning officer", "receptionist", "inspector", "adviser")
_PLACES = ("auchterbrae", "the high street", "kirkton", "glenmuir", "the town", "inverallan")
_TITLES = ("Mr", "Mrs", "Ms", "Miss", "Dr")


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text, what is named in it, and what may or may not be."""

    text: str
    marks: tuple[tuple[int, int, str], ...]
    unsure: tuple[tuple[int, int], ...] = ()

    def example(self, language: Language) -> Example:
        """The lesson as spaCy learns it."""
        read = language.make_doc(self.text)
        entities = filter_spans(_spans(read, self.marks))
        taken = {token.i for one in entities for token in one}
        unsure = _spans(read, ((start, end, "") for start, end in self.unsure))
        missing = [
            one for one in filter_spans(unsure) if taken.isdisjoint(token.i for token in one)
        ]
        read.set_ents(entities, missing=missing, default="outside")
        return Example(language.make_doc(self.text), read)

    def recased(self, chance: random.Random, lower: float, title: float, loud: float) -> "Lesson":
        """The lesson, so often without capitals, with one a word, or with names in capitals."""
        drawn = chance.random()
        if drawn < lower:
            return self._written(self.text.lower())
        if drawn < lower + title:
            return self._written(self.text.title())
        if drawn < lower + title + loud:
            text = self.text
            for start, end, _ in self.marks:
                text = text[:start] + text[start:end].upper() + text[end:]
            return self._written(text)
        return self

    def _written(self, text: str) -> "Lesson":
        return replace(self, text=text) if len(text) == len(self.text) else self


def _spans(doc: Doc, places: Iterable[tuple[int, int, str]]) -> list[Span]:
    found = (
        doc.char_span(start, end, label=label, alignment_mode="expand")
        for start, end, label in places
    )
    return [one for one in found if one is not None]


class Course:
    """The lessons of one epoch after another."""

    def __init__(self, posts: Path, stock: Language, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - chooses words, keeps no secret
        self._names = Names(posts, self._chance)
        self._stock = stock
        self._public = [
            self._with_readings(one)
            for name in MARKED_SETS
            for one in marked_posts(posts, name, "train")
        ]
        self._others = [
            lesson
            for name, most in OTHER_POSTS.items()
            for lesson in self._read(list(unmarked_texts(posts, name)), most)
        ]
        self._phrases = [one for one in phrases() if not kept_back(one)]

    def epoch(self) -> list[Lesson]:
        """All lessons once, in random order, with other names and cases than before."""
        chance = self._chance
        named = [one for one in self._public if any(mark[2] == PERSON for mark in one.marks)]
        lessons = [one.recased(chance, 0.3, 0.12, 0.08) for one in [*self._public, *named]]
        lessons += [one.recased(chance, 0.25, 0.06, 0) for one in self._others]
        for phrase in chance.sample(self._phrases, PHRASES):
            lessons.append(
                filled_phrase(phrase, self._names, chance).recased(chance, 0.35, 0.06, 0.08)
            )
        for _ in range(ROUNDS):
            for pattern in [*patterns()["things"], *patterns()["people"]]:
                lessons.append(
                    filled_pattern(pattern, self._names).recased(chance, 0.3, 0.08, 0.04)
                )
        chance.shuffle(lessons)
        return lessons

    def _with_readings(self, post: MarkedPost) -> Lesson:
        people = [(start, end, PERSON) for start, end in post.persons]
        others = [
            (one.start_char, one.end_char, one.label_)
            for one in self._stock(post.text).ents
            if one.label_ != PERSON
            and not any(start < one.end_char and one.start_char < end for start, end, _ in people)
        ]
        return Lesson(post.text, (*people, *others), post.unsure)

    def _read(self, texts: list[str], most: int) -> Iterator[Lesson]:
        for doc in self._stock.pipe(self._chance.sample(texts, most)):
            marks, unsure = [], []
            for one in doc.ents:
                if one.label_ == PERSON and not self._names.has(one.text):
                    unsure.append((one.start_char, one.end_char))
                else:
                    marks.append((one.start_char, one.end_char, one.label_))
            yield Lesson(doc.text, tuple(marks), tuple(unsure))


def filled_phrase(phrase: str, names: Names, chance: random.Random) -> Lesson:
    """The phrase with names in its blanks; whether a body or a place counts, nobody says."""
    text, last = "", 0
    people: list[tuple[int, int, str]] = []
    unsure: list[tuple[int, int]] = []
    for blank in _BLANK.finditer(phrase):
        before, name = _in_blank(blank[1], names, chance)
        text += phrase[last : blank.start()] + before + name
        last, place = blank.end(), (len(text) - len(name), len(text))
        if blank[1] in ("body", "place"):
            unsure.append(place)
        elif blank[1] != "role":
            people.append((*place, PERSON))
    return Lesson(text + phrase[last:], tuple(people), tuple(unsure))


def _in_blank(blank: str, names: Names, chance: random.Random) -> tuple[str, str]:
    """What comes before the name, and the name."""
    match blank:
        case "name":
            return "", f"{names.first()} {names.last()}"
        case "first":
            return "", names.first()
        case "surname":
            return "", names.last()
        case "title_surname":
            return f"{chance.choice(_TITLES)} ", names.last()
    words = {"body": _BODIES, "role": _ROLES, "place": _PLACES}[blank]
    return "", chance.choice(words)


def filled_pattern(pattern: str, names: Names) -> Lesson:
    """The pattern with names in it, marked as it says."""

    def name(found: re.Match[str]) -> str:
        return names.first() if found[0] == "FIRST" else names.last()

    pattern = _TO_FILL.sub(name, pattern)
    text, last = "", 0
    marks: list[tuple[int, int, str]] = []
    for found in _MARK.finditer(pattern):
        text += pattern[last : found.start()] + found[1]
        marks.append((len(text) - len(found[1]), len(text), found[2]))
        last = found.end()
    return Lesson(text + pattern[last:], tuple(marks))
