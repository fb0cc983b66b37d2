"""Who may be meant where nobody is named: "my case officer", "she" in an answer to a name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from nlp.masking import BODY, NO_IDIOMS, Mask, Masked, mask
from nlp.normalise import fold
from nlp.sheet import FIELDS, Part, Sheet
from nlp.surroundings import Surroundings
from nlp.words import any_of, finder, word_table
from records.finding import NameMatch
from records.organisation import Organisation
from records.roster import StaffMember

MOST_HOLDERS = 5
"""If more people hold a role, naming it means none of them in particular."""
_MOST_WORDS_BEFORE = 4
_MOST_TEXT = 20_000
_ARTICLE = re.compile(r"^(?:the|our) ")
_ROLE_HEAD = re.compile(r" (?:of|for|and) .*")


@dataclass(frozen=True, slots=True)
class StandIn:
    """Words that stand for somebody on the staff, at code-point offsets of the part's text.

    `staff_ids` is empty when too many people may be meant. `about_work` says whether the words
    themselves tell that it is about work; else they only count when there is a concern.
    """

    part: Part
    start: int
    end: int
    staff_ids: tuple[str, ...]
    about_work: bool

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands on the sheet."""
        return self.part.start + self.start, self.part.start + self.end

    def matches(self, around: Surroundings) -> Iterator[NameMatch]:
        """Everybody who may be meant."""
        surface = self.part.text[self.start : self.end]
        reasons = [f"Nobody is named; “{surface}” may mean this person by their role."]
        if len(self.staff_ids) > 1:
            reasons.append("More than one person on the staff fits.")
        reasons += around.weigh_body().reasons
        reasons.append("It is about their work: the post speaks of them by their role.")
        for staff_id in self.staff_ids:
            yield NameMatch(
                staff_id=staff_id,
                field=FIELDS[self.part.kind],
                surface=surface,
                start=self.start,
                end=self.end,
                certainty="possible",
                duties="yes",
                reasons=tuple(reasons),
            )


class Roles:
    """Knows who holds which role, by its title or by a word that people use for it."""

    def __init__(self, organisation: Organisation, members: Iterable[StaffMember]) -> None:
        self._titles: dict[str, set[str]] = {}
        body = {_ARTICLE.sub("", fold(name)) for name in organisation.short_names}
        for member in members:
            title = fold(member.role_title)
            if title and title not in body:
                self._titles.setdefault(title, set()).add(member.staff_id)
        self._case_holders = self._holding(word_table("case_titles"))
        heads = {_ROLE_HEAD.sub("", title).split()[-1] for title in self._titles}
        self._heads = frozenset(heads - body)
        words = {*self._titles, *self._heads, *word_table("case_roles")}
        listed = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        self.pattern = re.compile(rf"(?<![a-z0-9'])(?:{listed})(?![a-z0-9])(?!'[a-z]{{2}})")

    def needs_the_body(self, word: str) -> bool:
        """Whether the word is too general to mean the staff unless the body stands beside it."""
        return word not in self._titles and word not in word_table("case_roles")

    def holders(self, word: str) -> tuple[str, ...]:
        """Who may be meant by this role; nobody if they are too many."""
        found = self._titles.get(word) or self._holding({word})
        if not found and word in word_table("case_roles"):
            found = self._case_holders
        return self._few(found)

    @property
    def who_decide_cases(self) -> tuple[str, ...]:
        """Who may be meant by "whoever signed it"; nobody if they are too many."""
        return self._few(self._case_holders)

    def _holding(self, words: Iterable[str]) -> set[str]:
        wanted = tuple(f" {word} " for word in words)
        return {
            staff_id
            for title, holders in self._titles.items()
            if any(word in f" {title} " for word in wanted)
            for staff_id in holders
        }

    @staticmethod
    def _few(holders: set[str]) -> tuple[str, ...]:
        return tuple(sorted(holders)) if len(holders) <= MOST_HOLDERS else ()


def refer(
    sheet: Sheet, around: Surroundings, staff: tuple[NameMatch, ...], roles: Roles
) -> tuple[StandIn, ...]:
    """Roles and descriptions that may mean somebody, where the post itself names nobody.

    The body has to be named in the post or around it; what the body writes itself tells nothing.
    """
    named = any(match.field != "context" for match in staff)
    if named or not around.names_the_body or around.writer.one_of_us:
        return ()
    return tuple(
        one
        for part in sheet.parts
        if part.kind in ("text", "title") and len(part.text) <= _MOST_TEXT
        for masked in mask(part.text, _body_in(part, around), NO_IDIOMS)
        for one in _in_part(part, masked, roles)
    )


def matches_of(references: Iterable[StandIn], around: Surroundings) -> tuple[NameMatch, ...]:
    """Everybody who may be meant by these words, each once."""
    told: dict[str, NameMatch] = {}
    for reference in references:
        for match in reference.matches(around):
            told.setdefault(match.staff_id, match)
    return tuple(told.values())


def _body_in(part: Part, around: Surroundings) -> list[Mask]:
    return [
        Mask(start - part.start, end - part.start, BODY)
        for start, end in around.body_places
        if part.start <= start and end <= part.end
    ]


