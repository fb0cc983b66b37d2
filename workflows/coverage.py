"""The ledger of what was watched and what was not, written as the sources report."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from monitors.coverage import UNNOTICED, read_back, settled
from monitors.runner import SourceStatus, State
from records.database import transaction
from records.watching import CoverageGap, GapState, SourceWatch
from workflows.services import Services
from workflows.silence import Canary, note_doubt, note_hour

NOT_RUNNING = "namewatch was not running."
BEAT_SECONDS = 5.0
log = logging.getLogger(__name__)
_AWAY = {State.TRYING_AGAIN, State.NEEDS_ATTENTION}


class Coverage:
    """Keeps the ledger; every method is one transaction, and may be called by any thread."""

    def __init__(
        self,
        services: Services,
        reads_back: Mapping[str, timedelta | None],
        kept: Callable[[str], int],
        canary: Canary | None = None,
    ) -> None:
        """`reads_back`: how far back each source can read; `kept`: posts kept since the start."""
        self._services = services
        self._reads_back = reads_back
        self._kept = kept
        self._canary = canary
        self._counted: dict[str, tuple[int, int, int]] = {}
        self._beaten_at: datetime | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Open a gap for each source that was watched before and by nobody since."""
        now = self._services.now()
        with self._lock, transaction(self._services.database) as session:
            for source in self._reads_back:
                before = session.get(SourceWatch, source)
                if before is None or before.state == State.FINISHED:
                    continue
                if now - before.alive_at > UNNOTICED and not _open(session, source):
                    gap = CoverageGap(source=source, began_at=before.alive_at, reason=NOT_RUNNING)
                    session.add(gap)

    def tell(self, status: SourceStatus) -> None:
        """A source's state has changed: a gap opens or ends."""
        now = self._services.now()
        with self._lock, transaction(self._services.database) as session:
            watch = _row(session, status, now)
            gap = _open(session, status.name)
            if status.state in _AWAY and gap is None:
                session.add(
                    CoverageGap(source=status.name, began_at=watch.alive_at, reason=status.sentence)
                )
            elif status.state is State.WATCHING and gap is not None:
                self._end(session, gap, now)

    def beat(self, statuses: Sequence[SourceStatus]) -> None:
        """Note who is alive and what has come in; close what has been read back."""
        now = self._services.now()
        with self._lock:
            with transaction(self._services.database) as session:
                for status in statuses:
                    watch = _row(session, status, now)
                    self._count(session, watch, status, now)
                    self._look_at_parts(session, status, now)
                    _close_what_was_read_back(session, status)
            # Only now: what a failed transaction did not keep is counted by the next.
            self._counted.update({one.name: self._counts(one) for one in statuses})
            self._beaten_at = now

    def _counts(self, status: SourceStatus) -> tuple[int, int, int]:
        return status.received, self._kept(status.name), status.skipped

    def _count(
        self, session: Session, watch: SourceWatch, status: SourceStatus, now: datetime
    ) -> None:
        """Add what came in since the last beat, and see whether it is what usually comes."""
        before = self._counted.get(status.name, (0, 0, 0))
        posts, candidates, unread = (
            new - old for new, old in zip(self._counts(status), before, strict=True)
        )
        watch.posts += posts
        watch.candidates += candidates
        watch.unread += unread
        last = self._beaten_at or now
        watched = (now - last).total_seconds() if status.state is State.WATCHING else 0.0
        watched = min(max(watched, 0.0), 3 * BEAT_SECONDS)
        note_hour(session, status.name, posts=posts, watched_seconds=watched, now=now)
        if status.state is State.WATCHING:
            full_hour = self._beaten_at is None or last.hour != now.hour
            note_doubt(session, watch, self._canary, now, count=full_hour)

    def _look_at_parts(self, session: Session, status: SourceStatus, now: datetime) -> None:
        """A part that can't be read is a gap too, while the source as a whole goes on."""
        if status.state is not State.WATCHING:
            return
        gap = _open(session, status.name, part=True)
        if status.trouble and gap is None:
            session.add(
                CoverageGap(source=status.name, began_at=now, reason=status.trouble, part=True)
            )
        elif gap is not None and not status.trouble:
            self._end(session, gap, now)

    def _end(self, session: Session, gap: CoverageGap, now: datetime) -> None:
        parts = settled(gap.began_at, now, self._reads_back.get(gap.source))
        session.delete(gap)
        for part in parts:
            session.add(
                CoverageGap(
                    source=gap.source,
                    began_at=part.began_at,
                    ended_at=part.ended_at,
                    state=part.state.value,
                    reason=gap.reason,
                    told_state=gap.told_state,
                    part=gap.part,
                )
            )


def _row(session: Session, status: SourceStatus, now: datetime) -> SourceWatch:
    watch = session.get(SourceWatch, status.name) or SourceWatch(
        source=status.name, first_watched_at=now, alive_at=now, state="", sentence=""
    )
    if status.state is State.WATCHING:
        watch.alive_at = now
    watch.state, watch.sentence = status.state.value, status.sentence
    watch.budget, watch.trouble = status.budget, status.trouble
    watch.event_at = status.last_received_at or watch.event_at
    session.add(watch)
    return watch


def _close_what_was_read_back(session: Session, status: SourceStatus) -> None:
    for gap in _ended(session, status.name):
        if gap.ended_at and read_back(gap.ended_at, reached=status.reached, idle_at=status.idle_at):
            gap.state = GapState.CLOSED.value
            session.add(gap)


def _open(session: Session, source: str, *, part: bool = False) -> CoverageGap | None:
    query = select(CoverageGap).where(
        CoverageGap.source == source,
        CoverageGap.state == GapState.OPEN.value,
        CoverageGap.part == part,
    )
    return session.exec(query).first()


def _ended(session: Session, source: str) -> Sequence[CoverageGap]:
    query = select(CoverageGap).where(
        CoverageGap.source == source, CoverageGap.state == GapState.READING_BACK.value
    )
    return session.exec(query.order_by(col(CoverageGap.id))).all()


class Beats:
    """A thread that writes the ledger every few seconds, and once more at the end."""

    def __init__(
        self,
        coverage: Coverage,
        statuses: Callable[[], Sequence[SourceStatus]],
        look: Callable[[], object] = lambda: None,
    ) -> None:
        """`look` is called after each writing, to see whether somebody must be told."""
        self._coverage = coverage
        self._statuses = statuses
        self._look = look
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="coverage", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write once more, and end."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while True:
            stopped = self._stop.wait(BEAT_SECONDS)
            try:
                self._coverage.beat(self._statuses())
                self._look()
            except Exception as fault:  # noqa: BLE001 - a full disk passes; the watching goes on
                log.warning("The ledger could not be written (%s).", type(fault).__name__)
            if stopped:
                return
