"""The door of the console: one-time codes by mail, and sessions that end in time.

Neither codes nor session tokens are stored, only hashes of them. An address that is nobody's is
treated like every other, except that nothing is sent, so that the door doesn't tell who works here.
"""

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session, col, delete, or_, select

from casework.audit import note
from console.desk import Desk
from console.errors import TooManyTriesError
from console.limits import Limiter
from console.words import moment_words
from records.audit import MACHINE
from records.database import transaction
from records.errors import NamewatchError
from records.roster import StaffMember
from records.sign_in import ConsoleSession, SignInCode

CODE_LIVES = timedelta(minutes=10)
CODE_TRIES = 5
IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
TOUCH_EVERY = timedelta(seconds=30)
KEPT = timedelta(days=1)
"""Spent codes and ended sessions are deleted after this."""
TOKEN_BYTES = 32
SOMEBODY = "somebody"
"""The actor of whatever is done before it is known who does it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A code was asked for: the browser keeps `token`; `send` mails the code, or does nothing."""

    token: str
    send: Callable[[], None]


class Door:
    """Lets people in by a code that is mailed to their own address."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._salt = secrets.token_bytes(TOKEN_BYTES)
        self._codes_each = Limiter(5, timedelta(minutes=15))
        self._codes_each_day = Limiter(30, timedelta(days=1))
        self._codes_all = Limiter(200, timedelta(minutes=10))
        self._tries_all = Limiter(300, timedelta(minutes=10))
        secure = urlsplit(desk.console_url).scheme == "https"
        prefix = "__Host-" if secure else ""
        self.secure = secure
        self.session_cookie = f"{prefix}namewatch"
        self.code_cookie = f"{prefix}namewatch-code"

    def ask_for_code(self, address: str) -> Asked:
        """Make a code for whoever owns `address`; raises TooManyTriesError."""
        now = self._desk.now()
        self._check_codes(address, now)
        owner = self._owner(address)
        token, code = secrets.token_urlsafe(TOKEN_BYTES), f"{secrets.randbelow(10**6):06d}"
        expires_at = now + CODE_LIVES
        with transaction(self._desk.database) as session:
            _sweep(session, now)
            session.add(
                SignInCode(
                    staff_id=owner.staff_id if owner else None,
                    browser_hash=_hash(token),
                    code_hash=_code_hash(token, code),
                    expires_at=expires_at,
                )
            )
            actor = owner.staff_id if owner else SOMEBODY
            note(session, "sign-in code asked for", actor=actor, now=now)
        return Asked(token, lambda: self._send(owner, code, expires_at))

    def enter(self, token: str, code: str) -> str | None:
        """Try a code in the browser that asked for it; return a new session's token, or None.

        Raises TooManyTriesError when too many people together have tried too often.
        """
        now = self._desk.now()
        if not self._tries_all.allow("all", now):
            raise TooManyTriesError
        with transaction(self._desk.database) as session:
            asked = _asked(session, token, now)
            right = asked is not None and hmac.compare_digest(
                asked.code_hash, _code_hash(token, re.sub(r"\D", "", code))
            )
            if asked is None or asked.staff_id is None or not right:
                actor = (asked.staff_id if asked else None) or SOMEBODY
                note(session, "sign-in refused", actor=actor, now=now)
                return None
            if not self._desk.employed(asked.staff_id):
                note(session, "sign-in refused", actor=asked.staff_id, now=now)
                return None
            asked.used_at = now
            return self._open_session(session, asked.staff_id, now)

    def who(self, token: str) -> StaffMember | None:
        """Who is signed in with this session; leavers are out at once."""
        if not token:
            return None
        now = self._desk.now()
        with transaction(self._desk.database) as session:
            kept = session.get(ConsoleSession, _hash(token))
            if kept is None or not _alive(kept, now):
                return None
            if not self._desk.employed(kept.staff_id):
                kept.ended_at = now
                session.add(kept)
                return None
            if now - kept.last_seen_at >= TOUCH_EVERY:
                kept.last_seen_at = now
                session.add(kept)
            return self._desk.roster[kept.staff_id]

    def leave(self, token: str) -> None:
        """End this session; does nothing when there is none."""
        now = self._desk.now()
        with transaction(self._desk.database) as session:
            kept = session.get(ConsoleSession, _hash(token))
            if kept is not None and kept.ended_at is None:
                kept.ended_at = now
                session.add(kept)
                note(session, "signed out", actor=kept.staff_id, now=now)

    def _check_codes(self, address: str, now: datetime) -> None:
        key = hashlib.sha256(self._salt + _plain(address).encode()).hexdigest()
        if not (
            self._codes_each.allow(key, now)
            and self._codes_each_day.allow(key, now)
            and self._codes_all.allow("all", now)
        ):
            raise TooManyTriesError

    def _owner(self, address: str) -> StaffMember | None:
        """Whose address this is; a mailbox that several people share lets nobody in."""
        wanted = _plain(address)
        found = [
            one
            for one in self._desk.roster.values()
            if one.email and _plain(one.email) == wanted and self._desk.employed(one.staff_id)
        ]
        return found[0] if len(found) == 1 else None

    def _send(self, owner: StaffMember | None, code: str, expires_at: datetime) -> None:
        if owner is None:
            return
        until = moment_words(expires_at, self._desk.organisation.calendar.zone)
        text = (
            f"Your code is {code}\n\n"
            f"Type it in the browser where you asked for it. It works once, until {until}.\n\n"
            "If you did not ask for a code, you need do nothing. Never give it to anybody,"
            " whoever asks.\n"
        )
        try:
            self._desk.send_note(owner, "Your code to sign in", text)
        except NamewatchError as fault:
            _log.error("a sign-in code could not be mailed: %s", type(fault).__name__)
            with transaction(self._desk.database) as session:
                note(
                    session,
                    "sign-in code not sent",
                    actor=MACHINE,
                    now=self._desk.now(),
                    about={"staff_id": owner.staff_id, "why": type(fault).__name__},
                )

    def _open_session(self, session: Session, staff_id: str, now: datetime) -> str:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        session.add(
            ConsoleSession(
                token_hash=_hash(token), staff_id=staff_id, started_at=now, last_seen_at=now
            )
        )
        note(session, "signed in", actor=staff_id, now=now)
        return token


def _asked(session: Session, token: str, now: datetime) -> SignInCode | None:
    """The code that this browser asked for, if it is still good; counts the try."""
    query = select(SignInCode).where(SignInCode.browser_hash == _hash(token)).with_for_update()
    asked = session.exec(query).first()
    if (
        asked is None
        or asked.used_at is not None
        or asked.tries >= CODE_TRIES
        or now >= asked.expires_at
    ):
        return None
    asked.tries += 1
    session.add(asked)
    return asked


def _alive(kept: ConsoleSession, now: datetime) -> bool:
    return (
        kept.ended_at is None
        and now < kept.last_seen_at + IDLE
        and now < kept.started_at + ABSOLUTE
    )


def _sweep(session: Session, now: datetime) -> None:
    session.exec(delete(SignInCode).where(col(SignInCode.expires_at) < now - KEPT))
    session.exec(
        delete(ConsoleSession).where(
            or_(
                col(ConsoleSession.started_at) < now - ABSOLUTE - KEPT,
                col(ConsoleSession.ended_at) < now - KEPT,
            )
        )
    )


def _plain(address: str) -> str:
    return address.strip().lower()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _code_hash(token: str, code: str) -> str:
    """Six digits are soon guessed from a bare hash, so the browser's token is mixed in."""
    return hmac.new(token.encode(), code.encode(), hashlib.sha256).hexdigest()
