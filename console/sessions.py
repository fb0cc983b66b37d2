"""Signed-in browsers: a new session at each sign-in, which ends in time or when it is told to.

A session that a code by mail alone began is half of one: it opens nothing but the page that asks
for the second thing.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, delete, or_, select

from casework.audit import note
from console.desk import Desk
from console.tokens import hashed, new_token
from records.database import reading, transaction
from records.roster import StaffMember
from records.sign_in import ConsoleSession

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
TOUCH_EVERY = timedelta(seconds=30)
RECENT = timedelta(minutes=5)
KEPT = timedelta(days=1)
"""Ended sessions are deleted after this."""
_HANDLE_BYTES = 12


class Way(StrEnum):
    """How somebody signed in."""

    CODE = "code"
    """A code by mail: one thing, and so no more than half of a session, but while practising."""
    CODE_AND_PASSWORD = "code and password"  # noqa: S105 - the name of a way
    PASSKEY = "passkey"
    ELSEWHERE = "elsewhere"
    """At the body's own identity provider, where they may have signed in long before."""
    PROVED_ELSEWHERE = "proved elsewhere"
    """At the body's own identity provider, where they have just proved who they are."""
    PASSWORD = "password"  # noqa: S105 - the name of a way


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One of somebody's own sessions, as they may see it."""

    handle: str
    way: Way
    device: str
    started_at: datetime
    last_seen_at: datetime
    own: bool
    """Whether it is the one that asks."""


class Sessions:
    """Opens, knows and ends sessions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self, session: Session, staff_id: str, way: Way, device: str, now: datetime) -> str:
        """A new session, in the caller's transaction; gives its token."""
        token = new_token()
        sweep(session, now)
        session.add(
            ConsoleSession(
                token_hash=hashed(token),
                staff_id=staff_id,
                handle=secrets.token_hex(_HANDLE_BYTES),
                way=way.value,
                device=device_words(device),
                started_at=now,
                last_seen_at=now,
            )
        )
        action = "sign-in begun" if self.is_half(way) else "signed in"
        note(session, action, actor=staff_id, now=now, about={"way": way.value})
        return token

    def is_half(self, way: Way) -> bool:
        """Whether a second thing is asked for; while practising, with invented people, none is."""
        return way is Way.CODE and not self._desk.practice

    def half(self, token: str) -> StaffMember | None:
        """Who has shown one thing in this browser, and has to show another."""
        now = self._desk.now()
        with reading(self._desk.database) as session:
            kept = session.get(ConsoleSession, hashed(token)) if token else None
            if kept is None or not _alive(kept, now) or not self.is_half(Way(kept.way)):
                return None
            known = self._desk.employed(kept.staff_id)
            return self._desk.roster[kept.staff_id] if known else None

    def end(self, session: Session, token: str, now: datetime) -> None:
        """End this session because another takes its place, in the caller's transaction."""
        kept = session.get(ConsoleSession, hashed(token))
        if kept is not None:
            kept.ended_at = now
            session.add(kept)

    def who(self, token: str) -> StaffMember | None:
        """Who is signed in with this session, by two things; leavers are out at once."""
        if not token:
            return None
        now = self._desk.now()
        with transaction(self._desk.database) as session:
            kept = session.get(ConsoleSession, hashed(token))
            if kept is None or not _alive(kept, now) or self.is_half(Way(kept.way)):
                return None
            if not self._desk.employed(kept.staff_id):
                kept.ended_at = now
                session.add(kept)
                return None
            if now - kept.last_seen_at >= TOUCH_EVERY:
                kept.last_seen_at = now
                session.add(kept)
            return self._desk.roster[kept.staff_id]

    def began(self, token: str) -> tuple[Way, datetime] | None:
        """How and when whoever holds this session signed in; None when it is over."""
        now = self._desk.now()
        with reading(self._desk.database) as session:
            kept = session.get(ConsoleSession, hashed(token))
            if kept is None or not _alive(kept, now):
                return None
            return Way(kept.way), kept.started_at

    def leave(self, token: str) -> None:
        """End this session; does nothing when there is none."""
        now = self._desk.now()
        with transaction(self._desk.database) as session:
            kept = session.get(ConsoleSession, hashed(token))
            if kept is not None and kept.ended_at is None:
                kept.ended_at = now
                session.add(kept)
                note(session, "signed out", actor=kept.staff_id, now=now)

    def all_of(self, staff_id: str, token: str) -> list[OpenSession]:
        """This person's living sessions, the newest first; `token` is of the one that asks."""
        now = self._desk.now()
        with reading(self._desk.database) as session:
            return [
                OpenSession(
                    handle=one.handle,
                    way=Way(one.way),
                    device=one.device,
                    started_at=one.started_at,
                    last_seen_at=one.last_seen_at,
                    own=one.token_hash == hashed(token),
                )
                for one in _living(session, staff_id, now)
            ]

    def end_one(self, staff_id: str, handle: str) -> None:
        """End one of this person's own sessions; somebody else's are out of reach."""
        now = self._desk.now()
        with transaction(self._desk.database) as session:
            for one in _living(session, staff_id, now):
                if handle and one.handle == handle:
                    _end(session, one, now)

    def end_others(self, staff_id: str, token: str) -> None:
        """End all sessions of this person but the one that asks."""
        with transaction(self._desk.database) as session:
            end_all(session, staff_id, self._desk.now(), but=token)


def end_all(session: Session, staff_id: str, now: datetime, *, but: str = "") -> None:
    """End this person's sessions, in the caller's transaction."""
    for one in _living(session, staff_id, now):
        if one.token_hash != hashed(but):
            _end(session, one, now)


def sweep(session: Session, now: datetime) -> None:
    """Forget what has long been over."""
    session.exec(
        delete(ConsoleSession).where(
            or_(
                col(ConsoleSession.started_at) < now - ABSOLUTE - KEPT,
                col(ConsoleSession.ended_at) < now - KEPT,
            )
        )
    )


def device_words(agent: str) -> str:
    """Browser and system in rough words; only words of ours, whatever the browser says."""
    browser = next((words for mark, words in _BROWSERS if mark in agent), "A browser")
    system = next((words for mark, words in _SYSTEMS if re.search(mark, agent)), "")
    return f"{browser} on {system}" if system else browser


_BROWSERS = (
    ("Edg", "Edge"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh|Mac OS", "a Mac"),
    ("CrOS", "a Chromebook"),
    ("Linux", "Linux"),
)


def _living(session: Session, staff_id: str, now: datetime) -> Sequence[ConsoleSession]:
    query = select(ConsoleSession).where(
        ConsoleSession.staff_id == staff_id, col(ConsoleSession.ended_at).is_(None)
    )
    newest = query.order_by(col(ConsoleSession.last_seen_at).desc())
    return [one for one in session.exec(newest) if _alive(one, now)]


def _end(session: Session, kept: ConsoleSession, now: datetime) -> None:
    kept.ended_at = now
    session.add(kept)
    note(session, "session ended", actor=kept.staff_id, now=now, about={"way": kept.way})


def _alive(kept: ConsoleSession, now: datetime) -> bool:
    return (
        kept.ended_at is None
        and now < kept.last_seen_at + IDLE
        and now < kept.started_at + ABSOLUTE
    )
