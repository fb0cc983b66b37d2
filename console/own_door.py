"""The door of somebody's own page: the code from the talk, and their own mailbox if they have one.

It opens in one browser alone. Nothing is sent to anybody before they have typed the code.
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

from sqlmodel import Session, col, select

from casework.audit import note
from casework.errors import NotAllowedError
from casework.own_words import admitted
from console.desk import Desk
from console.errors import OwnPageShutError, TooManyTriesError
from console.limits import Limiter
from console.own_code import hash_of
from console.words import moment_words
from records.audit import MACHINE
from records.database import transaction
from records.errors import NamewatchError
from records.incident import Incident
from records.own_page import OwnPage
from records.record_key import RecordKey
from records.roster import StaffMember

IDLE = timedelta(minutes=30)
"""Longer than elsewhere: what somebody would like may take a while to write."""
ABSOLUTE = timedelta(hours=8)
MAIL_LIVES = timedelta(minutes=10)
MAIL_TRIES = 5
SOMEBODY = "somebody"
_TOKEN_BYTES = 32

UNKNOWN = (
    "This code does not work. It may be mistyped, too old or taken back. Check it, or ask whoever"
    " gave it to you for a new one."
)
OPENED_ELSEWHERE = (
    "This page has been opened in another browser already. If that was not you, tell whoever gave"
    " you the code at once: they can close it and make a new one."
)
SOMEBODY_ELSES = (
    "You are signed in, and this page is for somebody else. Only the person it was made for can"
    " open it."
)
MAIL_WRONG = "This code is not right, or it is used up or too old. Check it, or begin again."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a code: one of a token that opens, a mail that is to be sent, or a refusal."""

    token: str = ""
    mail_token: str = ""
    send: Callable[[], None] | None = None
    refused: str = ""


