"""What falls due in days and months: digests to draft, clocks of what is kept.

Nothing waits in memory: each look asks the database, so that a restart, an upgrade or a clock that
jumps loses nothing. A clock that jumps ahead erases nothing, since only people do.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from casework.office import Office
from workflows import break_glass, digest, retention
from workflows.digest import DigestDesk, Send
from workflows.services import services

LOOK_EVERY_SECONDS = 600.0
log = logging.getLogger(__name__)


class Afterwards:
    """A thread that looks every ten minutes."""

    def __init__(self, send: Send, every: Literal["week", "month", "never"]) -> None:
        """Starts nothing before `start`."""
        self._send = send
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="afterwards", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End after the present look."""
        self._stop.set()
        self._thread.join(timeout=10)

    def look(self) -> None:
        """Do all that is due; a fault in one leaves the others be."""
        held = services()  # the policy and the staff may have changed since
        office = Office(held.pack, held.organisation, held.roster)
        desk = DigestDesk(held.database, office, self._send)
        looks: tuple[Callable[[datetime], object], ...] = (
            lambda now: digest.draft_due(desk, self._every, now),
            lambda now: digest.tell_waiting(desk, now),
            lambda now: retention.look(held.database, office, self._send, now),
            lambda now: break_glass.tell(
                held.database, held.roster, self._send, held.console_url, now
            ),
        )
        for one in looks:
            try:
                one(held.now())
            except Exception as fault:  # noqa: BLE001 - whatever it is, it is tried again
                log.warning("What falls due was not looked at (%s).", type(fault).__name__)

    def _run(self) -> None:
        while True:
            self.look()
            if self._stop.wait(LOOK_EVERY_SECONDS):
                return
