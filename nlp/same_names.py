"""What the roster alone says about its names: which need context, which several people share."""

from collections.abc import Iterable
from dataclasses import dataclass

from nlp.linking import certainty_beside
from nlp.surroundings import Surroundings
from nlp.variants import Form, variants
from records.finding import Certainty
from records.roster import StaffMember


@dataclass(frozen=True, slots=True)
class Standing:
    """How sure a person's name as the roster has it is; None means that it is passed over."""

    alone: Certainty | None
    beside_the_body: Certainty | None

    @property
    def needs_context(self) -> bool:
        """Whether the name by itself, with nothing around it, means nobody."""
        return self.alone is None


def standing(member: StaffMember) -> Standing | None:
    """What screening makes of this person's whole name, before it reads the sentence.

    None when the name has no form that could be looked for, as a single letter.
    """
    name = next((one for one in variants(member) if one.form is not Form.ACCOUNT), None)
    if name is None:
        return None
    return Standing(
        certainty_beside(name, Surroundings()),
        certainty_beside(name, Surroundings(body_here=True)),
    )


@dataclass(frozen=True, slots=True)
class Shared:
    """A form of a name, folded, that may mean any of these people."""

    what: str
    text: str
    staff_ids: tuple[str, ...]


def shared_names(members: Iterable[StaffMember]) -> tuple[Shared, ...]:
    """Each group of people once, by the most telling form of a name that they share.

    Linking prefers the more telling form of a text, so only people with the same one are a group.
    """
    holders: dict[tuple[Form, str], set[str]] = {}
    for member in members:
        for variant in variants(member):
            if variant.form in _WHAT:
                holders.setdefault((variant.form, variant.text), set()).add(member.staff_id)
    groups: dict[tuple[str, ...], tuple[Form, str]] = {}
    for name, ids in sorted(holders.items(), key=lambda one: one[0][0]):
        if len(ids) > 1:
            groups.setdefault(tuple(sorted(ids)), name)
    return tuple(Shared(_WHAT[form], text, ids) for ids, (form, text) in groups.items())


_WHAT = {
    Form.FULL: "whole name",
    Form.SPELLING: "other spelling of the whole name",
    Form.DIMINUTIVE: "everyday form of the whole name",
    Form.HALF: "name with half of the surname",
    Form.INITIAL: "initial and surname",
    Form.SURNAME: "surname",
    Form.FIRST_NAME: "first name",
}
