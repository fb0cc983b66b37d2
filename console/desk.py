"""What the console works with; it alone is given the vault."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from alerts.routing import Recipient
from casework.office import Office
from casework.reading import OpenKey, Reader
from casework.verdicts import FeaturesOf
from console.door_rules import DoorRules
from console.health import Machine
from console.set_up import NewBody, SetUp
from evidence.storage import Storage
from evidence.vault import PublicKeys
from evidence.verify import Trusted
from policies.pack import Pack
from records.clock import utc_now
from records.finding import Finding
from records.incident import Incident
from records.organisation import Organisation
from records.post import Post
from records.roster import Roster, StaffMember
from workflows.erase import Eraser
from workflows.joining import Joining


def _none_kept(_name: str, _version: str) -> Pack | None:
    return None


def _no_features(_post: Post, _finding: Finding) -> tuple[str, ...]:
    return ()


PassOn = Callable[[Session, Incident, str], Recipient | None]
"""(session, incident, who passes it on): who is asked next, or None when nobody is left."""


@dataclass(eq=False)
class Desk:
    """Everything behind the pages: the record, the people, and the key that opens it."""

    database: Engine
    organisation: Organisation
    roster: Roster
    pack: Pack
    open_key: OpenKey
    send_note: Callable[[StaffMember, str, str], None]
    """Mails (to, subject, text) to one person; raises a NamewatchError when it can't."""
    console_url: str
    practice: bool = False
    features_of: FeaturesOf = _no_features
    new_body: NewBody | None = None
    """Takes the answers about a body of one's own; only while practising."""
    set_up: SetUp | None = None
    """Changes what is set up; without it there are no such pages."""
    mails: Path | None = None
    """Where the mails of a practice run lie."""
    public_keys: PublicKeys | None = None
    """What reports are sealed with; without it nothing can be reported here."""
    storage: Storage | None = None
    """Where evidence lies; without it no exhibit can be opened here."""
    eraser: Eraser | None = None
    """Erases what two people have agreed on; without it nothing is erased from here."""
    trusted: Trusted = field(default_factory=Trusted)
    """Whose signatures and time stamps are known."""
    print_page: Callable[[str], bytes] | None = None
    """Prints a page of ours as a PDF; None where there is no browser for it."""
    pepper: bytes = b""
    """Makes the codes that stand for people in an export."""
    door: DoorRules = field(default_factory=DoorRules)
    recipients: Callable[[], list[str]] = list
    """Whom a new key is wrapped for: the vault, and those who may open records."""
    now: Callable[[], datetime] = field(default=utc_now)
    edition: Callable[[str, str], Pack | None] = _none_kept
    """The pack of a name and version, as it was in force: an incident goes on under its own."""
    pass_on: PassOn | None = None
    """Asks the next in the order to tell the person named; set once the engine runs."""
    joining: Joining | None = None
    """Opens incidents and has people told; set once the engine runs."""
    places: Sequence[str] | None = None
    """The titles of the places that are watched; None for all that ever were."""
    channels: Sequence[str] = ()
    """The names of the channels that are set up."""
    machine: Machine = field(default_factory=Machine)

    def renew(self, organisation: Organisation, roster: Roster, pack: Pack) -> None:
        """Go by these from the next page on."""
        self.organisation, self.roster, self.pack = organisation, roster, pack

    def today(self) -> date:
        """The day it is where the body is."""
        return self.now().astimezone(self.organisation.calendar.zone).date()

    @property
    def office(self) -> Office:
        """The body's rules and people, as casework asks about them."""
        return Office(self.pack, self.organisation, self.roster, self.edition)

    def reader(self, member: StaffMember) -> Reader:
        """This person, as casework asks who reads."""
        employed = self.employed(member.staff_id)
        return Reader(member.staff_id, employed, self.open_key, self.office)

    def employed(self, staff_id: str) -> bool:
        """Whether this person works here today."""
        member = self.roster.get(staff_id)
        return member is not None and member.works_on(self.today())
