"""What is wrong with a form for a step, in plain words and each at its question."""

from collections.abc import Iterable, Mapping

from casework.step_parts import LONGEST_WORDS, Amiss
from casework.step_parts import Fault as StepFault
from casework.step_rules import Kind
from console.faults import Fault
from console.step_form import Form, Question, Shape, every_question
from console.step_words import step_words


def faults_in(form: Form, kind: Kind, found: Iterable[str]) -> tuple[Fault, ...]:
    """What is wrong, each at its field; what has none stands at the first question."""
    fields = {one.name: one for one in every_question(form.questions)}
    first = form.questions[0].field if form.questions else "main-content"
    return tuple(_fault(fields, first, kind, one) for one in found)


def _fault(fields: Mapping[str, Question], first: str, kind: Kind, found: str) -> Fault:
    if not isinstance(found, StepFault):
        return Fault(first, found)
    question = fields.get(found.part)
    field = question.field if question else first
    ask = step_words()[kind.name].parts[found.part].ask if found.part else ""
    match found.amiss:
        case Amiss.MISSING:
            return Fault(field, f"{_ASKS_FOR[question.shape] if question else 'Answer'}: {ask}")
        case Amiss.UNFIT:
            return Fault(field, f"{_UNFIT[question.shape] if question else 'Answer again'}: {ask}")
        case Amiss.TOO_LONG:
            return Fault(field, f"Write {LONGEST_WORDS} characters or fewer: {ask}")
        case _:
            return Fault(field, found.plain)


_ASKS_FOR = {
    Shape.RADIOS: "Choose an answer",
    Shape.CHECKS: "Choose at least one",
    Shape.SELECT: "Choose somebody",
    Shape.WORDS: "Write an answer",
    Shape.TEXT: "Write an answer",
    Shape.DAY: "Enter a day",
}
_UNFIT = {
    **_ASKS_FOR,
    Shape.TEXT: "Use at most 60 plain letters and numbers",
    Shape.DAY: "Enter a real day, such as 23 11 2026",
}


def needed_first(found: Iterable[str]) -> tuple[str, ...]:
    """The kinds of steps that have to be recorded before this one."""
    needs = (one.needs for one in found if isinstance(one, StepFault))
    return tuple(dict.fromkeys(one for one in needs if one))
