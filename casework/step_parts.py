"""What a step is made of: its parts, read from what people typed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from casework.errors import StepUnfitError

LONGEST_WORDS = 4000
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _./:#-]{0,59}")


class Amiss(StrEnum):
    """What kind of thing is wrong with a part."""

    MISSING = "missing"
    UNFIT = "unfit"
    MISPLACED = "misplaced"
    TOO_LONG = "too long"
    RULE = "rule"


class Fault(str):
    """A sentence in the terms of the command line, about `part` (empty: about the whole step).

    `plain` says the same to somebody with a form before them; `needs` is the kind of step that has
    to be recorded first.
    """

    __slots__ = ("amiss", "needs", "part", "plain")

    part: str
    plain: str
    needs: str
    amiss: Amiss

    def __new__(
        cls,
        part: str,
        sentence: str,
        plain: str = "",
        *,
        needs: str = "",
        amiss: Amiss = Amiss.RULE,
    ) -> Self:
        """The sentence, with what it is about."""
        made = super().__new__(cls, sentence)
        made.part, made.plain, made.needs, made.amiss = part, plain or sentence, needs, amiss
        return made


class Sort(StrEnum):
    """What a part holds. Words of one's own stand sealed; all others are codes or dates."""

    CHOICE = "one of"
    WORDS = "words of one's own"
    STAFF = "a staff_id"
    NAME = "a short name"
    DAY = "a day such as 2026-11-23"
    YES = "yes or no"
    NUMBER = "a number"
    NUMBERS = "numbers such as 1,3"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a step; with `when`, it belongs there only beside these values of another."""

    name: str
    sort: Sort
    choices: tuple[str, ...] = ()
    optional: bool = False
    when: tuple[str, tuple[str, ...]] | None = None
    about: str = ""

    @property
    def expects(self) -> str:
        """What may stand here, in words."""
        return f"one of {', '.join(self.choices)}" if self.choices else self.sort.value


Value = str | int | bool | list[int]


@dataclass(frozen=True, slots=True)
class Given:
    """A step's parts as they are kept: `about` in plain, `words` sealed."""

    about: Mapping[str, Value]
    words: Mapping[str, str]

    def code(self, name: str) -> str:
        """A plain part as text; empty when it isn't there."""
        return str(self.about.get(name, ""))

    def day(self, name: str) -> date | None:
        """A day that was given."""
        return date.fromisoformat(code) if (code := self.code(name)) else None

    def yes(self, name: str) -> bool:
        """Whether yes was said."""
        return self.about.get(name) is True


def read_parts(parts: Sequence[Part], typed: Mapping[str, str]) -> Given:
    """What was typed, checked part by part; raises StepUnfitError with all that is wrong."""
    known = {part.name for part in parts}
    wrong = [
        Fault(name, f"{name} does not belong here.", amiss=Amiss.MISPLACED)
        for name in sorted(set(typed) - known)
    ]
    about: dict[str, Value] = {}
    words: dict[str, str] = {}
    for part in parts:
        text = (typed.get(part.name) or "").strip()
        if not text:
            wrong += _missing(part, typed)
        elif not belongs(part, typed):
            sentence = f"{part.name} does not belong beside what else was given."
            wrong.append(Fault(part.name, sentence, amiss=Amiss.MISPLACED))
        elif part.sort is Sort.WORDS:
            wrong += _too_long(part, text)
            words[part.name] = text
        elif (value := _read(part, text)) is None:
            sentence = f"{part.name} has to be {part.expects}."
            wrong.append(Fault(part.name, sentence, amiss=Amiss.UNFIT))
        else:
            about[part.name] = value
    if wrong:
        raise StepUnfitError(*wrong)
    return Given(about, words)


def _missing(part: Part, typed: Mapping[str, str]) -> Iterator[Fault]:
    if not part.optional and belongs(part, typed):
        sentence = f"{part.name} is missing: {part.about or part.expects}."
        yield Fault(part.name, sentence, amiss=Amiss.MISSING)


def _too_long(part: Part, text: str) -> Iterator[Fault]:
    if len(text) > LONGEST_WORDS:
        sentence = f"{part.name} has {len(text)} characters; at most {LONGEST_WORDS} are kept."
        yield Fault(part.name, sentence, amiss=Amiss.TOO_LONG)


def belongs(part: Part, typed: Mapping[str, str]) -> bool:
    """Whether the part belongs beside the others."""
    if part.when is None:
        return True
    other, values = part.when
    return (typed.get(other) or "").strip() in values


def _read(part: Part, text: str) -> Value | None:
    match part.sort:
        case Sort.CHOICE:
            return text if text in part.choices else None
        case Sort.YES:
            return {"yes": True, "no": False}.get(text.lower())
        case Sort.DAY:
            return _day(text)
        case Sort.NUMBER:
            return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None
        case Sort.NUMBERS:
            found = re.fullmatch(r"[0-9]{1,6}(,[0-9]{1,6})*", text.replace(" ", ""))
            return sorted({int(one) for one in found[0].split(",")}) if found else None
        case _:
            return text if _WORD.fullmatch(text) else None


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
