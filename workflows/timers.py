"""What falls due by the clock: deliveries to try again, incidents to escalate.

Timers are columns that say when, so they survive restarts, upgrades and jumps of the clock.
"""

import logging
import threading
from datetime import timedelta

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from records.alert import Delivery
from records.database import transaction
from workflows import preserve  # noqa: F401 - the engine has to know its workflows
from workflows.audit_anchor import anchor_audit
from workflows.captures import adopt_left, enqueue_captures_due
from workflows.deliver import enqueue_delivery
from workflows.duties import look_at_duties
from workflows.engine import Engine
from workflows.escalate import escalate_those_due
from workflows.further import tell_further_due
from workflows.rechecks import enqueue_rechecks_due
from workflows.reports import enqueue_reports_due
from workflows.said import tell_what_was_said
from workflows.services import Services
from workflows.stamping import enqueue_stamps_due
from workflows.waiting import enqueue_those_waiting

EVERY_SECONDS = 0.5
LOST_AFTER = timedelta(minutes=5)
log = logging.getLogger(__name__)


class Timers:
    """A thread that looks, twice a second, for what has fallen due."""

    def __init__(self, services: Services, engine: Engine) -> None:
        """Looks into `services.database`; starts nothing before `start`."""
        self._services = services
        self._engine = engine
        self._adopted = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="timers", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End after the present look."""
        self._stop.set()
        self._thread.join(timeout=10)

    def once(self) -> int:
        """One look: do what is due and return how much it was."""
        with transaction(self._services.database) as session:
            done = self._try_again(session) + escalate_those_due(session, self._engine)
            done += tell_further_due(session, self._engine)
            done += look_at_duties(session, self._engine)
            done += tell_what_was_said(session, self._engine)
            done += enqueue_those_waiting(session, self._engine, self._services)
            done += enqueue_reports_due(session, self._engine, self._services)
            if not self._adopted:
                adopt_left(session, self._engine, self._services)
            done += enqueue_captures_due(session, self._engine, self._services)
            done += enqueue_rechecks_due(session, self._engine, self._services)
            done += enqueue_stamps_due(session, self._engine, self._services)
            done += anchor_audit(session, self._services)  # last, since others wait for the log
        self._adopted = True
        return done

    def _try_again(self, session: Session) -> int:
        """Enqueue deliveries whose next try is due, or whose last try never came to an end.

        A try ends nowhere when the disk was full at its beginning or end. Its successor has a
        number of its own, so that the lost one does nothing if it turns up after all.
        """
        now = self._services.now()
        lost = and_(
            col(Delivery.next_try_at).is_(None), col(Delivery.enqueued_at) <= now - LOST_AFTER
        )
        query = (
            select(Delivery)
            .where(col(Delivery.settled_at).is_(None))
            .where(or_(col(Delivery.next_try_at) <= now, lost))
            .with_for_update(skip_locked=True)
            .limit(200)
        )
        due = list(session.exec(query))
        for delivery in due:
            if delivery.next_try_at is None:
                delivery.attempts += 1
            enqueue_delivery(session, self._engine, delivery)
        return len(due)

    def _run(self) -> None:
        trouble = ""
        while not self._stop.wait(EVERY_SECONDS):
            try:
                self.once()
                trouble = ""
            except Exception as fault:  # noqa: BLE001 - a full disk passes; what is due stays due
                kind = type(fault).__name__  # its words may hold content
                if kind != trouble:  # said once, not twice a second
                    log.error("the clock's look failed (%s); trying again", kind)  # noqa: TRY400
                trouble = kind