def _in_part(part: Part, masked: Masked, roles: Roles) -> Iterator[StandIn]:
    taken = -1
    found = [*_by_role(masked.text, roles), *_by_description(masked.text, roles)]
    for start, end, staff_ids, about_work in sorted(found, key=lambda one: (one[0], -one[1])):
        if start > taken:
            taken = end
            yield StandIn(part, *masked.span(start, end), staff_ids, about_work)


_Found = tuple[int, int, tuple[str, ...], bool]


def _by_role(text: str, roles: Roles) -> Iterator[_Found]:
    for found in roles.pattern.finditer(text):
        pointed = _pointed_at(text[: found.start()])
        behind = text[found.end() :]
        if pointed is None or _elsewhere_behind().match(behind):
            continue
        start, kind = pointed
        of_body = kind == BODY or bool(_BODY_BEHIND.match(behind))
        if roles.needs_the_body(found[0]) and not of_body:
            continue
        told = kind == "own" or _MET_THE_AUTHOR.match(behind) or _deed_behind().match(behind)
        yield start, found.end(), roles.holders(found[0]), bool(told)


def _by_description(text: str, roles: Roles) -> Iterator[_Found]:
    for found in _described().finditer(text):
        yield found.start(), found.end(), roles.who_decide_cases, bool(re.search(_deed(), found[0]))


def _pointed_at(before: str) -> tuple[int, str] | None:
    """Where the words that point at a role begin, and whether it is one's own or the body's."""
    words = list(re.finditer(r"\S+", before[-60:]))[-_MOST_WORDS_BEFORE:]
    shift = max(0, len(before) - 60)
    of_body = None
    for word in reversed(words):
        plain = word[0].removesuffix("'s").lstrip("(\"'“")
        if plain == BODY:
            of_body = (shift + word.start(), BODY)
        elif word[0] in word_table("ones_own"):
            return shift + word.start(), BODY if of_body else "own"
        elif word[0] in word_table("pointing"):
            return shift + word.start(), BODY if of_body else "pointing"
        elif word[0] in word_table("not_pointing") or not word[0].replace("'", "").isalpha():
            return of_body if word[0] not in _INDEFINITE else None
    return of_body


_INDEFINITE = frozenset({"a", "an", "any", "every", "each", "another", "no", "some", "new", "more"})
_BODY_BEHIND = re.compile(
    r",? (?:(?:that )?(?:they|ye|you) have )?(?:at|from|fae|frae|in|of|for|with|wi) (?:the )?BODY"
)


_MET_THE_AUTHOR = re.compile(
    r"(?: (?:at|fae|from|in) (?:the )?BODY)?(?: [a-z']+){1,4} (?:me|us|my|ma)\b"
)


@cache
def _elsewhere_behind() -> re.Pattern[str]:
    places = any_of("other_places")
    return re.compile(
        r" (?:at|of|from|for|in|fae|frae|with) (?:the |my |our )?"
        rf"(?:[a-z]+ ){{0,2}}{places}(?![a-z])"
    )


@cache
def _deed() -> str:
    papers = rf"(?:[a-z]+ ){{0,3}}{any_of('case_papers')}"
    return rf"(?:[a-z']+ )?{any_of('case_deeds')}(?: off| aff| oot)? {papers}(?![a-z])"


@cache
def _deed_behind() -> re.Pattern[str]:
    return re.compile(
        rf"(?: (?:at|from|fae|frae|in|of) (?:the )?BODY)?,? (?:who|that|wha|whae|which) {_deed()}"
    )


@cache
def _described() -> re.Pattern[str]:
    at_body = r" (?:at|from|fae|frae|in|of|wi|working for|who works (?:at|for)) (?:the |that )?BODY"
    who = rf",? (?:who|that|wha|whae|which) {_deed()}"
    person = rf"(?:that|this|yon|thon|the) (?:[a-z'-]+ ){{0,3}}?{any_of('folk')}"
    return re.compile(
        rf"(?<![a-z0-9'])(?:{person}(?:{at_body}(?:{who})?|{who})"
        rf"|who(?:so)?ever(?: it (?:is|was) (?:that|who))? {_deed()})"
    )


def answered(sheet: Sheet, staff: tuple[NameMatch, ...]) -> tuple[NameMatch, ...]:
    """The matches, with "she" in place of a name that only the post it answers has."""
    around = [match for match in staff if match.field == "context"]
    if not around or len(around) != len(staff):
        return staff
    found = _pronoun(sheet)
    if found is None:
        return staff
    part, start, end = found
    surface = part.text[start:end]
    told: dict[str, NameMatch] = {}
    for match in around:
        reasons = (
            f"The post says “{surface}”, and what it answers or quotes names this person.",
            *match.reasons,
        )
        place = {"field": "text", "surface": surface, "start": start, "end": end}
        told.setdefault(match.staff_id, match.model_copy(update={**place, "reasons": reasons}))
    return tuple(told.values())


def _pronoun(sheet: Sheet) -> tuple[Part, int, int] | None:
    """The first word of the text that stands for a person whom the text itself does not bring."""
    part = sheet.parts[0]
    for masked in mask(part.text[:_MOST_TEXT], (), NO_IDIOMS):
        found = finder("pronouns").search(masked.text)
        if found and not finder("relations").search(masked.text[: found.start()]):
            return part, *masked.span(*found.span())
    return None
