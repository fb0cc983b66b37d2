"""What holds no finding goes by itself after a fixed time; the trail says how much of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult
from sqlmodel import Session, SQLModel, col, delete

from casework.audit import note
from records.audit import MACHINE
from records.own_page import OwnPage
from records.report import TakenReport
from records.sign_in import ConsoleSession, SignInCode
from records.watching import Quarantined


@dataclass(frozen=True, slots=True)
class Tidied:
    """What holds no finding and no name, and goes by itself after a time that is fixed here."""

    what: str
    after: timedelta


TIDIED: Sequence[Tidied] = (
    Tidied("sign-ins", timedelta(days=90)),
    Tidied("own pages", timedelta(days=90)),
    Tidied("unreadable items", timedelta(days=90)),
    Tidied("marks of reports", timedelta(days=365)),
)
"""Sign-in codes and sessions; pages of persons named that have ended (what was said there stands in
the record); what a platform sent and could not be understood; the keyed hashes
by which a report that comes twice is known. The audit trail says how many of each went, and when.
"""


def tidy(session: Session, now: datetime) -> dict[str, int]:
    """Delete what goes by itself after a fixed time, and write down how much it was."""
    gone = {one.what: _tidy[one.what](session, now - one.after) for one in TIDIED}
    if any(gone.values()):
        note(session, "tidied", actor=MACHINE, now=now, about=gone)
    return gone


def _delete(session: Session, table: type[SQLModel], *conditions: object) -> int:
    result = session.exec(delete(table).where(*conditions))  # type: ignore[arg-type]
    assert isinstance(result, CursorResult)
    return result.rowcount


def _tidy_sign_ins(session: Session, before: datetime) -> int:
    codes = _delete(session, SignInCode, col(SignInCode.expires_at) < before)
    return codes + _delete(session, ConsoleSession, col(ConsoleSession.last_seen_at) < before)


def _tidy_own_pages(session: Session, before: datetime) -> int:
    return _delete(
        session, OwnPage, col(OwnPage.expires_at) < before, col(OwnPage.tell_at).is_(None)
    )


def _tidy_unreadable(session: Session, before: datetime) -> int:
    return _delete(session, Quarantined, col(Quarantined.at) < before)


def _tidy_marks(session: Session, before: datetime) -> int:
    """Only of reports that are kept with a post by now."""
    old = col(TakenReport.taken_at) < before
    return _delete(session, TakenReport, old, col(TakenReport.sealed).is_(None))


_tidy: dict[str, Callable[[Session, datetime], int]] = {
    "sign-ins": _tidy_sign_ins,
    "own pages": _tidy_own_pages,
    "unreadable items": _tidy_unreadable,
    "marks of reports": _tidy_marks,
}
