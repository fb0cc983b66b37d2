"""What somebody answers about a finding, checked: nothing here asks the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from casework.errors import NoSuchIncidentError
from casework.triage_answers import Given
from console.faults import Fault
from records.finding import Category
from records.triage import Answer

AS_FOUND = "as-found"
KINDS: tuple[Category, ...] = (
    Category.NAMING,
    Category.INSULT,
    Category.THREAT,
    Category.DOXXING,
    Category.TARGETING,
)
"""The kinds that may be chosen instead of what was found."""
_MOST_DIGITS = 15
_ABOUT_A_PERSON = frozenset({Answer.SOMEONE_ELSE, Answer.NOT_ABOUT_WORK})


@dataclass(frozen=True, slots=True)
class TriageForm:
    """What was pressed and ticked."""

    said: str = ""
    who: tuple[str, ...] = ()
    other: str = ""
    kind: str = AS_FOUND

    def faults(self, candidates: Sequence[str], staff: Sequence[str]) -> list[Fault]:
        """What is to be put right; empty if it can be kept."""
        if self.said not in set(Answer) or (self.said in _ABOUT_A_PERSON and not candidates):
            return [Fault("said", "Choose one of the answers")]
        if self.said != Answer.OURS:
            return []
        found = []
        if not set(self.who) <= set(candidates) or (self.other and self.other not in staff):
            found.append(Fault("who", "Choose people from the list"))
        elif candidates and not (self.who or self.other):
            found.append(Fault("who", "Say who is meant"))
        if self.kind not in {AS_FOUND, *KINDS}:
            found.append(Fault("kind", "Choose one of the kinds"))
        return found

    @property
    def given(self) -> Given:
        """The answer; only one that is about us is about somebody, and of a kind."""
        said = Answer(self.said)
        if said is not Answer.OURS:
            return Given(said)
        people = tuple(dict.fromkeys((*self.who, *((self.other,) if self.other else ()))))
        return Given(said, people, None if self.kind == AS_FOUND else Category(self.kind))


def finding_number(typed: str) -> int:
    """The number in an address; raises NoSuchIncidentError for anything else."""
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= _MOST_DIGITS):
        raise NoSuchIncidentError
    return int(typed)
