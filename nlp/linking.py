"""Decide which member of staff a name means, how sure that is, and why.

Every candidate gets points: the surroundings speak for or against the person, a name that is
written less fully costs points, and the more common a name is, the more points it needs.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from nlp.commonness import zipf
from nlp.entities import EntityReader, label_at
from nlp.lessons import NO_LESSONS, Lessons
from nlp.matcher import Hit, Hits
from nlp.neighbours import (
    belongs_to_another,
    beside_the_body,
    placed_elsewhere,
    said_as_a_word,
)
from nlp.sheet import FIELDS, Part, Sheet
from nlp.surroundings import Surroundings
from nlp.variants import Form, NameVariant
from records.finding import Certainty, NameMatch


@dataclass(frozen=True, slots=True)
class _Way:
    """What a form of a name costs, the most it can tell, and how that is said."""

    cost: float
    best: Certainty
    missing: float
    """Stands in for how common the half of the name is that the post does not give."""
    reason: str


_WAYS = {
    Form.ACCOUNT: _Way(-9, "certain", 0, "The post mentions this person's own account."),
    Form.FULL: _Way(0, "certain", 0, "The name is the one in the roster."),
    Form.SPELLING: _Way(0, "certain", 0, "The name is another spelling of the one in the roster."),
    Form.DIMINUTIVE: _Way(
        0.7, "certain", 0, "The first name is an everyday form of the one in the roster."
    ),
    Form.HALF: _Way(
        0.7, "certain", 0, "The name has one half of the double surname in the roster."
    ),
    Form.MISSPELT: _Way(
        1,
        "likely",
        0,
        "The name is nearly the one in the roster: misspelt, or letters are missing.",
    ),
    Form.INITIAL: _Way(0.7, "certain", 3.5, "The initial and the surname fit."),
    Form.TITLED: _Way(0.8, "likely", 4, "The surname fits and stands with a title."),
    Form.SURNAME: _Way(1.5, "likely", 5, "Only the surname is given."),
    Form.FIRST_NAME: _Way(2, "possible", 5, "Only the first name is given."),
}
_SURENESS: tuple[Certainty, ...] = ("certain", "likely", "possible")
_RARE = 4.5
"""Names up to this sum of Zipf values need no more than one point to be certain."""
_COMMON = 8.0
_STEP_TO_LIKELY, _STEP_TO_POSSIBLE = 1.0, 2.5
_READ_AS_PERSON, _READ_AS_ANOTHER_THING, _A_WORD, _ELSEWHERE = 0.5, -1.5, -1.5, -3.0
_NEEDS_A_TIE = 6.5
"""From this sum of Zipf values on, a name is only possible with nothing to tie it to the body."""
_READ_PERSON = "The sentence reads as if a person were meant."
_READ_THING = "The sentence reads as if a place or a thing were meant."
_MOST_READINGS = 6
"""Names of one post that are shown to the entity reader."""
_MOST_PLACES = 20
"""Places of one person's name that are reported for one post."""
_CLEARER_BY = 1.0


@dataclass(frozen=True, slots=True)
class _Candidate:
    hit: Hit
    variant: NameVariant
    part: Part
    points: float
    reasons: tuple[str, ...]
    named_in_full: bool
    """Whether the same person is named in full elsewhere in the post or what it answers."""

    @property
    def certain_at(self) -> float:
        """The points from which on this name is certain."""
        return _certain_at(self.variant)

    @property
    def possible_at(self) -> float:
        """The points from which on this name may mean the person."""
        return self.certain_at - _STEP_TO_POSSIBLE

    @property
    def certainty(self) -> Certainty | None:
        """How sure the points make it, or None when they do not suffice."""
        return _certainty(self.variant, self.points)


def certainty_beside(variant: NameVariant, around: Surroundings) -> Certainty | None:
    """How sure this form is, once, in these surroundings; no sentence and no colleague is read."""
    points = around.weigh(variant.staff_id).points - _WAYS[variant.form].cost
    return _certainty(variant, points)


def link(
    sheet: Sheet,
    hits: Hits,
    around: Surroundings,
    entities: EntityReader | None,
    lessons: Lessons = NO_LESSONS,
) -> tuple[NameMatch, ...]:
    """The members of staff whom the post means, in the order in which they appear."""
    linker = _Linker(sheet, around, entities, lessons)
    matches: list[NameMatch] = []
    for _, group in groupby(_chosen(sheet, hits.names), key=lambda hit: (hit.start, hit.end)):
        matches.extend(linker.matches(group))
    return tuple(_reported(matches))