class OwnDoor:
    """Lets the one person in for whom a page was made."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tries_all = Limiter(200, timedelta(minutes=10))
        self._mails_each = Limiter(5, timedelta(minutes=15))
        self._mail_tries_all = Limiter(300, timedelta(minutes=10))
        self.secure = urlsplit(desk.console_url).scheme == "https"
        prefix = "__Host-" if self.secure else ""
        self.cookie = f"{prefix}namewatch-own"
        self.mail_cookie = f"{prefix}namewatch-own-code"

    def open(self, code: str, browser: str, signed_in: StaffMember | None) -> Answer:
        """Try the code from the talk; `browser` is what this browser is known by, if it is."""
        now = self._desk.now()
        if not self._tries_all.allow("all", now):
            raise TooManyTriesError
        code_hash = hash_of(code) if code else ""
        with transaction(self._desk.database) as session:
            page = _with_code(session, code_hash)
            refused, actor = self._refused(session, page, browser, signed_in, now)
            if refused or page is None:
                note(session, "own page refused", actor=actor, now=now)
                return Answer(refused=refused or UNKNOWN)
            member = self._desk.roster[page.staff_id]
            if signed_in is None and self._own_mailbox(member):
                return self._ask_by_mail(session, page, member, now)
            return Answer(token=self._enter(session, page, browser, now))

    def open_by_mail(self, mail_token: str, typed: str, browser: str) -> Answer:
        """Try the code that was mailed, in the browser that asked for it."""
        now = self._desk.now()
        if not self._mail_tries_all.allow("all", now):
            raise TooManyTriesError
        with transaction(self._desk.database) as session:
            page = _with_mail(session, mail_token, now)
            right = page is not None and hmac.compare_digest(
                page.mail_hash or "", _mail_hash(mail_token, re.sub(r"\D", "", typed))
            )
            if page is None or not right:
                actor = page.staff_id if page else SOMEBODY
                note(session, "own page refused", actor=actor, now=now)
                return Answer(refused=MAIL_WRONG)
            refused, actor = self._refused(session, page, browser, None, now)
            if refused:
                note(session, "own page refused", actor=actor, now=now)
                return Answer(refused=refused)
            page.mail_browser_hash = page.mail_hash = None
            return Answer(token=self._enter(session, page, browser, now))

    def here(self, session: Session, token: str) -> OwnPage:
        """The page that is open in this browser; raises OwnPageShutError."""
        now = self._desk.now()
        newest = (
            select(OwnPage)
            .where(OwnPage.browser_hash == _hash(token), col(OwnPage.entered_at).is_not(None))
            .order_by(col(OwnPage.entered_at).desc(), col(OwnPage.id).desc())
        )
        page = session.exec(newest).first() if token else None
        if page is None or not _alive(page, now):
            raise OwnPageShutError
        page.last_seen_at = now
        session.add(page)
        return page

    def leave(self, token: str) -> None:
        """Shut the page in this browser; the code opens it here again."""
        now = self._desk.now()
        with transaction(self._desk.database) as session:
            query = select(OwnPage).where(OwnPage.browser_hash == _hash(token))
            for page in session.exec(query.where(col(OwnPage.entered_at).is_not(None))).all():
                page.entered_at = None
                session.add(page)
                note(session, "own page left", actor=page.staff_id, now=now)

    def _refused(
        self,
        session: Session,
        page: OwnPage | None,
        browser: str,
        signed_in: StaffMember | None,
        now: datetime,
    ) -> tuple[str, str]:
        """Why it does not open, if so, and who that is noted of."""
        actor = signed_in.staff_id if signed_in else SOMEBODY
        if page is None:
            return UNKNOWN, actor
        if signed_in is not None and signed_in.staff_id != page.staff_id:
            return SOMEBODY_ELSES, actor
        try:
            incident = admitted(session, self._desk.office, page, now)
        except NotAllowedError:
            return UNKNOWN, actor
        if _is_erased(session, incident):
            return UNKNOWN, actor
        if page.browser_hash is not None and page.browser_hash != _hash(browser):
            return OPENED_ELSEWHERE, actor
        return "", page.staff_id

    def _own_mailbox(self, member: StaffMember) -> bool:
        """Whether they have an address, and nobody else has the same one."""
        own = member.email.strip().lower()
        same = [one for one in self._desk.roster.values() if one.email.strip().lower() == own]
        return bool(own) and len(same) == 1

    def _ask_by_mail(
        self, session: Session, page: OwnPage, member: StaffMember, now: datetime
    ) -> Answer:
        if not self._mails_each.allow(page.staff_id, now):
            raise TooManyTriesError
        token, code = secrets.token_urlsafe(_TOKEN_BYTES), f"{secrets.randbelow(10**6):06d}"
        page.mail_browser_hash, page.mail_hash = _hash(token), _mail_hash(token, code)
        page.mail_tries, page.mail_ends_at = 0, now + MAIL_LIVES
        session.add(page)
        note(session, "own page code asked for", actor=page.staff_id, now=now)
        until = now + MAIL_LIVES
        return Answer(mail_token=token, send=lambda: self._send(member, code, until))

    def _send(self, member: StaffMember, code: str, until: datetime) -> None:
        words = moment_words(until, self._desk.organisation.calendar.zone)
        text = (
            f"Your code is {code}\n\n"
            f"Type it in the browser where you asked for it. It works once, until {words}.\n\n"
            "If you did not ask for a code, you need do nothing. Never give it to anybody,"
            " whoever asks.\n"
        )
        try:
            self._desk.send_note(member, "Your code", text)
        except NamewatchError as fault:
            _log.error("a code could not be mailed: %s", type(fault).__name__)
            about = {"staff_id": member.staff_id, "why": type(fault).__name__}
            with transaction(self._desk.database) as session:
                action, now = "own page code not sent", self._desk.now()
                note(session, action, actor=MACHINE, now=now, about=about)

    def _enter(self, session: Session, page: OwnPage, browser: str, now: datetime) -> str:
        """A new token for this browser, for all pages of this person that it has opened."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        query = select(OwnPage).where(
            OwnPage.browser_hash == _hash(browser), OwnPage.staff_id == page.staff_id
        )
        for one in session.exec(query).all() if browser else ():
            one.browser_hash = _hash(token)
            session.add(one)
        page.browser_hash, page.opened_at = _hash(token), page.opened_at or now
        page.entered_at = page.last_seen_at = now
        session.add(page)
        incident = session.get_one(Incident, page.incident_id)
        note(session, "own page opened", actor=page.staff_id, now=now, reference=incident.reference)
        return token


def _with_code(session: Session, code_hash: str) -> OwnPage | None:
    query = select(OwnPage).where(OwnPage.code_hash == code_hash).with_for_update()
    return session.exec(query).first()


def _with_mail(session: Session, mail_token: str, now: datetime) -> OwnPage | None:
    """The page for which this browser was sent a code that is still good; counts the try."""
    query = select(OwnPage).where(OwnPage.mail_browser_hash == _hash(mail_token))
    page = session.exec(query.with_for_update()).first() if mail_token else None
    if (
        page is None
        or page.mail_ends_at is None
        or page.mail_tries >= MAIL_TRIES
        or now >= page.mail_ends_at
    ):
        return None
    page.mail_tries += 1
    session.add(page)
    return page


def _alive(page: OwnPage, now: datetime) -> bool:
    return (
        page.entered_at is not None
        and page.last_seen_at is not None
        and now < page.last_seen_at + IDLE
        and now < page.entered_at + ABSOLUTE
    )


def _is_erased(session: Session, incident: Incident) -> bool:
    key = session.get(RecordKey, incident.key_id)
    return key is None or key.wrapped is None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _mail_hash(token: str, code: str) -> str:
    """Six digits are soon guessed from a bare hash, so the browser's token is mixed in."""
    return hmac.new(token.encode(), code.encode(), hashlib.sha256).hexdigest()
