"""What people's verdicts on earlier findings change in the next ones: a little, and openly.

A lesson moves a doubtful name or a category's threshold by a bounded amount and says so in the
finding. What the rules find is never touched, and no lesson reaches a post with something grave.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from nlp.commonness import zipf
from nlp.normalise import fold
from nlp.sheet import Sheet, lay_out
from records.example import Example, VerdictKind
from records.finding import Category, Duties, Finding
from records.organisation import Organisation
from records.post import Post
from records.roster import Roster, StaffMember
from records.sealing import keyed_hash

GRAVE = frozenset(
    {
        Category.THREAT,
        Category.VIOLENCE,
        Category.DOXXING,
        Category.TARGETING,
        Category.SELF_HARM,
    }
)
"""Nothing that is said of other posts makes these harder to find, or a post with them ignored."""

MOST_POINTS, MOST_RAISED = 1.0, 0.5
MOST_BAR = 1.0
_A_RECORD, _A_RECORD_ALIKE, _A_BAR = 0.25, 0.5, 0.25
_SHARED_WORDS = 2
"""Telling words that two posts have to share to be alike, unless they stand in one community."""
_TELLING_UP_TO = 5.2
"""On the Zipf scale; commoner words ("house", "money") tell nothing about who is meant."""
_MOST_WORDS = 60
_MOST_TEXT = 20_000
_WORD = re.compile(r"[a-z][a-z'-]{2,30}[a-z]")
_ONE_MORE_STEP: Mapping[Duties, Duties] = {"yes": "unclear", "unclear": "no"}


@dataclass(frozen=True, slots=True)
class Taught:
    """How far a lesson moves something, and what is said of it."""

    points: float = 0.0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Marks:
    """What makes a post like others: keyed hashes, each with the words that show it."""

    shown: Mapping[str, str] = field(default_factory=dict)
    communities: frozenset[str] = frozenset()


class Lessons:
    """What has been taught; an immutable value, replaced when there is something new."""

    def __init__(self, examples: Iterable[Example] = (), pepper: bytes = b"") -> None:
        """`pepper` is the key of the examples' hashes."""
        self._examples = tuple(examples)
        self._pepper = pepper
        self._people: dict[str, list[Example]] = {}
        for one in self._examples:
            if one.staff_id and one.kind is not VerdictKind.NOT_ABUSIVE:
                self._people.setdefault(one.staff_id, []).append(one)

    def __bool__(self) -> bool:
        return bool(self._examples)

    @cached_property
    def about_posts(self) -> "Lessons":
        """Those about categories alone, without any about who is meant."""
        lessons = Lessons(self._examples, self._pepper)
        lessons._people = {}
        return lessons

    def about_any(self, staff_ids: Iterable[str]) -> bool:
        """Whether anything was taught about one of these people."""
        return bool(self._people) and any(one in self._people for one in staff_ids)

    def marks(self, sheet: Sheet) -> Marks:
        """What to hold against earlier posts; nothing when nobody has been spoken of."""
        return marks_of(sheet, self._pepper) if self._people else Marks()

    def on_person(self, staff_id: str, marks: Marks) -> Taught:
        """How much less (or more) speaks for this person than it seems."""
        known = self._people.get(staff_id, ())
        others = [one for one in known if one.kind is VerdictKind.SOMEONE_ELSE]
        right = [one for one in known if one.kind is VerdictKind.WORSE]
        alike, shared = self._alike(others, right, marks)
        records, so_far = _records(others), _records(right)
        unlike = max(len(records - alike) - len(so_far), 0)
        points = -_A_RECORD * unlike - _A_RECORD_ALIKE * len(alike)
        if not records:
            points = min(_A_RECORD * len(so_far), MOST_RAISED)
        if not points:
            return Taught()
        return Taught(max(points, -MOST_POINTS), (_said_of_person(records, so_far, shared),))

    def on_duties(self, staff_id: str, duties: Duties, marks: Marks) -> tuple[Duties, str] | None:
        """Less sure that it is about their work, where posts like this one were not."""
        known = self._people.get(staff_id, ())
        off_work = [one for one in known if one.kind is VerdictKind.NOT_ABOUT_WORK]
        right = [one for one in known if one.kind is VerdictKind.WORSE]
        alike, shared = self._alike(off_work, right, marks)
        lessened = _ONE_MORE_STEP.get(duties)
        if lessened is None or len(alike) < (1 if duties == "yes" else 2):
            return None
        return lessened, (
            f"It was said {_times(len(alike))} before that such a post was not about their work"
            f"{_in_posts_with(shared)}."
        )

    def bar(self, category: Category) -> float:
        """By how much, in log-odds, a reading of this category has to score higher than it had."""
        harmless = _records(self._of(VerdictKind.NOT_ABUSIVE, category))
        worse = _records(self._of(VerdictKind.WORSE, category))
        moved = _A_BAR * (len(harmless) - len(worse))
        return max(min(moved, 0.0 if category in GRAVE else MOST_BAR), -MOST_BAR)

    @cached_property
    def bars(self) -> Mapping[Category, float]:
        """The bar of each category for which it has moved."""
        return {one: moved for one in Category if (moved := self.bar(one))}

    def on_category(self, category: Category) -> tuple[str, ...]:
        """What is said of a reading whose bar was lowered."""
        if self.bars.get(category, 0.0) >= 0:
            return ()
        worse = _records(self._of(VerdictKind.WORSE, category))
        times = _times(len(worse))
        return (f"It was said {times} before that such a post was worse than thought.",)

    def _of(self, kind: VerdictKind, category: Category) -> list[Example]:
        return [one for one in self._examples if one.kind is kind and one.category is category]

    def _alike(
        self, examples: Iterable[Example], right: Iterable[Example], marks: Marks
    ) -> tuple[set[int], tuple[str, ...]]:
        """The records whose posts this one is like, and what it shares with them, in words."""
        settled = set(chain.from_iterable(one.features for one in right))
        records, shared = set[int](), dict[str, str]()
        for one in examples:
            common = (one.features & marks.shown.keys()) - settled
            if len(common) >= _SHARED_WORDS or common & marks.communities:
                records.add(one.record)
                shared |= {mark: marks.shown[mark] for mark in common}
        return records, tuple(sorted(shared.values()))


