"""What may leave the register of one record, in which form, and with what taken out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from casework.errors import CaseworkError


class Form(StrEnum):
    """For whom an export is made."""

    RECORD = "record"
    ADVISERS = "advisers"
    SUBJECT_ACCESS = "subject-access"
    FOI = "foi"


class NobodyMeantError(CaseworkError):
    """Say whose data it is: a staff_id that the record names, or author."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What one form holds; `people` says what stands in the place of a person."""

    title: str
    people: Literal["names", "codes", "marks"]
    posts: bool
    words: bool
    """Whether words of people's own, such as reasons and notes, are in it."""
    sealed: bool = False
    """Whether the sealed evidence goes with it."""
    check: str = ""
    """What a person has to do before it is handed over."""


SHAPES: Mapping[Form, Shape] = MappingProxyType(
    {
        Form.RECORD: Shape("The whole record", "names", posts=True, words=True, sealed=True),
        # SPSO 19: pseudonymised; pictures are left out, since names stand in them.
        Form.ADVISERS: Shape(
            "For outside advisers, pseudonymised",
            "codes",
            posts=True,
            words=True,
            check="Read it through: a nickname or a story can still tell who is meant.",
        ),
        Form.SUBJECT_ACCESS: Shape(
            "For a subject access request",
            "marks",
            posts=True,
            words=True,
            check="Read it through with whoever looks after data protection: what is about others,"
            " and what may be withheld by law, is theirs to judge.",
        ),
        # What was posted, and people's own words, are personal data of others.
        Form.FOI: Shape(
            "For a freedom of information request",
            "marks",
            posts=False,
            words=False,
            check="Read it through with whoever answers such requests: whether it is released at"
            " all is theirs to judge.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a section: when, what, and the words that go with it."""

    when: str
    what: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading and its lines; `distressing` ones begin on a page of their own, under a warning."""

    title: str
    lines: tuple[Line, ...]
    distressing: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """An export before it is printed."""

    reference: str
    form: Form
    about: tuple[tuple[str, str], ...]
    """What stands on the cover: name and words."""
    chapters: tuple[Chapter, ...]

    @property
    def distressing(self) -> bool:
        """Whether any of it may be distressing to read."""
        return any(one.distressing and one.lines for one in self.chapters)


def lines_of(sheet: Sheet) -> Iterator[tuple[str, str, str, str]]:
    """Every line as a row: chapter, when, what, words."""
    for chapter in sheet.chapters:
        for line in chapter.lines:
            yield chapter.title, line.when, line.what, line.words


def cover_text(sheet: Sheet, files: Sequence[str]) -> str:
    """What stands first, in plain text: what this is, what may be distressing, what is in it."""
    shape = SHAPES[sheet.form]
    lines = [f"{sheet.reference}: {shape.title}", ""]
    if sheet.distressing:
        lines += [DISTRESSING, ""]
    lines += [f"{name}: {words}" for name, words in sheet.about]
    if shape.check:
        lines += ["", f"Before you hand it over: {shape.check}"]
    lines += ["", "In here:", *(f"  {name}" for name in files)]
    return "\n".join(lines) + "\n"


DISTRESSING = (
    "CONTENT MAY BE DISTRESSING. It holds what was posted about people. Open it only when you need"
    " to, and not alone. You may stop reading at any time."
)
