"""The body's rules and people, as casework asks about them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from policies.pack import Pack
from policies.seats import Desk, Question
from records.incident import Incident
from records.organisation import Organisation
from records.roster import Roster, StaffMember


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants to do something; `member` is None for who isn't in the roster."""

    staff_id: str
    member: StaffMember | None
    zone: ZoneInfo

    def employed(self, now: datetime) -> bool:
        """Whether they work here on this day."""
        return self.member is not None and self.member.works_on(now.astimezone(self.zone).date())


def _none_kept(_name: str, _version: str) -> Pack | None:
    return None


@dataclass(frozen=True, slots=True)
class Office:
    """Policy pack, organisation and roster together."""

    pack: Pack
    organisation: Organisation
    roster: Roster
    edition: Callable[[str, str], Pack | None] = _none_kept
    """The pack of a name and version, as it was in force."""

    def of(self, incident: Incident) -> "Office":
        """The same under the rules with which `incident` was opened, where they are kept."""
        own = incident.policy, incident.policy_version
        if own == (self.pack.name, self.pack.version):
            return self
        pack = self.edition(*own)
        return replace(self, pack=pack) if pack else self

    def actor(self, staff_id: str) -> Actor:
        """Who stands behind a staff id."""
        return Actor(staff_id, self.roster.get(staff_id), self.organisation.calendar.zone)

    def today(self, now: datetime) -> date:
        """The day it is where the body is."""
        return now.astimezone(self.organisation.calendar.zone).date()

    def desk(self, incident: Incident, now: datetime) -> Desk:
        """Who sits in which role, in the light of this incident."""
        question = Question(
            named=incident.staff_id,
            alongside=frozenset(incident.alongside),
            day=self.today(now),
            barred=frozenset(incident.conflicted),
        )
        return Desk(self.of(incident).pack, self.organisation, self.roster, question)

    def custodian(self, incident: Incident, now: datetime) -> str | None:
        """Who keeps the record of this incident (SPSO 71)."""
        seat = self.desk(incident, now).custodian()
        return seat.staff_id if seat else None
