"""Who sits where on a day: who holds a role, who of them may know, and who acts for whom."""

from dataclasses import dataclass
from datetime import date

from policies.pack import Pack
from policies.tables import AFFECTED, LINE_MANAGER, Decision
from records.organisation import Organisation
from records.roster import Roster


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


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who acts, and the role that they act in."""

    staff_id: str
    role: str


class Desk:
    """Who holds which role in the light of one question, and who of them may be told."""

    __slots__ = ("_excluded", "_organisation", "_pack", "_question", "_roster")

    def __init__(
        self, pack: Pack, organisation: Organisation, roster: Roster, question: Question
    ) -> None:
        self._pack = pack
        self._organisation = organisation
        self._roster = roster
        self._question = question
        self._excluded = question.excluded

    def holders(self, role: str) -> tuple[str, ...]:
        """Whoever holds the role, there or not, named or not."""
        if role == LINE_MANAGER:
            named = self._roster.get(self._question.named or "")
            return (named.line_manager,) if named and named.line_manager else ()
        return holders(self._pack, self._organisation, role)

    def who_may_know(self, role: str) -> tuple[str, ...]:
        """The holders who work here and are neither named nor in conflict, there or not."""
        return tuple(
            one
            for one in self.holders(role)
            if one not in self._excluded and self._roster.employs(one, self._question.day)
        )

    def can_be_told(self, role: str) -> tuple[str, ...]:
        """The holders who may know and are there."""
        return tuple(
            one
            for one in self.holders(role)
            if one not in self._excluded and self._roster.available(one, self._question.day)
        )

    def all_excluded(self, role: str) -> bool:
        """Whether every holder is named, named alongside or in conflict."""
        return self._excluded.issuperset(self.holders(role))

    def teller(self) -> Seat | None:
        """Who is to tell the person named, in private: the first of the chain who is there."""
        for role in self._pack.telling.chain:
            for staff_id in self.can_be_told(role):
                return Seat(staff_id, role)
        return None

    def custodian(self) -> Seat | None:
        """Who keeps the record: never somebody who is named in it or in conflict with it."""
        custody = self._pack.custody
        for role in (custody.custodian, custody.deputy, *self._pack.alerting.last_resort):
            for staff_id in self.who_may_know(role):
                return Seat(staff_id, role)
        return None

    def deciders(self, decision: Decision) -> tuple[Seat, ...]:
        """Everybody who may decide this; the person named only about their own file."""
        seats = {}
        for role in self._pack.may_decide(decision):
            if role == AFFECTED and self._question.named:
                seats[self._question.named] = Seat(self._question.named, role)
                continue
            for staff_id in self.who_may_know(role):
                seats.setdefault(staff_id, Seat(staff_id, role))
        return tuple(seats.values())


def holders(pack: Pack, organisation: Organisation, role: str) -> tuple[str, ...]:
    """Whoever organisation.toml names in the role, or its stand-in while it is left open."""
    named = organisation.roles.get(role, ())
    if not named and role in pack.left_open:
        return organisation.roles.get(pack.left_open[role].meanwhile, ())
    return named
