"""The pages of a form for a step, worked out from values."""

from collections.abc import Iterable
from dataclasses import dataclass

from casework.cases import Case
from casework.step_rules import NUMBERED, Kind, Taken
from casework.wishes import fitting
from console.step_form import Form, every_question, first_form, whole_form
from console.step_options import COUNTED
from console.step_told import Lines
from console.step_typed import Filled, one_of
from console.step_words import step_words

FIRST, WHOLE, CHECKED, CHANGE = "first", "whole", "checked", "change"
"""What a form sends to say which of its pages it is."""


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody else has recorded while this was being written."""

    by: str
    when: str
    lines: Lines


@dataclass(frozen=True, slots=True)
class Sent:
    """What came with a form, and which step it puts right."""

    filled: Filled
    stage: str = WHOLE
    seen: int = 0
    """The revision that was seen; 0 for a first one."""
    number: str = ""
    """Which of a numbered kind is put right."""


@dataclass(frozen=True, slots=True)
class StepPage:
    """A page of the form."""

    reference: str
    address: str
    heading: str
    lead: str
    form: Form
    carried: tuple[tuple[str, str], ...]
    button: str
    again: bool = False
    chosen: str = ""
    before: tuple[Link, ...] = ()
    blocked: bool = False
    """Whether something has to be recorded first, so that nothing is asked yet."""
    standing: Standing | None = None
    alike: tuple[str, ...] = ()
    """How cases like this one were decided."""


@dataclass(frozen=True, slots=True)
class CheckPage:
    """What is about to be recorded, shown once more."""

    reference: str
    address: str
    heading: str
    lines: Lines
    carried: tuple[tuple[str, str], ...]


def address_of(reference: str, kind: str) -> str:
    """Where the form for a kind of step is."""
    return f"/r/{reference}/steps/{kind}"


def step_page(
    case: Case,
    reader: str,
    kind: Kind,
    sent: Sent,
    *,
    needs: Iterable[str] = (),
    standing: Standing | None = None,
) -> StepPage:
    """The page on which it is asked what `sent` leaves open."""
    words, reference = step_words()[kind.name], case.incident.reference
    first = bool(words.first) and sent.stage == FIRST
    form = (first_form if first else whole_form)(case, reader, kind, sent.filled)
    lacking = tuple(_lacking(case, kind, form))
    chosen = one_of(sent.filled, words.first) if words.first and not first else ""
    return StepPage(
        reference=reference,
        address=address_of(reference, kind.name),
        heading=words.heading,
        lead=words.lead,
        form=form,
        carried=(*form.fixed, *_carried(sent, FIRST if first else WHOLE)),
        button="Continue" if first or words.check else "Record this",
        again=bool(sent.seen) and standing is None,
        chosen=words.parts[words.first].options.get(chosen, "") if chosen else "",
        before=tuple(
            Link(step_words()[one].heading, address_of(reference, one))
            for one in dict.fromkeys((*lacking, *needs))
        ),
        blocked=bool(lacking),
        standing=standing,
    )


def check_page(case: Case, kind: Kind, sent: Sent, lines: Lines) -> CheckPage:
    """The page that shows it once more."""
    reference = case.incident.reference
    typed = tuple((name, one) for name, several in sent.filled.items() for one in several)
    return CheckPage(
        reference=reference,
        address=address_of(reference, kind.name),
        heading=step_words()[kind.name].heading,
        lines=lines,
        carried=(*typed, *_carried(sent, "")),
    )


def standing_of(case: Case, kind: Kind, of: int) -> Taken | None:
    """The step that is put right: the `of`-th of its kind, or the only one there can be."""
    there = case.known.standing(kind.name)
    if not kind.subject:
        return there[0] if there else None
    return there[of - 1] if 0 < of <= len(there) else None


def sent_again(kind: Kind, standing: Taken | None, filled: Filled, stage: str) -> Sent:
    """What a form holds that puts `standing` right."""
    number = standing.subject if standing and kind.subject == NUMBERED else ""
    return Sent(filled, stage, standing.revision if standing else 0, number)


def _carried(sent: Sent, stage: str) -> Iterable[tuple[str, str]]:
    if stage:
        yield "stage", stage
    if sent.seen:
        yield "seen", str(sent.seen)
    if sent.number:
        yield "of", sent.number


def _lacking(case: Case, kind: Kind, form: Form) -> Iterable[str]:
    """The kinds of steps without which there is nothing to choose from here."""
    if kind.acts and not fitting(case.known):
        yield "wishes"
    asked = {one.name for one in every_question(form.questions)}
    for part in form.lacking:
        if part in asked and (kind.name, part) in COUNTED:
            yield COUNTED[kind.name, part]
