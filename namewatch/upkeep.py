"""What the service does now and then: calendars hourly; at night a rehearsal, and leavers' keys."""

import logging
import threading
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from alerts.rehearsal import Gap, Reached
from casework.audit import note
from console.leavers import forget_leavers
from namewatch.bootstrap import Built
from namewatch.calendars import Looked, look
from namewatch.policy_work import gaps_of
from records.alarm import AlarmKind
from records.audit import MACHINE
from records.database import transaction
from records.roster import Roster
from workflows.operations import raise_alarm
from workflows.services import Services

TICK_SECONDS = 60.0
CALENDARS_EVERY = timedelta(hours=1)
NIGHT = time(2)
"""From this hour on, on the clock of the body, the night's rehearsal is due."""
log = logging.getLogger(__name__)


class Upkeep:
    """A thread of its own: calendars may be slow, and a rehearsal takes a while."""

    def __init__(self, built: Built) -> None:
        """Does nothing before `start`."""
        self._built = built
        self._read_at: datetime | None = None
        self._rehearsed: date | None = None
        self._cleared: tuple[Roster, date] | None = None
        self._failing: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is being read is read again at the next start."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.tick()
            except Exception as fault:  # noqa: BLE001 - it is tried again a minute later
                log.error("upkeep failed (%s); trying again", type(fault).__name__)  # noqa: TRY400
            self._stop.wait(TICK_SECONDS)

    def tick(self) -> None:
        """Do what is due."""
        held = self._built.services
        now = held.now()
        if self._read_at is None or now >= self._read_at + CALENDARS_EVERY:
            self._read_at = now
            self._read_calendars(now.astimezone(held.organisation.calendar.zone).date())
        local = now.astimezone(held.organisation.calendar.zone)
        if local.time() >= NIGHT and self._rehearsed != local.date():
            alarm_for_gaps(held, local.date())
            self._rehearsed = local.date()
        self._clear_up(held, local.date())

    def _clear_up(self, held: Services, today: date) -> None:
        """After each night, and once another roster has been taken in."""
        roster, cleared = held.roster, self._cleared
        if cleared and cleared[0] is roster and cleared[1] == today:
            return
        with transaction(held.database) as session:
            gone = forget_leavers(session, roster, today=today, now=held.now())
        if gone:
            log.info("what %d who have left signed in with is deleted", gone)
        self._cleared = (roster, today)

    def _read_calendars(self, today: date) -> None:
        settings, held = self._built.settings, self._built.services
        for one in look(settings.home, settings.calendars, held.organisation, held.roster, today):
            self._tell(one)

    def _tell(self, one: Looked) -> None:
        """Once when a calendar can't be read any more, and once when it can be again."""
        if one.fault and one.name not in self._failing:
            log.warning("%s; what it said last goes on to hold", one.fault.removesuffix("."))
            self._failing.add(one.name)
        elif not one.fault and one.name in self._failing:
            log.warning("%s can be read again", one.name)
            self._failing.discard(one.name)


def alarm_for_gaps(held: Services, day: date) -> tuple[Gap, ...]:
    """Rehearse the day; an alarm, once a day, when nobody would be told somewhere."""
    serious = tuple(
        gap
        for gap in gaps_of(held.pack, held.organisation, held.roster, day, reached_by(held))
        if gap.serious
    )
    if not serious:
        return ()
    with transaction(held.database) as session:
        if raise_alarm(session, AlarmKind.UNCOVERED, day.isoformat(), now=held.now()):
            about = {"gaps": len(serious), "named": sorted(_named(serious))}
            note(session, "policy rehearsed", actor=MACHINE, now=held.now(), about=about)
    return serious


def _named(gaps: Iterable[Gap]) -> set[str]:
    return {gap.named for gap in gaps if gap.named}


def reached_by(held: Services) -> Reached:
    """Whether somebody has an address on any channel that is set up."""

    def reached(staff_id: str) -> bool:
        member = held.roster[staff_id]
        return any(channel.reaches(member) for channel in held.channels.values())

    return reached
