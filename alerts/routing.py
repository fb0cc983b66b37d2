"""Who is told, as a pure function of the policy pack and who is named."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from policies.pack import LINE_MANAGER, Pack
from records.organisation import Organisation
from records.roster import Roster


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


@dataclass(frozen=True, slots=True)
class Question:
    """About whom, and on which day; `barred` are those in conflict with the incident."""

    named: str | None
    alongside: frozenset[str]
    day: date
    barred: frozenset[str] = frozenset()

    @property
    def excluded(self) -> frozenset[str]:
        """Everybody who must not be told: the named, those alongside, those in conflict."""
        own = {self.named} if self.named else set()
        return self.alongside | self.barred | own


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
    desk = _Desk(organisation, roster, question)
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
    desk = _Desk(organisation, roster, question)
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


@dataclass(frozen=True, slots=True)
class _Desk:
    """Who holds which role on the day, and who of them may be told."""

    organisation: Organisation
    roster: Roster
    question: Question

    def holders(self, role: str) -> tuple[str, ...]:
        if role != LINE_MANAGER:
            return self.organisation.roles.get(role, ())
        named = self.roster.get(self.question.named or "")
        return (named.line_manager,) if named and named.line_manager else ()

    def can_be_told(self, role: str) -> tuple[str, ...]:
        return tuple(self._allowed(self.holders(role)))

    def all_excluded(self, role: str) -> bool:
        return self.question.excluded.issuperset(self.holders(role))

    def _allowed(self, holders: Iterable[str]) -> Iterable[str]:
        for staff_id in holders:
            if staff_id in self.question.excluded:
                continue
            if self.roster.available(staff_id, self.question.day):
                yield staff_id
