"""What a post says around a name: the body, its work, colleagues, or something else altogether."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nlp.accounts import STRANGER, Writer
from nlp.commonness import zipf
from nlp.matcher import Hit, Hits
from nlp.neighbours import belongs_to_another
from nlp.normalise import fold
from nlp.sheet import Sheet
from nlp.terms import NAMES_THE_BODY, Term, TermKind
from nlp.variants import Form, NameVariant
from nlp.words import finder
from records.finding import Duties

_MOST_TEXT = 20_000
"""Characters of each text that are read for words; enough for any post that people write."""

_BODY_HERE, _BODY_AROUND, _BODY_WRITES, _BODY_IN_SMALL = 3.0, 2.5, 2.0, 2.0
_CASE_WORD, _ROLE, _TEAM = 1.0, 1.5, 0.5
_COLLEAGUE, _COMMON_COLLEAGUE = 1.5, 0.7
_RARE_NAME = 6.5
"""Up to this sum of Zipf values a colleague's name is hardly in the post by chance."""
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
    body_in_small: bool = False
    """Whether the post has the body's abbreviation in small letters, which may be a word."""
    body_places: list[tuple[int, int]] = field(default_factory=list)
    """Where the sheet names the body, in order."""
    writer: Writer = STRANGER
    case_words: set[str] = field(default_factory=set)
    case_words_around: bool = False
    roles: dict[str, str] = field(default_factory=dict)
    """For each holder of a role or member of a team that the post mentions: that role."""
    teams: set[str] = field(default_factory=set)
    in_full: dict[str, float] = field(default_factory=dict)
    """For each person named in full in the post: how common that name is."""
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

    def ties(self, staff_id: str) -> bool:
        """Whether more than the name ties this person to the body, or to work like its own."""
        return (
            self.names_the_body
            or self.body_in_small
            or self.writer.body
            or staff_id in self.writer.staff_ids
            or (staff_id in self.roles and bool(self.case_words or self.at_work))
            or any(common <= _RARE_NAME for one, common in self.in_full.items() if one != staff_id)
        )

    def weigh(self, staff_id: str) -> Weighed:
        """Add up what speaks for this person."""
        told = [weight for weight in self._weights(staff_id) if weight[0]]
        return Weighed(sum(points for points, _ in told), tuple(reason for _, reason in told))

    def weigh_body(self) -> Weighed:
        """How much speaks for anybody of the body's, and why."""
        told = tuple(self._weights_of_the_body())
        return Weighed(sum(points for points, _ in told), tuple(reason for _, reason in told))

    def _weights(self, staff_id: str) -> Iterable[tuple[float, str]]:
        yield from self._weights_of_the_body()
        yield from self._weights_of_the_work(staff_id)
        colleagues = [common for one, common in self.in_full.items() if one != staff_id]
        if colleagues:
            points = _COLLEAGUE if min(colleagues) <= _RARE_NAME else _COMMON_COLLEAGUE
            yield points, "The post names a colleague as well."
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
        elif self.body_in_small:
            yield _BODY_IN_SMALL, "The post has the body's short name in small letters."
        if self.writer.body:
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
        return next(self._signs_of_duties(staff_id))

    def _signs_of_duties(self, staff_id: str) -> Iterator[tuple[Duties, str]]:
        """The most telling sign first."""
        beside = self.names_the_body or staff_id in self.roles
        if self.writer.body:
            yield "no", "It is no naming by others: the body's own account wrote the post."
        if staff_id in self.writer.staff_ids:
            yield "no", "It is no naming by others: their own account wrote the post."
        if self.case_words:
            yield "yes", "It is about their work: the post uses words of the body's work."
        if self.at_work and beside:
            yield "yes", f"It is about their work: the post says “{self.at_work}”."
        if self.off_work and not self.at_work:
            yield "no", f"It is about their life outside work: the post says “{self.off_work}”."
        if beside:
            yield (
                "yes",
                "It is about their work: they are named together with the body or their role.",
            )
        if self.namesake:
            yield "no", f"It is about something else: the post says “{self.namesake}”."
        yield "unclear", "Nothing in the post says whether it is about their work."


def look_around(sheet: Sheet, hits: Hits, writer: Writer = STRANGER) -> Surroundings:
    """Gather what the post says around the names in it; a stranger's account says nothing."""
    around = Surroundings(writer=writer)
    for hit in hits.terms:
        part = sheet.part_at(hit.start)
        if part.kind != "author":
            _note_term(around, hit, own=part.own)
    around.body_places.sort()
    for hit in hits.names:
        part = sheet.part_at(hit.start)
        if part.kind != "author" and not belongs_to_another(sheet.text, hit):
            _note_name(around, hit, own=part.own)
    own_text = "\n".join(part.text[:_MOST_TEXT] for part in sheet.parts if part.own)
    folded = fold(own_text)
    around.namesake = _first_word(folded, "namesakes")
    around.at_work = _first_word(folded, "at_work")
    around.off_work = _first_word(folded, "off_work")
    return around


def _note_name(around: Surroundings, hit: Hit, *, own: bool) -> None:
    variant = hit.entry
    assert isinstance(variant, NameVariant)
    if variant.form > Form.FULL:
        return
    if own:
        account = variant.form is Form.ACCOUNT
        around.in_full[variant.staff_id] = (
            0 if account else zipf(variant.first) + zipf(variant.last)
        )
    else:
        around.in_full_around.add(variant.staff_id)


def _note_term(around: Surroundings, hit: Hit, *, own: bool) -> None:
    term = hit.entry
    assert isinstance(term, Term)
    if term.kind in NAMES_THE_BODY:
        around.body_here |= own
        around.body_around |= not own
        around.body_places.append((hit.start, hit.end))
    elif term.kind is TermKind.SMALL_NAME:
        around.body_in_small |= own
    elif term.kind is TermKind.CASE_WORD:
        if own:
            around.case_words.add(term.shown)
        around.case_words_around |= not own
    elif term.kind is TermKind.ROLE:
        around.roles.update(dict.fromkeys(term.staff_ids, term.shown))
    else:
        around.teams |= term.staff_ids


def _first_word(folded: str, table: str) -> str:
    found = finder(table).search(folded)
    return found[0] if found else ""