class _Linker:
    """Links the names of one post."""

    def __init__(
        self,
        sheet: Sheet,
        around: Surroundings,
        entities: EntityReader | None,
        lessons: Lessons,
    ) -> None:
        self._sheet = sheet
        self._around = around
        self._entities = entities
        self._lessons = lessons
        self._marks = lessons.marks(sheet)
        self._readings_left = _MOST_READINGS

    def matches(self, group: Iterable[Hit]) -> Iterator[NameMatch]:
        """One match for each person whom this place may mean."""
        candidates = [self._candidate(hit) for hit in group]
        chosen = _clearest([one for one in candidates if one.certainty])
        for candidate in chosen:
            yield self._match(candidate, alone=len(chosen) == 1)

    def _candidate(self, hit: Hit) -> _Candidate:
        variant = hit.entry
        assert isinstance(variant, NameVariant)
        part = self._sheet.part_at(hit.start)
        weighed = self._around.weigh(variant.staff_id)
        way = _WAYS[variant.form]
        points, reasons = weighed.points - way.cost, [way.reason, *weighed.reasons]
        if hit.disguised:
            reasons.insert(1, "The name is written in disguise.")
        text, ours = self._sheet.text, self._around.body_places
        if said_as_a_word(text, hit) and not beside_the_body(text, hit, ours):
            points += _A_WORD
            reasons.append("The name is also an everyday word.")
        elsewhere = placed_elsewhere(text, hit, ours)
        if elsewhere:
            points += _ELSEWHERE
            reasons.append(f"The words beside the name put it elsewhere: “{elsewhere}”.")
        named_in_full = self._named_in_full(variant, part)
        if named_in_full:
            points += 2 * _STEP_TO_LIKELY
            reasons.append("The same person is named in full nearby.")
        candidate = _Candidate(hit, variant, part, points, tuple(reasons), named_in_full)
        if candidate.certainty in ("likely", "possible"):
            candidate = self._read(candidate)
        return self._taught(candidate)

    def _taught(self, candidate: _Candidate) -> _Candidate:
        """What people said before; a whole name beside the body stays possible at the least."""
        variant = candidate.variant
        taught = self._lessons.on_person(variant.staff_id, self._marks)
        if not taught.points or variant.form is Form.ACCOUNT:
            return candidate
        points = candidate.points + taught.points
        if variant.form <= Form.HALF and self._around.names_the_body:
            points = max(points, min(candidate.points, candidate.possible_at))
        return replace(candidate, points=points, reasons=(*candidate.reasons, *taught.reasons))

    def _named_in_full(self, variant: NameVariant, part: Part) -> bool:
        if variant.form <= Form.FULL:
            return False
        around = self._around
        return variant.staff_id in around.in_full or (
            part.own and variant.staff_id in around.in_full_around
        )

    def _read(self, candidate: _Candidate) -> _Candidate:
        """Ask the entity reader about a doubtful name; it shifts the balance, it doesn't decide."""
        if self._entities is None or self._readings_left == 0:
            return candidate
        self._readings_left -= 1
        start = candidate.part.start
        label = label_at(
            self._entities,
            candidate.part.text,
            candidate.hit.start - start,
            candidate.hit.end - start,
        )
        if label is None:
            return candidate
        person = label == "person"
        points = candidate.points + (_READ_AS_PERSON if person else _READ_AS_ANOTHER_THING)
        if candidate.variant.form <= Form.HALF:
            points = max(points, candidate.possible_at)  # a whole name is never lost to a reading
        reason = _READ_PERSON if person else _READ_THING
        return replace(candidate, points=points, reasons=(*candidate.reasons, reason))

    def _match(self, candidate: _Candidate, *, alone: bool) -> NameMatch:
        certainty = candidate.certainty
        assert certainty is not None
        reasons = list(candidate.reasons)
        where = FIELDS[candidate.part.kind]
        if not alone:
            certainty = "possible"
            reasons.append("More than one person on the staff fits.")
        if where == "context":
            certainty = "possible"
            reasons.append("The name only stands in what the post answers, quotes or links to.")
        elif where == "image":
            certainty = _weaker(certainty, "likely")
            reasons.append("The name stands in the description of a picture.")
        if _commonness(candidate.variant) > _NEEDS_A_TIE and not self._around.ties(
            candidate.variant.staff_id
        ):
            certainty = "possible"
            reasons.append("Nothing but the name ties this person to the body.")
        if certainty != "certain" and _commonness(candidate.variant) > _COMMON:
            reasons.append("The name is common, so it takes more than the name to be sure.")
        staff_id = candidate.variant.staff_id
        duties, why = self._around.duties(staff_id)
        duties, why = self._lessons.on_duties(staff_id, duties, self._marks) or (duties, why)
        start, end = (
            candidate.hit.start - candidate.part.start,
            candidate.hit.end - candidate.part.start,
        )
        return NameMatch(
            staff_id=candidate.variant.staff_id,
            field=where,
            surface=candidate.part.text[start:end],
            start=start,
            end=end,
            certainty=certainty,
            duties=duties,
            reasons=(*reasons, why),
        )


