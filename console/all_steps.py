"""Every kind of step that somebody may record, in groups, and what can be put right."""

from collections.abc import Iterator
from dataclasses import dataclass

from casework.kinds import KINDS
from casework.kinds_notes import NOTES
from casework.kinds_people import PEOPLE
from casework.kinds_public import PUBLIC
from casework.kinds_restrictions import RESTRICTIONS
from casework.kinds_sharing import SHARING
from casework.kinds_threats import THREATS
from casework.step_rules import Kind
from console.step_options import startable
from console.step_page import Link, address_of
from console.step_words import step_words
from console.tasks import View

_GROUPS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    ("The person named, and others who are hurt by it", PEOPLE),
    ("Threats", THREATS),
    ("Platforms and the author", PUBLIC),
    ("Limits on contact", RESTRICTIONS),
    ("Who else is told", SHARING),
    ("The case itself", NOTES),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of step to record, and those of it that can be put right."""

    link: Link
    right: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """Those that belong together."""

    title: str
    choices: tuple[Choice, ...]


def all_choices(view: View) -> tuple[Choices, ...]:
    """What the reader may record; kinds that stand in no group come last."""
    grouped = {kind.name for _, kinds in _GROUPS for kind in kinds}
    others = tuple(kind for name, kind in KINDS.items() if name not in grouped)
    found = (
        Choices(title, tuple(_choices(view, kinds)))
        for title, kinds in (*_GROUPS, ("More", others))
    )
    return tuple(one for one in found if one.choices)


def _choices(view: View, kinds: tuple[Kind, ...]) -> Iterator[Choice]:
    reference = view.case.incident.reference
    for kind in kinds:
        if startable(view.case, view.reader, kind):
            link = Link(step_words()[kind.name].heading, address_of(reference, kind.name))
            yield Choice(link, tuple(_right(view, kind)))


def _right(view: View, kind: Kind) -> Iterator[Link]:
    """The only one of its kind is put right by its own form."""
    address = address_of(view.case.incident.reference, kind.name)
    for number, one in enumerate(view.case.known.standing(kind.name), start=1):
        when = view.shown(one.recorded_at)
        yield Link(
            f"Put right what {view.who(one.actor)} recorded on {when}", f"{address}?of={number}"
        )
