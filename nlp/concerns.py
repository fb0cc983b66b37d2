"""Find what a policy clause is about in the text around a name: threats first of all."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nlp.classifier import Classifier, Reading
from nlp.lessons import NO_LESSONS, Lessons
from nlp.masking import BODY, NAME, Mask, Masked, mask
from nlp.rulebook import Rule, Rulebook, rulebook
from nlp.sheet import FIELDS, Sheet
from records.finding import Category, Concern, FindingField, NameMatch, Target

ABOUT_ANYBODY = frozenset({Category.THREAT, Category.VIOLENCE, Category.SELF_HARM})
"""Categories that count without a member of staff."""

ABOUT_THE_STAFF = frozenset(
    {Category.DOXXING, Category.TARGETING, Category.RECORDING, Category.DISCRIMINATORY}
)
"""Categories that count where only the body is named: they may mean anybody who works there.

All others are about a named person, or they would make abuse of criticism of the body.
"""

_ENDANGERING = frozenset({Category.THREAT, Category.VIOLENCE, Category.DOXXING, Category.TARGETING})
_NAMING_SCORE = {"certain": 0.95, "likely": 0.8, "possible": 0.5}
_YOU = frozenset(
    [
        *("you", "yous", "youse", "yez", "yiz", "ye", "ya", "yer", "your", "ur", "u", "yersel"),
        *("you're", "ye're", "you'll", "ye'll"),
    ]
)
_ONE = frozenset(["she", "he", "her", "him", "his", "hur", "she's", "he's", "that", "this"])
_HARM = frozenset({Category.THREAT, Category.VIOLENCE})
_MANY = frozenset(
    ["them", "they", "thum", "their", "thur", "they're", "those", "these", "thae", "every", "all"]
)
_READ_AS = {
    Category.THREAT: "that of a threat",
    Category.VIOLENCE: "that of somebody who wishes or welcomes harm",
    Category.DOXXING: "that of laying somebody's private life open",
    Category.TARGETING: "that of setting others on somebody",
    Category.RECORDING: "that of filming or recording somebody for the public",
    Category.DISCRIMINATORY: "that of degrading somebody for who they are",
    Category.INSULT: "that of an insult",
    Category.ALLEGATION: "that of accusing somebody of crime or corruption",
    Category.COMPETENCE: "that of denying somebody's professional ability",
    Category.SELF_HARM: "that of somebody who may harm themselves",
}
_QUOTED = re.compile(
    r"\"[^\"]{1,400}\"|(?<![A-Za-z0-9])'(?=[A-Za-z])(?:[^']|(?<=[a-z])'(?=[a-z])){1,400}'(?![a-z])"
)
_NEARBY, _JUST_BEFORE = 220, 70
_SURER = 0.7
"""How sure a reading must be where the name may be another's, or stands elsewhere, or nowhere.

