"""How a kind of step is declared: its parts, who may take it, and what must hold beside it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from casework.permissions import Action
from casework.step_parts import Given, Part, Sort
from policies.pack import Pack
from policies.seats import Desk
from records.finding import Category
from records.working_time import WorkingHours

PHYSICAL = frozenset({Category.THREAT.value, Category.VIOLENCE.value})
"""The categories about which the police decision is taken."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that stands in the record, as the rules see it: everything but people's words."""

    kind: str
    subject: str
    revision: int
    actor: str
    recorded_at: datetime
    given: Given


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that the rules may look at: the incident, its steps, the body, and the time."""

    named: str | None
    alongside: frozenset[str]
    categories: frozenset[str]
    state: str
    opened_at: datetime
    exhibits: frozenset[int]
    taken: tuple[Taken, ...]
    pack: Pack
    desk: Desk
    staff: frozenset[str]
    accounts: int
    """How many accounts of its own the body has; nobody's of the staff."""
    hours: WorkingHours
    now: datetime
    today: date

    @property
    def physical(self) -> bool:
        """Whether somebody was threatened with harm."""
        return bool(self.categories & PHYSICAL)

    def newest(self, kind: str, subject: str = "") -> Taken | None:
        """How a step stands now."""
        return max(
            (one for one in self.taken if (one.kind, one.subject) == (kind, subject)),
            key=lambda one: one.revision,
            default=None,
        )

    def standing(self, kind: str) -> list[Taken]:
        """The newest of each subject of a kind, in the order of their first writing."""
        found: dict[str, Taken] = {}
        for one in self.taken:
            if one.kind == kind and (
                one.subject not in found or found[one.subject].revision < one.revision
            ):
                found[one.subject] = one
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Proposed:
    """A step that somebody wants to record, its parts read."""

    actor: str
    subject: str
    given: Given

    def code(self, name: str) -> str:
        """A plain part as text."""
        return self.given.code(name)


_ACCORDING = (
    Part(
        "wishes",
        Sort.CHOICE,
        ("with", "against", "no-view", "not-asked", "nobody-named"),
        about="whether this is with or against the wishes of the person named",
    ),
    Part(
        "against-why",
        Sort.WORDS,
        when=("wishes", ("against", "not-asked")),
        about="why it is done all the same",
    ),
)

Check = Callable[[Proposed, Known], Iterator[str]]
"""Yields a sentence for each thing that is wrong."""

NUMBERED = "#"
"""As a subject: each step of this kind is another one, and gets the next number."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table of steps."""

    name: str
    title: str
    clauses: tuple[str, ...]
    parts: tuple[Part, ...]
    action: Action = Action.RECORD
    subject: str = ""
    """The part that tells several of a kind apart, NUMBERED, or empty: there is only one."""
    acts: bool = False
    """Whether it does something outside: the wishes of the person named come first."""
    checks: tuple[Check, ...] = ()
    action_of: Callable[[Proposed, Known], Action] | None = None
    """Where what is chosen decides which permission is asked for."""

    @property
    def all_parts(self) -> tuple[Part, ...]:
        """Its own parts, and those about wishes when it acts."""
        return (*self.parts, *_ACCORDING) if self.acts else self.parts

    def action_for(self, step: Proposed, known: Known) -> Action:
        """What somebody must be allowed to do to take this step."""
        return self.action_of(step, known) if self.action_of else self.action
