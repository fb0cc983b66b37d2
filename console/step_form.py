"""A form for a step: its questions with what was typed, and a step read from it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from casework.cases import Case
from casework.step_parts import Part, Sort, belongs
from casework.step_rules import Kind
from console.step_options import Option, options_of
from console.step_typed import DAY_PARTS, EARLIER, WHEN, Filled, dated, one_of
from console.step_words import StepWords, step_words

A_FEW = 8
"""Up to so many people are radio buttons; more of them are a list to choose from."""


class Shape(StrEnum):
    """How a question looks."""

    RADIOS = "radios"
    CHECKS = "checks"
    SELECT = "select"
    WORDS = "words"
    TEXT = "text"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it is asked; `inside` are asked only beside that answer."""

    name: str
    shape: Shape
    ask: str
    hint: str = ""
    options: tuple[Option, ...] = ()
    values: tuple[str, ...] = ()
    inside: Mapping[str, tuple["Question", ...]] | None = None

    @property
    def field(self) -> str:
        """The id that an error leads to."""
        return f"{self.name}-day" if self.shape is Shape.DAY else self.name


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked on one page; `fixed` goes along unasked."""

    questions: tuple[Question, ...]
    fixed: tuple[tuple[str, str], ...] = ()
    lacking: tuple[str, ...] = ()
    """The parts for which there is nothing yet to choose from."""


def first_form(case: Case, reader: str, kind: Kind, filled: Filled) -> Form:
    """The question on which all others hang, alone."""
    words = step_words()[kind.name]
    part = next(one for one in kind.all_parts if one.name == words.first)
    return Form((_question(case, reader, kind, part, filled, words),))


def whole_form(case: Case, reader: str, kind: Kind, filled: Filled) -> Form:
    """Every question that belongs beside what was answered first."""
    words = step_words()[kind.name]
    parts = list(kind.all_parts)
    fixed: dict[str, str] = {}
    lacking = []
    if words.first:
        fixed[words.first] = one_of(filled, words.first)
        parts = [one for one in parts if one.name != words.first]
    for part in list(parts):
        options = options_of(case, reader, kind, part)
        if options == () and not part.optional and belongs_perhaps(part, fixed):
            lacking.append(part.name)
        if part.sort is Sort.CHOICE and part.when is None and options and len(options) == 1:
            fixed[part.name] = options[0].value
            parts.remove(part)
    asked: list[Part] = []
    for one in parts:
        names = {*fixed, *(other.name for other in asked)}
        hangs = one.when is None or one.when[0] in names
        if hangs and belongs_perhaps(one, fixed) and not _aside(case, kind, one, filled):
            asked.append(one)
    questions = _nested(case, reader, kind, asked, fixed, filled)
    return Form((*questions, *_when(kind, filled)), tuple(fixed.items()), tuple(lacking))


def _aside(case: Case, kind: Kind, part: Part, filled: Filled) -> bool:
    """Whether a question makes no sense here, so that nobody has to wonder about it."""
    match kind.name, part.name:
        case "told-in-private", "why-not-earlier":
            first = case.known.desk.teller()
            return first is None or one_of(filled, "by") in ("", first.staff_id)
        case "restriction", "recommended-by" | "options":
            return not any(one.ends_contact for one in case.known.pack.restrictions.kinds)
        case _:
            return False


def belongs_perhaps(part: Part, fixed: Mapping[str, str]) -> bool:
    """Whether the part may still belong beside what is fixed."""
    return part.when is None or part.when[0] not in fixed or belongs(part, fixed)


def _nested(
    case: Case,
    reader: str,
    kind: Kind,
    parts: Sequence[Part],
    fixed: Mapping[str, str],
    filled: Filled,
) -> Iterator[Question]:
    """Parts that belong beside one answer alone stand within it; the others after one another."""
    words = step_words()[kind.name]
    inside: dict[str, dict[str, list[Part]]] = {}
    for part in parts:
        if part.when and part.when[0] not in fixed:
            host = next(one for one in parts if one.name == part.when[0])
            chosen = [
                one.value
                for one in options_of(case, reader, kind, host) or ()
                if one.value in part.when[1]
            ]
            if len(chosen) == 1 and (host.when is None or host.when[0] in fixed):
                inside.setdefault(host.name, {}).setdefault(chosen[0], []).append(part)
    within = {one.name for by in inside.values() for several in by.values() for one in several}
    for part in parts:
        if part.name in within:
            continue
        held = {
            value: tuple(_question(case, reader, kind, one, filled, words) for one in several)
            for value, several in inside.get(part.name, {}).items()
        }
        yield _question(case, reader, kind, part, filled, words, held)


def _question(
    case: Case,
    reader: str,
    kind: Kind,
    part: Part,
    filled: Filled,
    words: StepWords,
    inside: Mapping[str, tuple[Question, ...]] | None = None,
) -> Question:
    said = words.parts[part.name]
    options = options_of(case, reader, kind, part)
    clauses = cited(said.clause, case) or next(iter(own_clauses(kind.clauses, case)), "")
    return Question(
        name=part.name,
        shape=_shape(part, options),
        ask=said.ask,
        hint=" ".join(one for one in (said.hint, f"({clauses})" if clauses else "") if one),
        options=options or (),
        values=filled.get(part.name, ())
        if part.sort is not Sort.DAY
        else tuple(one_of(filled, f"{part.name}-{one}") for one in DAY_PARTS),
        inside=inside,
    )


def cited(clauses: Iterable[str], case: Case) -> str:
    """The clauses of the incident's own policy, after one another."""
    return ", ".join(own_clauses(clauses, case))


def own_clauses(clauses: Iterable[str], case: Case) -> Iterator[str]:
    """Those of the policy under which the incident was opened."""
    own = f"{case.known.pack.name.upper()} "
    return (one for one in clauses if one.startswith(own))


def _shape(part: Part, options: tuple[Option, ...] | None) -> Shape:
    if part.sort is Sort.WORDS:
        return Shape.WORDS
    if part.sort is Sort.DAY:
        return Shape.DAY
    if options is None:
        return Shape.TEXT
    if part.sort is Sort.NUMBERS or part.name == "people":
        return Shape.CHECKS
    if part.sort is Sort.STAFF and (len(options) > A_FEW or part.optional):
        return Shape.SELECT
    return Shape.RADIOS


def _when(kind: Kind, filled: Filled) -> Iterator[Question]:
    """Of what has no day of its own, it is asked when it was done (WICS Record-kinds)."""
    if dated(kind):
        return
    day = Question(
        name="done",
        shape=Shape.DAY,
        ask="On which day?",
        values=tuple(one_of(filled, f"done-{one}") for one in DAY_PARTS),
    )
    clock = Question(
        name="done-time",
        shape=Shape.TEXT,
        ask="At what time? (optional)",
        hint="For example: 14:30",
        values=filled.get("done-time", ()),
    )
    yield Question(
        name=WHEN,
        shape=Shape.RADIOS,
        ask="When was this?",
        options=(Option("now", "Just now"), Option(EARLIER, "Earlier")),
        values=filled.get(WHEN, ("now",)),
        inside={EARLIER: (day, clock)},
    )


def every_question(questions: Iterable[Question]) -> Iterator[Question]:
    """Each question, and those within its answers."""
    for one in questions:
        yield one
        for several in (one.inside or {}).values():
            yield from every_question(several)