NO_LESSONS = Lessons()


def marks_of(sheet: Sheet, pepper: bytes) -> Marks:
    """The community and the telling words of a post, the rarest first."""
    own = "\n".join(part.text[:_MOST_TEXT] for part in sheet.parts if part.own)
    words = sorted((zipf(word), word) for word in set(_WORD.findall(fold(own))))
    shown = {
        keyed_hash(pepper, "word", word): f"“{word}”"
        for commonness, word in words[:_MOST_WORDS]
        if commonness <= _TELLING_UP_TO
    }
    communities = {
        keyed_hash(pepper, "community", fold(part.text)): "the same community"
        for part in sheet.parts
        if part.kind == "community"
    }
    return Marks({**communities, **shown}, frozenset(communities))


def features(
    post: Post, finding: Finding, organisation: Organisation, roster: Roster, pepper: bytes
) -> tuple[str, ...]:
    """What an example keeps of its post: no name of those found, and no word of the body's own."""
    marks = marks_of(lay_out(post), pepper)
    of_the_body = (organisation.name, *organisation.short_names, *organisation.context_terms)
    found = {match.staff_id for match in finding.staff}
    names = (text for one in found if one in roster for text in _names(roster[one]))
    told = (*of_the_body, *names, *(match.surface for match in finding.staff))
    left_out = {
        keyed_hash(pepper, "word", word) for text in told for word in _WORD.findall(fold(text))
    }
    return tuple(mark for mark in marks.shown if mark not in left_out)


def _names(member: StaffMember) -> tuple[str, ...]:
    return member.full_name, *member.known_as


def _records(examples: Iterable[Example]) -> set[int]:
    return {one.record for one in examples}


def _said_of_person(others: set[int], right: set[int], shared: tuple[str, ...]) -> str:
    if others:
        return (
            f"It was said {_times(len(others))} before that this name meant somebody else"
            f"{_in_posts_with(shared)}."
        )
    return (
        f"It was said {_times(len(right))} before that a post about this person was worse than"
        " thought."
    )


def _in_posts_with(shared: tuple[str, ...]) -> str:
    return f", in posts that share {', '.join(shared[:3])} with this one" if shared else ""


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
