"""Who may enter which part of the console that isn't about one incident; no rule means no."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from casework.errors import NotAllowedError
from casework.office import Office
from policies.seats import holders
from policies.tables import Decision
from records.organisation import IT


class Area(StrEnum):
    """A part of the console."""

    INBOX = "inbox"
    """One's own records; whoever is on none sees an empty list."""
    REPORT = "report"
    YOUR_SAY = "your say"
    """One's own page; the link says which."""
    TRIAGE = "triage"
    DIGEST = "digest"
    REGISTERS = "registers"
    RETENTION = "retention"
    SET_UP = "set-up"
    STATUS = "status"
    """Counts and states, never content."""


class Seats(StrEnum):
    """A group of people, worked out from the policy."""

    STAFF = "anybody employed"
    CUSTODIANS = "the custodian and the deputy"
    LEADERS = "the group that is told of incidents"
    RETAINERS = "whoever decides about retention"
    LAST_RESORT = "whoever acts where nobody else can"
    IT = "whoever looks after the machine"


AREAS: Mapping[Area, frozenset[Seats]] = MappingProxyType(
    {
        Area.INBOX: frozenset({Seats.STAFF}),
        Area.REPORT: frozenset({Seats.STAFF}),
        Area.YOUR_SAY: frozenset({Seats.STAFF}),
        Area.TRIAGE: frozenset({Seats.CUSTODIANS}),
        # SPSO 71: the leadership is told of incidents, by whoever shares them.
        Area.DIGEST: frozenset({Seats.LEADERS, Seats.CUSTODIANS}),
        Area.REGISTERS: frozenset({Seats.CUSTODIANS}),
        # The last of them only ever sees what waits for a second person, or what is theirs alone.
        Area.RETENTION: frozenset({Seats.CUSTODIANS, Seats.RETAINERS, Seats.LAST_RESORT}),
        Area.SET_UP: frozenset({Seats.IT, Seats.CUSTODIANS}),
        Area.STATUS: frozenset({Seats.IT, Seats.CUSTODIANS}),
    }
)
"""Who may enter each area; what is shown there of an incident is asked of `may` as well."""


def seated(office: Office, seats: Seats) -> frozenset[str]:
    """The staff ids of a group; STAFF is nobody here, since it needs no seat."""
    pack = office.pack
    roles: dict[Seats, tuple[str, ...]] = {
        Seats.STAFF: (),
        Seats.CUSTODIANS: (pack.custody.custodian, pack.custody.deputy),
        Seats.LEADERS: (pack.leadership.told, pack.leadership.shared_by),
        Seats.RETAINERS: pack.may_decide(Decision.RETENTION),
        Seats.LAST_RESORT: tuple(pack.alerting.last_resort),
        Seats.IT: (IT,),
    }
    return frozenset(
        one for role in roles[seats] for one in holders(pack, office.organisation, role)
    )


def may_enter(office: Office, staff_id: str, area: Area, now: datetime) -> bool:
    """Whether this member of staff may enter `area` at `now`."""
    if not office.actor(staff_id).employed(now):
        return False
    groups = AREAS.get(area, frozenset())
    return Seats.STAFF in groups or any(staff_id in seated(office, one) for one in groups)


def check_area(office: Office, staff_id: str, area: Area, now: datetime) -> None:
    """Raise NotAllowedError unless this member of staff may enter `area`."""
    if not may_enter(office, staff_id, area, now):
        raise NotAllowedError
