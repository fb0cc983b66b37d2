"""Who is told, as a pure function of the policy pack and who is named."""

from dataclasses import dataclass

from policies.pack import Pack
from policies.seats import Desk, Question
from records.organisation import Organisation
from records.roster import Roster

__all__ = ["Question", "Recipient", "Routing", "next_in_line", "route"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is to be told: as whom, and why it is them."""

    staff_id: str
    role: str
    reason: str


@dataclass(frozen=True, slots=True)
class Routing:
    """Everybody who is told, and the places that nobody could fill."""

    recipients: tuple[Recipient, ...]
    unfilled: tuple[str, ...]


def route(pack: Pack, organisation: Organisation, roster: Roster, question: Question) -> Routing:
    """Who is told first; somebody who fills several places is told once, in the first of them."""
    told: dict[str, Recipient] = {}
    unfilled = []
    for place in _places(pack, question):
        found = _fill(place, pack, organisation, roster, question)
        if found is None:
            unfilled.append(place)
        elif found.staff_id not in told:
            told[found.staff_id] = found
    return Routing(tuple(told.values()), tuple(unfilled))


def next_in_line(
    pack: Pack,
    organisation: Organisation,
    roster: Roster,
    question: Question,
    already: frozenset[str],
) -> Recipient | None:
    """Who is told when nobody has acknowledged; None once the chain is used up."""
    desk = Desk(pack, organisation, roster, question)
    reason = f"because nobody has acknowledged this yet ({pack.escalating.clause})"
    for role in pack.escalating.chain:
        for staff_id in desk.can_be_told(role):
            if staff_id not in already:
                return Recipient(staff_id, role, reason)
    return None


def _places(pack: Pack, question: Question) -> tuple[str, ...]:
    return pack.alerting.nobody_named if question.named is None else pack.alerting.recipients


def _fill(
    place: str, pack: Pack, organisation: Organisation, roster: Roster, question: Question
) -> Recipient | None:
    """Find the place's own holder or, if none can be told, the pack's first stand-in."""
    rules, title = pack.alerting, pack.role_title(place)
    desk = Desk(pack, organisation, roster, question)
    own = desk.can_be_told(place)
    if own:
        return Recipient(own[0], place, f"as {title} ({rules.clause})")
    stand_ins = (*rules.fallback.get(place, ()), *rules.last_resort)
    why = f"in place of the {title}"
    if not desk.holders(place):
        stand_ins = (rules.when_absent, *stand_ins)
        why = f"because there is no {title} to tell"
    elif not desk.all_excluded(place):
        stand_ins = (rules.when_absent, *stand_ins)
        why = f"in the absence of the {title}"
    for role in stand_ins:
        if found := desk.can_be_told(role):
            return Recipient(found[0], role, f"{why} ({rules.clause})")
    return None