Most posts that name the body alone are criticism of it; a threat to it counts all the same.
"""


@dataclass(frozen=True, slots=True)
class _Cast:
    """Whom the words of one post can mean."""

    named_here: bool
    named_around: bool
    body: bool

    @property
    def named(self) -> bool:
        return self.named_here or self.named_around

    def may_be_meant(self, category: Category) -> bool:
        """Whether the category counts for anybody who is named in the post."""
        return (
            self.named or category in ABOUT_ANYBODY or (self.body and category in ABOUT_THE_STAFF)
        )


def find_concerns(
    sheet: Sheet,
    staff: tuple[NameMatch, ...],
    body_spans: Iterable[tuple[int, int]],
    classifier: Classifier | None,
    clauses: Mapping[Category, str],
    *,
    organisation: bool,
    unnamed: Iterable[tuple[int, int]] = (),
    lessons: Lessons = NO_LESSONS,
) -> tuple[Concern, ...]:
    """Every concern in what the author wrote; `body_spans` are places on the sheet.

    `unnamed` are places that mean somebody on the staff whom nobody can tell.

    What the rules find stays; the classifier adds to it, or raises its score. Naming alone is a
    concern when nothing else is found and the post is about their work. `clauses` are those of the
    body's own policy, for the reasons.
    """
    somebody = tuple(unnamed)
    cast = _Cast(
        named_here=bool(somebody) or any(match.field != "context" for match in staff),
        named_around=any(match.field == "context" for match in staff),
        body=organisation,
    )
    best: dict[tuple[Category, Target, str], Concern] = {}
    places = tuple(body_spans)
    for number, part in enumerate(sheet.parts):
        if not part.own:
            continue
        masks = [*_name_masks(sheet, number, staff), *_masks(sheet, number, somebody, NAME)]
        masks += _masks(sheet, number, places, BODY)
        for concern in _in_text(part.text, masks, cast, rulebook()):
            found = _told(concern, FIELDS[part.kind], clauses)
            key = (found.category, found.target, found.field)
            if key not in best or found.score > best[key].score:
                best[key] = found
        for concern in _as_read(part.text, masks, cast, classifier, lessons):
            found = _told(concern, FIELDS[part.kind], clauses)
            key = (found.category, found.target, found.field)
            best[key] = _raised(best[key], found) if key in best else found
    order = list(Category)
    concerns = sorted(best.values(), key=lambda one: (order.index(one.category), -one.score))
    return tuple(concerns) or tuple(_naming(staff, clauses))


def _told(concern: Concern, field: FindingField, clauses: Mapping[Category, str]) -> Concern:
    """The concern with the field it stands in, and the clause among its reasons."""
    reasons = (*concern.reasons, f"Policy clause: {clauses[concern.category]}.")
    return concern.model_copy(update={"field": field, "reasons": reasons})


def _raised(by_rule: Concern, by_reading: Concern) -> Concern:
    """The rule's own concern, with the higher score of the two."""
    return by_rule.model_copy(
        update={
            "score": max(by_rule.score, by_reading.score),
            "reasons": (*by_rule.reasons[:1], *by_reading.reasons),
        }
    )


def endangers(
    sheet: Sheet,
    name_spans: Iterable[tuple[int, int]],
    classifier: Classifier | None,
    lessons: Lessons = NO_LESSONS,
) -> bool:
    """Whether the post threatens or exposes whoever bears the names at these places."""
    places = tuple(name_spans)
    cast = _Cast(named_here=True, named_around=False, body=False)
    for number, part in enumerate(sheet.parts):
        masks = list(_masks(sheet, number, places, NAME))
        if masks and part.own:
            read = _as_read(part.text, masks, cast, classifier, lessons)
            found = [
                *_in_text(part.text, masks, cast, rulebook()),
                *(one for one in read if one.score >= _SURER),
            ]
            if any(one.category in _ENDANGERING and one.target == "staff" for one in found):
                return True
    return False


def _name_masks(sheet: Sheet, number: int, staff: tuple[NameMatch, ...]) -> Iterator[Mask]:
    part = sheet.parts[number]
    for match in staff:
        if match.field == FIELDS[part.kind] and part.text[match.start : match.end] == match.surface:
            yield Mask(match.start, match.end, NAME)


def _masks(
    sheet: Sheet, number: int, places: Iterable[tuple[int, int]], word: str
) -> Iterator[Mask]:
    part = sheet.parts[number]
    for start, end in places:
        if part.start <= start and end <= part.end:
            yield Mask(start - part.start, end - part.start, word)


def _in_text(text: str, masks: list[Mask], cast: _Cast, book: Rulebook) -> Iterator[Concern]:
    for masked in mask(text, masks, book.set_aside.idioms):
        quotations = [found.span() for found in _QUOTED.finditer(masked.text)]
        for rule in book.rules:
            if not cast.may_be_meant(rule.category):
                continue
            for match in rule.matches(masked.text):
                concern = _concern(rule, match, masked, cast)
                if concern and not _set_aside(rule, match, quotations, book):
                    yield concern


def _as_read(
    text: str,
    masks: list[Mask],
    cast: _Cast,
    classifier: Classifier | None,
    lessons: Lessons = NO_LESSONS,
) -> Iterator[Concern]:
    """What the classifier makes of the text; it is asked nothing when there is none."""
    if classifier is None:
        return
    for masked in mask(text, masks, rulebook().set_aside.idioms):
        for reading in _in_own_words(masked.text, classifier, lessons):
            if not cast.may_be_meant(reading.category):
                continue
            if cast.named_here or reading.category in _HARM or reading.score >= _SURER:
                target = _target_as_read(reading, cast)
                yield _concern_as_read(reading, masked, target, lessons)


