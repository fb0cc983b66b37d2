"""Codes by mail to somebody's own address: the first way in, and the only one for some.

An address that is nobody's is treated like every other, except that nothing is sent, so that the
door doesn't tell who works here. Whoever has a way of their own is told by mail to use it: a
mailbox alone must not open what a passkey guards.
"""

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from casework.audit import note
from console.desk import Desk
from console.errors import TooManyTriesError
from console.limits import Limiter, SlowingLimiter
from console.own_ways import own_ways
from console.sessions import sweep
from console.tokens import TOKEN_BYTES, hashed, new_token
from console.words import moment_words
from records.audit import MACHINE
from records.database import transaction
from records.errors import NamewatchError
from records.roster import StaffMember
from records.sign_in import SignInCode

CODE_LIVES = timedelta(minutes=10)
CODE_TRIES = 5
KEPT = timedelta(days=1)
"""Spent codes are deleted after this."""
SOMEBODY = "somebody"
"""The actor of whatever is done before it is known who does it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A code was asked for: the browser keeps `token`; `send` mails the code, or does nothing."""

    token: str
    send: Callable[[], None]


class MailedCodes:
    """Makes codes, mails them, and takes them once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._salt = secrets.token_bytes(TOKEN_BYTES)
        self._each = SlowingLimiter((5, timedelta(minutes=15)), (30, timedelta(days=1)))
        self._all = Limiter(200, timedelta(minutes=10))
        self._tries_all = Limiter(300, timedelta(minutes=10))

    def ask(self, address: str) -> Asked:
        """Make a code for whoever owns `address`; raises TooManyTriesError."""
        now = self._desk.now()
        self._check_limits(address, now)
        owner = owner_of(self._desk, address)
        token, code = new_token(), f"{secrets.randbelow(10**6):06d}"
        expires_at = now + CODE_LIVES
        with transaction(self._desk.database) as session:
            session.exec(delete(SignInCode).where(col(SignInCode.expires_at) < now - KEPT))
            sweep(session, now)
            # Asked of everybody, so that the time it takes tells nothing.
            shut = self._is_shut(session, owner.staff_id if owner else "")
            session.add(
                SignInCode(
                    staff_id=owner.staff_id if owner and not shut else None,
                    browser_hash=hashed(token),
                    code_hash=_code_hash(token, code),
                    expires_at=expires_at,
                )
            )
            actor = owner.staff_id if owner else SOMEBODY
            note(session, "sign-in code asked for", actor=actor, now=now, about={"sent": not shut})
        text = USE_YOUR_OWN if shut else self._text(code, expires_at)
        return Asked(token, lambda: self._send(owner, text))

    def take(self, session: Session, token: str, code: str, now: datetime) -> str | None:
        """Whose code this is, in the browser that asked for it; None when it isn't good.

        Raises TooManyTriesError when too many people together have tried too often.
        """
        if not self._tries_all.allow("all", now):
            raise TooManyTriesError
        asked = _asked(session, token, now)
        right = asked is not None and hmac.compare_digest(
            asked.code_hash, _code_hash(token, re.sub(r"\D", "", code))
        )
        if asked is None or asked.staff_id is None or not right:
            actor = (asked.staff_id if asked else None) or SOMEBODY
            note(session, "sign-in refused", actor=actor, now=now, about={"way": "code"})
            return None
        # Something better may have been set up since the code was asked for.
        if self._is_shut(session, asked.staff_id) or not self._desk.employed(asked.staff_id):
            note(session, "sign-in refused", actor=asked.staff_id, now=now, about={"way": "code"})
            return None
        asked.used_at = now
        return asked.staff_id

    def _is_shut(self, session: Session, staff_id: str) -> bool:
        """Whether this person has a way of their own, and has to use it."""
        return bool(own_ways(session, staff_id)) and not self._desk.door.codes_always

    def _check_limits(self, address: str, now: datetime) -> None:
        key = hashlib.sha256(self._salt + plain(address).encode()).hexdigest()
        if not (self._each.allow(key, now) and self._all.allow("all", now)):
            raise TooManyTriesError

    def _text(self, code: str, expires_at: datetime) -> str:
        until = moment_words(expires_at, self._desk.organisation.calendar.zone)
        return (
            f"Your code is {code}\n\n"
            f"Type it in the browser where you asked for it. It works once, until {until}.\n\n"
            "If you did not ask for a code, you need do nothing. Never give it to anybody,"
            " whoever asks.\n"
        )

    def _send(self, owner: StaffMember | None, text: str) -> None:
        if owner is None:
            return
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


USE_YOUR_OWN = (
    "Somebody asked for a code to sign in with your address. None was made, because you have set"
    " up another way to sign in: please use that one.\n\n"
    "If you can't, because a device is lost, speak to whoever looks after this service. They can"
    " take your old ways away, and then a code is sent to you again.\n\n"
    "If it was not you who asked, you need do nothing.\n"
)


def owner_of(desk: Desk, address: str) -> StaffMember | None:
    """Whose address this is; a mailbox that several people share lets nobody in."""
    wanted = plain(address)
    found = [
        one
        for one in desk.roster.values()
        if one.email and plain(one.email) == wanted and desk.employed(one.staff_id)
    ]
    return found[0] if len(found) == 1 else None


def plain(address: str) -> str:
    """An address as it is compared."""
    return address.strip().lower()


def _asked(session: Session, token: str, now: datetime) -> SignInCode | None:
    """The code that this browser asked for, if it is still good; counts the try."""
    query = select(SignInCode).where(SignInCode.browser_hash == hashed(token)).with_for_update()
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


def _code_hash(token: str, code: str) -> str:
    """Six digits are soon guessed from a bare hash, so the browser's token is mixed in."""
    return hmac.new(token.encode(), code.encode(), hashlib.sha256).hexdigest()
