"""What setting up needs from the floor above: values that pages show, and who is asked for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from console.faults import Fault
from records.roster import Absence

QUESTIONS = ("body", "policy", "hours", "mail", "people", "roles")
"""The six questions of a new body, in order."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in a list of staff; `line` is None when it is the whole file."""

    line: int | None
    text: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody whose row says something else than before; `what` names the columns."""

    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about a list of staff before it is used."""

    about: str
    who: tuple[str, ...]
    what: str
    wanting: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """A list of staff that was handed in; nothing of it is kept until it is confirmed."""

    stamp: str
    """Says which list was shown, so that no other one is confirmed."""
    count: int
    origin: str = ""
    faults: tuple[RowFault, ...] = ()
    comes: tuple[str, ...] = ()
    goes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    remarks: tuple[Remark, ...] = ()
    week: str = ""
    """How often strangers with these names will be met, as a sentence."""
    first: bool = True
    """There was no list before, so everybody comes."""

    @property
    def usable(self) -> bool:
        """Whether it can be confirmed."""
        return self.count > 0 and not self.faults


@dataclass(frozen=True, slots=True)
class Seat:
    """A role that somebody has to hold, or may."""

    role: str
    title: str
    hint: str = ""
    needed: bool = True
    several: bool = False
    """Held by a group at once, rather than by a first and a second choice."""
    holders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who can be chosen for a role."""

    staff_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Written:
    """A new body's folder, as it was written."""

    home: Path
    command: str
    """What to type to start it."""


class PeopleDesk(Protocol):
    """Takes lists of staff."""

    def offer(self, content: bytes) -> None:
        """Take a CSV file for a look; it replaces the one that was being looked at."""

    def offered(self) -> People | None:
        """The list that is being looked at."""

    def confirm(self, stamp: str, actor: str) -> bool:
        """Keep the list that was shown; False when another one was, or it can't be used."""

    def withdraw(self) -> None:
        """Forget the list that is being looked at."""

    def template(self) -> str:
        """A CSV file to fill in."""

    def offered_text(self) -> str:
        """The list that is being looked at, as a file to put right by hand."""

    def count(self) -> int:
        """How many people are kept."""

    def directories(self) -> Sequence[tuple[str, str]]:
        """Where staff can be fetched from: code and name of each directory that is set up."""

    def fetch(self, directory: str) -> str | None:
        """Fetch a list from there for a look; a sentence when that could not be done."""


class RolesDesk(Protocol):
    """Says who holds which role."""

    def seats(self) -> Sequence[Seat]:
        """Every role of the policy, with who holds it now."""

    def choices(self) -> Sequence[Choice]:
        """Whoever can be chosen."""

    def give(self, chosen: Mapping[str, tuple[str, ...]], actor: str) -> Sequence[Fault]:
        """Keep who holds which role, unless something is wrong; what is."""

    def doubts(self) -> Sequence[str]:
        """What is allowed, and still worth a thought: somebody in two roles, no second choice."""


class NewBody(PeopleDesk, RolesDesk, Protocol):
    """Six questions whose answers become the folder of a body."""

    def let_in(self, code: str) -> str | None:
        """The token for this browser if the code is right; a code is good once."""

    def knows(self, token: str) -> bool:
        """Whether this browser was let in."""

    def tell_new_code(self) -> None:
        """Show a new code on the terminal; the one before is good no longer."""

    def answered(self) -> frozenset[str]:
        """Which of the questions have an answer."""

    def kept(self, question: str) -> Mapping[str, str]:
        """What was answered, without anything secret."""

    def keep(
        self, question: str, typed: Mapping[str, str], files: Mapping[str, bytes]
    ) -> Sequence[Fault]:
        """Keep an answer unless something is wrong with it; what is."""

    def try_mail(self) -> str | None:
        """Sign in at the mail server as answered; a sentence when that fails."""

    def written(self) -> Written | None:
        """The folder, once there is one: then nothing can be changed here."""

    def write(self) -> Sequence[str]:
        """Write the folder; sentences when something is in the way."""

    def recovery_key(self) -> str:
        """The recovery key until somebody says that they have it; then nothing."""

    def forget_recovery_key(self) -> None:
        """Somebody has written it down."""

    def begin(self) -> bool:
        """Stop practising and start over with the new body; False when it isn't written."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How one person is reached by one channel, and whether a test has shown it."""

    staff_id: str
    name: str
    role: str
    channel: str
    words: str
    """What the channel is called."""
    sent_at: datetime | None = None
    confirmed_at: datetime | None = None
    fault: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether the newest test was answered."""
        return self.confirmed_at is not None


@dataclass(frozen=True, slots=True)
class Away:
    """An absence, and who said so."""

    absence: Absence
    name: str
    origin: str
    by_hand: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking back over one source has found."""

    source: str
    posts: int
    alerts: int
    reviews: int
    since: datetime | None = None
    done: bool = False
    a_week: float | None = None


@dataclass(frozen=True, slots=True)
class DryRun:
    """A look back over the past days, with nobody told."""

    running: bool = False
    parts: tuple[Looked, ...] = ()
    remarks: tuple[str, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A notice that can be downloaded."""

    name: str
    title: str
    text: str = field(repr=False)


class SetUp(PeopleDesk, RolesDesk, Protocol):
    """What can be changed about a body that is set up already; its files stay the truth."""

    def reaches(self) -> Sequence[Reach]:
        """Everybody who would be told, by every channel."""

    def send_tests(self, staff_id: str, actor: str) -> None:
        """Send a test to this person, or to everybody who would be told when it is empty."""

    def channel_faults(self) -> Mapping[str, str | None]:
        """Every channel by its name in words, with what is wrong with it; asks it now."""

    def absences(self) -> Sequence[Away]:
        """Who is away from today on."""

    def add_absence(self, absence: Absence, actor: str) -> None:
        """Write it down."""

    def remove_absence(self, absence: Absence, actor: str) -> None:
        """Take back what was said by hand."""

    def today(self) -> date:
        """The day it is where the body is."""

    def begin_dry_run(self, actor: str) -> None:
        """Look back over the past 30 days; nobody is told."""

    def dry_run(self) -> DryRun:
        """How far that has come and what it has found."""

    def papers(self) -> Sequence[Paper]:
        """The notices for the DPIA, for staff and for the public."""
