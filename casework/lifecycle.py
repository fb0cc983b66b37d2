"""How an incident goes from one state to the next, as one table (docs/reference/lifecycle.md)."""

from dataclasses import dataclass
from enum import StrEnum

from casework.errors import CaseworkError
from records.audit import MACHINE


class TransitionError(CaseworkError):
    """That can't follow in the state that this incident is in."""


class Happens(StrEnum):
    """What takes an incident from one state to another."""

    ACKNOWLEDGED = "acknowledged"
    GRAVER = "graver"
    DECIDED = "decided"
    CLOSED = "closed"
    REOPENED = "reopened"
    ERASED = "erased"


STATES: dict[str, str] = {
    "open": "nobody has said yet that they have seen it",
    "acknowledged": "somebody has seen it; what becomes of it is not decided",
    "decided": "an outcome stands, and its steps are being taken",
    "closed": "all that had to be done is recorded",
}


@dataclass(frozen=True, slots=True)
class Transition:
    """One row; `by_machine` says whether namewatch may cause it by itself."""

    happens: Happens
    source: str
    target: str
    by_machine: bool = False
    clause: str = ""


TRANSITIONS: tuple[Transition, ...] = (
    Transition(Happens.ACKNOWLEDGED, "open", "acknowledged", clause="SPSO 67.1"),
    Transition(Happens.DECIDED, "acknowledged", "decided", clause="SPSO 12"),
    Transition(Happens.DECIDED, "decided", "decided", clause="SPSO 12"),
    Transition(Happens.CLOSED, "decided", "closed", clause="SPSO 62"),
    Transition(Happens.REOPENED, "closed", "acknowledged", clause="SPSO 13"),
    # A further post, or the text of a picture, makes it graver: it is to be seen anew.
    Transition(Happens.GRAVER, "open", "open", by_machine=True, clause="SPSO 24"),
    Transition(Happens.GRAVER, "acknowledged", "open", by_machine=True, clause="SPSO 24"),
    Transition(Happens.GRAVER, "decided", "open", by_machine=True, clause="SPSO 24"),
    Transition(Happens.GRAVER, "closed", "open", by_machine=True, clause="SPSO 24"),
    # The machine erases only again what people have erased before; a backup may have brought it
    # back as it was when nobody had seen it.
    Transition(Happens.ERASED, "open", "closed", by_machine=True, clause="WICS Retention"),
    Transition(Happens.ERASED, "acknowledged", "closed", by_machine=True, clause="WICS Retention"),
    Transition(Happens.ERASED, "decided", "closed", by_machine=True, clause="WICS Retention"),
    Transition(Happens.ERASED, "closed", "closed", by_machine=True, clause="WICS Retention"),
)

_SAID = {
    Happens.DECIDED: "Somebody has to say first that they have seen it; then it can be decided.",
    Happens.CLOSED: "It can be closed once an outcome is decided.",
    Happens.REOPENED: "It is not closed, so there is nothing to open again.",
}


def after(state: str, happens: Happens, *, actor: str) -> str:
    """The state that follows; raises TransitionError where the table has no such row."""
    for row in TRANSITIONS:
        if (row.source, row.happens) == (state, happens):
            if actor == MACHINE and not row.by_machine:
                raise TransitionError("Only a person may do that.")
            return row.target
    if (state, happens) == ("closed", Happens.DECIDED):
        raise TransitionError("It is closed; open it again first.")
    raise TransitionError(_SAID.get(happens))
