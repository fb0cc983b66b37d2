"""Take up changed files while the service runs; a file that can't hold changes nothing.

The policy, organisation.toml, roster.csv and absences are looked at every few seconds, and at once
on SIGHUP. What is bad is told, and what is in force stays in force.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session, select

from casework.audit import note
from namewatch.absences import folder_beside
from namewatch.bootstrap import Built, read_in_force
from namewatch.configuration import Configuration
from records.audit import MACHINE
from records.database import transaction
from records.errors import NamewatchError
from records.incident import Incident, IncidentAccess
from records.roster import Roster

LOOK_EVERY_SECONDS = 2.0
log = logging.getLogger(__name__)

Marks = dict[Path, tuple[int, int, int]]


class Reloading:
    """Looks after the body's own files in a thread of its own."""

    def __init__(
        self,
        built: Built,
        taken_up: Callable[[Configuration], None],
        every: float = LOOK_EVERY_SECONDS,
    ) -> None:
        """`taken_up` is called with each new configuration, once everything has been checked."""
        self._built = built
        self._taken_up = taken_up
        self._every = every
        self._held = built.configuration
        self._marks = self._seen = self._marks_now()
        self._asked = False
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="reloading", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def ask(self, *_signal: object) -> None:
        """Read everything anew at once, as on SIGHUP."""
        self._asked = True
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(self._every)
            self._wake.clear()
            try:
                self.look()
            except Exception as fault:  # noqa: BLE001 - what is in force stays; it is looked again
                log.error("files could not be taken up (%s)", type(fault).__name__)  # noqa: TRY400

    def look(self) -> bool:
        """Take up what has changed; whether anything was taken up.

        Unless asked to, a file is read only once it has stopped changing between two looks, so that
        nothing is read which is still being written.
        """
        marks, asked = self._marks_now(), self._asked
        settled, self._seen, self._asked = marks == self._seen, marks, False
        if not asked and (marks == self._marks or not settled):
            return False
        self._marks = marks
        try:
            fresh = read_in_force(self._built.settings)
        except NamewatchError as fault:
            self._refuse(fault)
            return False
        if fresh == self._held:
            return False
        self._taken_up(fresh)
        before, self._held = self._held, fresh
        self._built.services.renew(fresh.organisation, fresh.roster, fresh.pack)
        with transaction(self._built.services.database) as session:
            tell_changes(session, before, fresh, self._built.services.now())
        return True

    def _refuse(self, fault: NamewatchError) -> None:
        log.error("not taken up, so what was in force stays: %s", fault)
        file, line = getattr(fault, "file", None), getattr(fault, "line", None)
        about = {"file": Path(file).name if file else "", "line": line}
        with transaction(self._built.services.database) as session:
            note(
                session,
                "change refused",
                actor=MACHINE,
                now=self._built.services.now(),
                about=about,
            )

    def _marks_now(self) -> Marks:
        marks: Marks = {}
        for file in self._files():
            try:
                found = file.stat()
            except OSError:
                continue
            marks[file] = (found.st_mtime_ns, found.st_size, found.st_ino)
        return marks

    def _files(self) -> Iterator[Path]:
        settings = self._built.settings
        yield from (settings.organisation_file, settings.roster_file, settings.absences_file)
        yield settings.home / self._held.organisation.policy
        folder = folder_beside(settings.roster_file)
        if folder.is_dir():
            yield from folder.glob("*.csv")


def tell_changes(
    session: Session, before: Configuration, after: Configuration, now: datetime
) -> None:
    """Write down what changed, and for each open incident whose access it ends.

    A change of the roster gives nobody access: it only ends that of people who have left.
    """
    today = now.astimezone(after.organisation.calendar.zone).date()
    gone = _at_work(before.roster, today) - _at_work(after.roster, today)
    about = {
        "policy": after.pack.name,
        "version": after.pack.version,
        "joined": sorted(set(after.roster) - set(before.roster)),
        "gone": sorted(gone),
        "absences": len(after.roster.absences),
        "roles": sorted(
            role
            for role in {*before.organisation.roles, *after.organisation.roles}
            if before.organisation.roles.get(role) != after.organisation.roles.get(role)
        ),
    }
    note(session, "configuration changed", actor=MACHINE, now=now, about=about)
    for incident in session.exec(select(Incident).where(Incident.state != "closed")):
        _tell_of(session, incident, before, after, gone, now)


def _at_work(roster: Roster, day: date) -> set[str]:
    return {one for one in roster if roster.employs(one, day)}


def _tell_of(
    session: Session,
    incident: Incident,
    before: Configuration,
    after: Configuration,
    gone: set[str],
    now: datetime,
) -> None:
    query = select(IncidentAccess.staff_id).where(IncidentAccess.incident_id == incident.id)
    told = set(session.exec(query).all())
    for staff_id in sorted(gone & told):
        _note(session, incident, "access ended", {"staff_id": staff_id}, now)
    named = incident.staff_id or ""
    if named in before.roster:
        was = before.roster[named].line_manager
        now_is = after.roster[named].line_manager if named in after.roster else ""
        if was != now_is:
            _note(session, incident, "line manager changed", {"from": was, "to": now_is}, now)


def _note(
    session: Session, incident: Incident, action: str, about: dict[str, str], now: datetime
) -> None:
    note(session, action, actor=MACHINE, now=now, reference=incident.reference, about=about)
