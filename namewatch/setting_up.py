"""What can be changed in the console about a body that is set up; its files stay the truth."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from casework.audit import note
from casework.notices import all_of, markdown
from console.faults import Fault
from console.set_up import Away, Choice, DryRun, Paper, People, Reach, RowFault, Seat
from namewatch.absences import BY_HAND, add_by_hand, all_told, remove_by_hand
from namewatch.bootstrap import Built
from namewatch.configuration import Configuration, configuration_of
from namewatch.directories import directories_of, roster_from
from namewatch.draft import Draft
from namewatch.dry_run import DryRuns
from namewatch.init import write_private, write_whole
from namewatch.notices import setup_of
from namewatch.offered_people import OfferedPeople
from namewatch.people import TEMPLATE, roster_text
from namewatch.reaches import CHANNELS, reaches_of
from namewatch.role_seats import choices_of, doubts_of, role_faults, seats_of
from namewatch.roles_written import write_roles
from namewatch.roster_import import told_of
from namewatch.testing import send_tests
from records.database import transaction
from records.errors import ConfigurationError, NamewatchError
from records.roster import Absence, StaffMember
from workflows.services import Services

DRAFT = "set-up.draft"


@dataclass
class SetUpDesk:
    """Works on the files of the home, and asks the running program to read them anew."""

    built: Built
    read_anew: Callable[[], None]
    _dry_runs: DryRuns = field(init=False)
    _people: OfferedPeople = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is read yet."""
        self._dry_runs = DryRuns(self.built)
        self._people = OfferedPeople(
            Draft(self.built.settings.home / DRAFT),
            lambda: self._services.roster,
            self.today,
            lambda: self._services.organisation.leavers_watched_months,
            self._keep_people,
            self._would_not_fit,
        )

    @property
    def _services(self) -> Services:
        return self.built.services

    def today(self) -> date:
        """The day it is where the body is."""
        zone = self._services.organisation.calendar.zone
        return self._services.now().astimezone(zone).date()

    def stop(self) -> None:
        """End what was begun here."""
        self._dry_runs.stop()

    # People.

    def offer(self, content: bytes) -> None:
        """Take a CSV file for a look."""
        self._people.offer(content)

    def offered(self) -> People | None:
        """The list that is being looked at."""
        return self._people.offered()

    def offered_text(self) -> str:
        """The same as a file."""
        return self._people.text()

    def confirm(self, stamp: str, actor: str) -> bool:
        """Keep it as roster.csv."""
        return self._people.confirm(stamp, actor)

    def withdraw(self) -> None:
        """Forget it."""
        self._people.withdraw()

    def template(self) -> str:
        """A CSV file to fill in."""
        return TEMPLATE

    def count(self) -> int:
        """How many people are kept."""
        return len(self._services.roster)

    def directories(self) -> Sequence[tuple[str, str]]:
        """Those that are set up in settings.toml."""
        try:
            found = directories_of(self.built.settings)
        except ConfigurationError:
            return ()
        return [(code, one.title) for code, one in found.items()]

    def fetch(self, directory: str) -> str | None:
        """Fetch a list for a look; a sentence when that failed."""
        try:
            text = roster_from(self.built.settings, directory, self._services.roster)
        except NamewatchError as fault:
            return getattr(fault, "sentence", str(fault))
        self._people.offer(text.encode(), directory)
        return None

    def _keep_people(self, members: Sequence[StaffMember], people: People, actor: str) -> None:
        write_whole(self.built.settings.roster_file, roster_text(members))
        self._note("roster imported", actor, told_of(people))
        self.read_anew()

    def _would_not_fit(self, members: Sequence[StaffMember]) -> Iterator[RowFault]:
        """What organisation.toml asks of the list: roles are held by people who are there."""
        organisation = self._services.organisation
        listed = {one.staff_id: one for one in members}
        for role in self._services.pack.needed_roles:
            holders = organisation.roles.get(role, ())
            gone = [one for one in holders if not self._works(listed.get(one))]
            if len(gone) == len(holders):
                title = self._services.pack.role_title(role)
                yield RowFault(
                    None,
                    f"{gone[0]} holds the role of {title} and is not in this list; give the role"
                    " to somebody else first.",
                    self._name(gone[0]),
                )
        try:
            with tempfile.TemporaryDirectory(dir=self.built.settings.home) as folder:
                file = Path(folder) / "roster.csv"
                write_private(file, roster_text(members))
                configuration_of(self.built.settings.organisation_file, file)
        except ConfigurationError as fault:
            yield RowFault(fault.line, fault.sentence)

    def _works(self, member: StaffMember | None) -> bool:
        return member is not None and member.works_on(self.today())

    def _name(self, staff_id: str) -> str:
        member = self._services.roster.get(staff_id)
        return member.full_name if member else ""

    # Roles.

    def seats(self) -> Sequence[Seat]:
        """Every role, with who holds it."""
        held = self._services
        return seats_of(held.pack, held.organisation.roles, held.roster)

    def choices(self) -> Sequence[Choice]:
        """Whoever works here."""
        return choices_of(self._services.roster, self.today())

    def give(self, chosen: Mapping[str, tuple[str, ...]], actor: str) -> Sequence[Fault]:
        """Write who holds which role into organisation.toml."""
        faults = role_faults(self.seats(), chosen, self._services.roster, self.today())
        if faults:
            return faults
        before = self._services.organisation.roles
        known = {one.role for one in self.seats()}
        others = {role: held for role, held in before.items() if role not in known}
        after = {role: held for role, held in {**chosen, **others}.items() if held}
        try:
            write_roles(self.built.settings.organisation_file, after)
        except ConfigurationError as fault:
            return [Fault("role-head_of_body", fault.sentence)]
        changed = sorted(one for one in {*before, *after} if before.get(one) != after.get(one))
        self._note("roles changed", actor, {"roles": changed})
        self.read_anew()
        return ()

    def doubts(self) -> Sequence[str]:
        """What is worth a thought."""
        return doubts_of(self.seats(), self._services.roster)

    # Channels.

    def reaches(self) -> Sequence[Reach]:
        """Everybody who would be told, by every channel that reaches them."""
        return reaches_of(self._services)

    def send_tests(self, staff_id: str, actor: str) -> None:
        """Send the test by the way that alerts go."""
        if not staff_id or staff_id in self._services.roster:
            for _ in send_tests(self._services, staff_id, actor=actor):
                pass

    def channel_faults(self) -> Mapping[str, str | None]:
        """Ask every channel whether it is well."""
        channels = self._services.channels
        return {CHANNELS.get(name, name): one.check() for name, one in channels.items()}

    # Absences.

    def absences(self) -> Sequence[Away]:
        """Who is away from today on."""
        told = all_told(self._services.roster, self.built.settings.roster_file)
        coming = [one for one in told if one.absence.until >= self.today()]
        return [
            Away(one.absence, self._name(one.absence.staff_id), one.origin, one.origin == BY_HAND)
            for one in sorted(coming, key=lambda each: each.absence.away_from)
        ]

    def add_absence(self, absence: Absence, actor: str) -> None:
        """Write it down."""
        if add_by_hand(self.built.settings.home, absence, self._services.roster):
            self._note_absence("absence added", absence, actor)

    def remove_absence(self, absence: Absence, actor: str) -> None:
        """Take back what was said by hand."""
        if remove_by_hand(self.built.settings.home, absence, self._services.roster):
            self._note_absence("absence removed", absence, actor)

    def _note_absence(self, action: str, absence: Absence, actor: str) -> None:
        span = {"from": absence.away_from.isoformat(), "until": absence.until.isoformat()}
        self._note(action, actor, {"staff_id": absence.staff_id, **span})
        self.read_anew()

    # The past, and papers.

    def begin_dry_run(self, actor: str) -> None:
        """Look back; nobody is told."""
        if self._dry_runs.begin():
            self._note("dry run asked for", actor, {})

    def dry_run(self) -> DryRun:
        """How far it is."""
        return self._dry_runs.look()

    def papers(self) -> Sequence[Paper]:
        """The notices, from what is set."""
        held = self._services
        now = Configuration(held.organisation, held.roster, held.pack, ())
        made = all_of(setup_of(self.built.settings, now))
        return [Paper(name, one.title, markdown(one)) for name, one in made]

    def _note(self, action: str, actor: str, about: Mapping[str, object]) -> None:
        with transaction(self._services.database) as session:
            note(session, action, actor=actor, now=self._services.now(), about=about)
