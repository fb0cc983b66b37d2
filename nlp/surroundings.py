"""What a post says around a name: the body, its work, colleagues, or something else altogether."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from nlp.matcher import Hits
from nlp.normalise import fold
from nlp.sheet import Sheet
from nlp.terms import NAMES_THE_BODY, Term, TermKind
from nlp.variants import Form, NameVariant
from records.finding import Duties

_MOST_TEXT = 20_000
"""Characters of each text that are read for words; enough for any post that people write."""

_BODY_HERE, _BODY_AROUND, _BODY_WRITES = 3.0, 2.5, 2.0
_CASE_WORD, _ROLE, _TEAM, _COLLEAGUE = 1.0, 1.5, 0.5, 1.5
_NAMESAKE, _NAMESAKE_DESPITE_BODY = -2.0, -0.5
_ENDANGERED = 1.7
"""Enough to make even the most common full name possible: a threat is never lost to a namesake."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """How much the surroundings speak for a person, and why."""

    points: float
    reasons: tuple[str, ...]


@dataclass
class Surroundings:
    """What was found around the names of one post."""

    body_here: bool = False
    body_around: bool = False
    body_writes: bool = False
    case_words: set[str] = field(default_factory=set)
    case_words_around: bool = False
    roles: dict[str, str] = field(default_factory=dict)
    """For each holder of a role or member of a team that the post mentions: that role."""
    teams: set[str] = field(default_factory=set)
    in_full: set[str] = field(default_factory=set)
    in_full_around: set[str] = field(default_factory=set)
    endangered: bool = False
    """Whether the post threatens or exposes whoever bears a full name in it."""
    namesake: str = ""
    at_work: str = ""
    off_work: str = ""

    @property
    def names_the_body(self) -> bool:
        """Whether the post or what surrounds it names the body."""
        return self.body_here or self.body_around

    def weigh(self, staff_id: str) -> Weighed:
        """Add up what speaks for this person."""
        told = [weight for weight in self._weights(staff_id) if weight[0]]
        return Weighed(sum(points for points, _ in told), tuple(reason for _, reason in told))

    def _weights(self, staff_id: str) -> Iterable[tuple[float, str]]:
        yield from self._weights_of_the_body()
        yield from self._weights_of_the_work(staff_id)
        if self.in_full - {staff_id}:
            yield _COLLEAGUE, "The post names a colleague as well."
        if self.endangered:
            yield _ENDANGERED, "The post threatens or exposes the person whom it names."
        elif self.namesake:
            points = _NAMESAKE_DESPITE_BODY if self.names_the_body else _NAMESAKE
            yield points, f"The post speaks of “{self.namesake}”, so it may be a namesake."

    def _weights_of_the_body(self) -> Iterable[tuple[float, str]]:
        if self.body_here:
            yield _BODY_HERE, "The post names the body."
        elif self.body_around:
            yield _BODY_AROUND, "The thread, the link or the community names the body."
        if self.body_writes:
            yield _BODY_WRITES, "The body's own account wrote the post."

    def _weights_of_the_work(self, staff_id: str) -> Iterable[tuple[float, str]]:
        if self.case_words:
            words = ", ".join(f"“{word}”" for word in sorted(self.case_words)[:3])
            points = _CASE_WORD * min(len(self.case_words), 2)
            yield points, f"The post uses words of the body's work: {words}."
        elif self.case_words_around:
            yield _CASE_WORD / 2, "The thread uses words of the body's work."
        if staff_id in self.roles:
            yield _ROLE, f"The post mentions this person's role, “{self.roles[staff_id]}”."
        elif staff_id in self.teams:
            yield _TEAM, "The post mentions this person's team."

    def duties(self, staff_id: str) -> tuple[Duties, str]:
        """Whether the post is about this person's work, and why."""
        if self.case_words:
            return "yes", "It is about their work: the post uses words of the body's work."
        if self.at_work and (self.names_the_body or staff_id in self.roles):
            return "yes", f"It is about their work: the post says “{self.at_work}”."
        if self.off_work and not self.at_work:
            return "no", f"It is about their life outside work: the post says “{self.off_work}”."
        if self.names_the_body or staff_id in self.roles:
            return (
                "yes",
                "It is about their work: they are named together with the body or their role.",
            )
        if self.namesake:
            return "no", f"It is about something else: the post says “{self.namesake}”."
        return "unclear", "Nothing in the post says whether it is about their work."


def look_around(sheet: Sheet, hits: Hits) -> Surroundings:
    """Gather what the post says around the names in it."""
    around = Surroundings()
    for hit in hits.terms:
        part = sheet.part_at(hit.start)
        assert isinstance(hit.entry, Term)
        if part.kind == "author":
            around.body_writes |= hit.entry.kind in NAMES_THE_BODY
        else:
            _note_term(around, hit.entry, own=part.own)
    for hit in hits.names:
        assert isinstance(hit.entry, NameVariant)
        if hit.entry.form <= Form.FULL:
            own = sheet.part_at(hit.start).own
            (around.in_full if own else around.in_full_around).add(hit.entry.staff_id)
    own_text = "\n".join(part.text[:_MOST_TEXT] for part in sheet.parts if part.own)
    folded = fold(own_text)
    around.namesake = _first_word(folded, "namesakes")
    around.at_work = _first_word(folded, "at_work")
    around.off_work = _first_word(folded, "off_work")
    return around


def _note_term(around: Surroundings, term: Term, *, own: bool) -> None:
    if term.kind in NAMES_THE_BODY:
        around.body_here |= own
        around.body_around |= not own
    elif term.kind is TermKind.CASE_WORD:
        if own:
            around.case_words.add(term.shown)
        around.case_words_around |= not own
    elif term.kind is TermKind.ROLE:
        around.roles.update(dict.fromkeys(term.staff_ids, term.shown))
    else:
        around.teams |= term.staff_ids


def _first_word(folded: str, table: str) -> str:
    found = _pattern(table).search(folded)
    return found[0] if found else ""


@cache
def word_table(name: str) -> frozenset[str]:
    """One table of words.toml, folded."""
    text = (resources.files("nlp") / "words.toml").read_text(encoding="utf-8")
    return frozenset(fold(word) for word in tomllib.loads(text)[name])


@cache
def _pattern(table: str) -> re.Pattern[str]:
    words = sorted(word_table(table), key=len, reverse=True)
    return re.compile(rf"(?<![a-z0-9'])(?:{'|'.join(map(re.escape, words))})(?![a-z0-9])")