def _in_own_words(text: str, classifier: Classifier, lessons: Lessons) -> Iterator[Reading]:
    """What the text reads like, and still does without the quotations that are only told of."""
    readings = classifier.read(text, lessons.bars)
    own = _without_what_is_told(text, rulebook()) if readings else text
    if own == text:
        yield from readings
        return
    still = {one.category for one in classifier.read(own, lessons.bars)} | {Category.SELF_HARM}
    yield from (one for one in readings if one.category in still)


def _without_what_is_told(text: str, book: Rulebook) -> str:
    """The text, as long as it was, with blanks for quotations that are reported or condemned."""
    quotations = [found.span() for found in _QUOTED.finditer(text)]
    own = text
    for start, end in quotations:
        if _is_told(text, start, end, book):
            own = own[:start] + "~" * (end - start) + own[end:]
    return own


def _target_as_read(reading: Reading, cast: _Cast) -> Target:
    if reading.category is Category.SELF_HARM:
        return "unclear"
    return "staff" if cast.named else "body" if cast.body else "unclear"


def _concern_as_read(reading: Reading, masked: Masked, target: Target, lessons: Lessons) -> Concern:
    start, end = masked.span(reading.start, reading.end)
    return Concern(
        category=reading.category,
        score=round(min(reading.score, 0.99), 2),
        target=target,
        field="text",
        start=start,
        end=end,
        reasons=(
            f"Read as a whole, the wording is {_READ_AS[reading.category]}.",
            *lessons.on_category(reading.category),
        ),
    )


def _concern(rule: Rule, match: re.Match[str], masked: Masked, cast: _Cast) -> Concern | None:
    target = rule.target or _target(rule, match, cast)
    if cast.named and rule.category not in ABOUT_ANYBODY and target != "staff":
        return None
    start, end = masked.span(*match.span())
    return Concern(
        category=rule.category,
        score=rule.score,
        target=target,
        field="text",
        start=start,
        end=end,
        reasons=(rule.reason,),
    )


def _target(rule: Rule, match: re.Match[str], cast: _Cast) -> Target:
    """Whom the words mean: a name, the body, or whoever a pronoun stands for."""
    found = match.groupdict()
    who = next((found[name] for name in found if name.startswith("who") and found[name]), "")
    first = who.split(" ")[0]
    if NAME in (who or match[0]):
        return "staff"
    if BODY in (who or match[0]):
        return "body"
    if first in _MANY:
        return "body" if cast.body else "staff" if cast.named else "unclear"
    if first in _ONE:
        # Harm is taken to mean the person named anywhere; other words only one named before.
        within = match.string if rule.category in _HARM else match.string[: match.end()]
        return "staff" if cast.named_around or NAME in within else "unclear"
    return "staff" if cast.named else "body" if first in _YOU and cast.body else "unclear"


def _set_aside(
    rule: Rule, match: re.Match[str], quotations: list[tuple[int, int]], book: Rulebook
) -> bool:
    """Whether others' words are only quoted here, to report or to condemn them."""
    if rule.category is Category.SELF_HARM:
        return False
    around = [
        (start, end) for start, end in quotations if start <= match.start() and match.end() <= end
    ]
    if not around:
        return False
    return _is_told(match.string, *around[0], book)


def _is_told(text: str, start: int, end: int, book: Rulebook) -> bool:
    """Whether the quotation at this place is reported or condemned, and not the author's own."""
    if book.set_aside.own_voice.search(text[max(0, start - _JUST_BEFORE) : start]):
        return False
    told = text[max(0, start - _NEARBY) : start] + " " + text[end : end + _NEARBY]
    return bool(book.set_aside.reported.search(told) or book.set_aside.condemned.search(told))


def _naming(staff: tuple[NameMatch, ...], clauses: Mapping[Category, str]) -> Iterator[Concern]:
    told: set[str] = set()
    for match in staff:
        if match.duties == "yes" and match.staff_id not in told:
            told.add(match.staff_id)
            naming = Concern(
                category=Category.NAMING,
                score=_NAMING_SCORE[match.certainty],
                target="staff",
                field=match.field,
                start=match.start,
                end=match.end,
                reasons=("Names a member of staff because of their work.",),
            )
            yield _told(naming, match.field, clauses)