def _clearest(candidates: list[_Candidate]) -> list[_Candidate]:
    """All candidates, unless one fits clearly better than every other."""
    known = [one for one in candidates if one.named_in_full]
    if len(known) == 1:
        return known
    best = sorted(candidates, key=lambda one: -one.points)
    if len(best) > 1 and best[0].points >= best[1].points + _CLEARER_BY:
        return best[:1]
    return best


def _chosen(sheet: Sheet, names: Iterable[Hit]) -> list[Hit]:
    """The most telling reading of each place, leftmost first; what overlaps it is left out."""
    usable = [
        hit
        for hit in names
        if sheet.part_at(hit.start).kind in FIELDS and not belongs_to_another(sheet.text, hit)
    ]
    usable.sort(key=lambda hit: (_form(hit), hit.start, hit.start - hit.end))
    taken: list[tuple[int, int, int]] = []
    chosen: dict[tuple[int, int, str], Hit] = {}
    for hit in usable:
        if _is_free(taken, hit):
            insort(taken, (hit.start, hit.end, _form(hit)))
        elif (hit.start, hit.end, _form(hit)) not in taken[_near(taken, hit)]:
            continue
        chosen.setdefault((hit.start, hit.end, _staff_id(hit)), hit)
    return sorted(chosen.values(), key=lambda hit: (hit.start, hit.end))


def _near(taken: list[tuple[int, int, int]], hit: Hit) -> slice:
    place = bisect_left(taken, (hit.start, hit.end))
    return slice(max(place - 1, 0), place + 2)


def _is_free(taken: list[tuple[int, int, int]], hit: Hit) -> bool:
    return not any(
        start < hit.end and hit.start < end for start, end, _ in taken[_near(taken, hit)]
    )


def _form(hit: Hit) -> Form:
    assert isinstance(hit.entry, NameVariant)
    return hit.entry.form


def _staff_id(hit: Hit) -> str:
    return hit.entry.staff_id if isinstance(hit.entry, NameVariant) else ""


def _certainty(variant: NameVariant, points: float) -> Certainty | None:
    way, certain_at = _WAYS[variant.form], _certain_at(variant)
    if points >= certain_at:
        return way.best
    if points >= certain_at - _STEP_TO_LIKELY:
        return _weaker("likely", way.best)
    return "possible" if points >= certain_at - _STEP_TO_POSSIBLE else None


def _certain_at(variant: NameVariant) -> float:
    return 1 + min(max(_commonness(variant) - _RARE, 0) / 2, 3)


def _commonness(variant: NameVariant) -> float:
    way = _WAYS[variant.form]
    if variant.form is Form.ACCOUNT:
        return 0
    if variant.form is Form.FIRST_NAME:
        return zipf(variant.first) + way.missing
    if way.missing:
        return zipf(variant.last) + way.missing
    return zipf(variant.first) + zipf(variant.last)


def _weaker(one: Certainty, other: Certainty) -> Certainty:
    return max(one, other, key=_SURENESS.index)


def _reported(matches: list[NameMatch]) -> Iterator[NameMatch]:
    """Every place of a person's name in the post itself; places around it only for the others."""
    here = {match.staff_id for match in matches if match.field != "context"}
    told: Counter[str] = Counter()
    for match in matches:
        if match.field != "context" or match.staff_id not in here:
            told[match.staff_id] += 1
            if told[match.staff_id] <= _MOST_PLACES:
                yield match
