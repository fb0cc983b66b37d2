"""Tell those in charge when a place has not been watched for a while, and when it is again.

The note holds no finding, name or post: it goes out on the ordinary channel, to whoever looks after
the watching.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from records.database import reading, transaction
from records.roster import StaffMember
from records.watching import CoverageGap, GapState, SourceWatch
from workflows.services import Services

AFTER = timedelta(minutes=5)
AGAIN_SECONDS = 60.0
"""How long after a failed look the next one is made."""
ROLE = "communications_manager"
log = logging.getLogger(__name__)

Send = Callable[[StaffMember, str, str], None]


class SourceAlarm:
    """Looks through the ledger for gaps and doubts somebody must hear of; each is told once."""

    def __init__(self, services: Services, send: Send, staff_ids: Sequence[str] = ()) -> None:
        """`staff_ids` are told; if none of them is there, the communications manager is."""
        self._services = services
        self._send = send
        self._staff_ids = staff_ids
        self._not_before = 0.0

    def look(self) -> int:
        """Tell what is due and return how much it was; what can't be sent comes a minute later."""
        if time.monotonic() < self._not_before:
            return 0
        with reading(self._services.database) as session:
            gaps = [*_silent(session, self._services.now()), *_over(session)]
            doubts = _doubted(session)
        try:
            for gap in gaps:
                self._tell(_subject(gap), self._words(gap))
                self._note_told(gap)
            for watch in doubts:
                if watch.doubt:
                    self._tell("namewatch: a place may not be heard", _doubt_in_words(watch))
                self._note_doubt_told(watch)
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is tried again
            log.warning("An alarm could not be sent (%s).", type(fault).__name__)
            self._not_before = time.monotonic() + AGAIN_SECONDS
            return 0
        return len(gaps) + len(doubts)

    def _tell(self, subject: str, words: str) -> None:
        for member in self._recipients():
            self._send(member, subject, words)

    def _note_told(self, gap: CoverageGap) -> None:
        with transaction(self._services.database) as session:
            told = session.get(CoverageGap, gap.id)
            if told is not None:
                told.told_state = gap.state
                session.add(told)

    def _note_doubt_told(self, watch: SourceWatch) -> None:
        with transaction(self._services.database) as session:
            told = session.get_one(SourceWatch, watch.source)
            told.doubt_told = watch.doubt
            session.add(told)

    def _recipients(self) -> list[StaffMember]:
        held = self._services
        chosen = [held.roster[one] for one in self._staff_ids if one in held.roster]
        # Somebody must hear of it, also when those who were chosen have left.
        by_role = held.organisation.roles.get(ROLE, ())
        return chosen or [held.roster[one] for one in by_role if one in held.roster]

    def _words(self, gap: CoverageGap) -> str:
        since = self._shown(gap.began_at)
        place = f"A part of the place “{gap.source}”" if gap.part else f"The place “{gap.source}”"
        if gap.state == GapState.OPEN:
            return (
                f"{place} has not been watched since {since}.\n\n{gap.reason}\n\n"
                "namewatch goes on trying. Until then, what is said there is not noticed. If this "
                "lasts, ask whoever looks after your computers to run “namewatch doctor”."
            )
        until = self._shown(gap.ended_at) if gap.ended_at else "now"
        became = (
            "What was said there in between can't be recovered: please look there yourself."
            if gap.state == GapState.LOST
            else "What was said there in between has been read back."
        )
        return f"{place} was not watched from {since} until {until}.\n\n{became}"

    def _shown(self, moment: datetime) -> str:
        zone = self._services.organisation.calendar.zone
        return f"{moment.astimezone(zone):%H:%M on %d %B %Y}"


def _subject(gap: CoverageGap) -> str:
    if gap.state == GapState.OPEN:
        return "namewatch: a place is not being watched"
    return "namewatch: a place is being watched again"


def _doubt_in_words(watch: SourceWatch) -> str:
    return (
        f"The place “{watch.source}” answers, but it may be that not all is heard.\n\n{watch.doubt}"
        "\n\nPlease look there yourself, and ask whoever looks after your computers to run"
        " “namewatch doctor”."
    )


def _doubted(session: Session) -> Sequence[SourceWatch]:
    """Sources with a doubt that nobody was told of, or with one that is over.

    Its numbers change with the hours; only what was no doubt before is told.
    """
    rows = session.exec(select(SourceWatch)).all()
    return [one for one in rows if bool(one.doubt) != bool(one.doubt_told)]


def _silent(session: Session, now: datetime) -> Sequence[CoverageGap]:
    query = select(CoverageGap).where(
        CoverageGap.state == GapState.OPEN.value,
        col(CoverageGap.began_at) <= now - AFTER,
        CoverageGap.told_state == "",
    )
    return session.exec(query).all()


def _over(session: Session) -> Sequence[CoverageGap]:
    """Gaps that were told of and have come to an end."""
    query = select(CoverageGap).where(
        col(CoverageGap.state).in_((GapState.CLOSED.value, GapState.LOST.value)),
        CoverageGap.told_state == GapState.OPEN.value,
    )
    return session.exec(query).all()
