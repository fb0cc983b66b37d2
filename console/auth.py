"""The door of the console: every way in leads through here to a new session."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from sqlmodel import Session

from casework.audit import note
from console.beside_code import CodePasswords
from console.challenges import Challenges
from console.codes import Asked, MailedCodes
from console.desk import Desk
from console.limits import Limiter
from console.own_ways import OwnWays, own_ways
from console.passkeys import Passkeys
from console.passwords import Passwords
from console.provider import Provider
from console.sessions import RECENT, Sessions, Way
from records.database import reading, transaction
from records.roster import StaffMember


class Door:
    """Lets people in, each in a way of their own or by a code to their own address."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.sessions = Sessions(desk)
        challenges = Challenges(desk)
        self._codes = MailedCodes(desk)
        self.passkeys = Passkeys(desk, challenges)
        self.passwords = Passwords(desk, challenges)
        self.beside_code = CodePasswords(desk)
        asked_all = Limiter(300, timedelta(minutes=10))
        access = desk.door.provider
        self.provider = Provider(desk, challenges, access, asked_all) if access else None
        self.secure = urlsplit(desk.console_url).scheme == "https"
        prefix = "__Host-" if self.secure else ""
        self.session_cookie = f"{prefix}namewatch"
        self.code_cookie = f"{prefix}namewatch-code"
        self.asked_cookie = f"{prefix}namewatch-asked"
        self.place_cookie = f"{prefix}namewatch-place"

    def ask_for_code(self, address: str) -> Asked:
        """Make a code for whoever owns `address`; raises TooManyTriesError."""
        return self._codes.ask(address)

    def enter(self, token: str, code: str, device: str = "") -> str | None:
        """Try a mailed code in the browser that asked for it; the token of half a session, or None.

        Raises TooManyTriesError when too many people together have tried too often.
        """
        now = self._desk.now()
        with transaction(self._desk.database) as session:
            staff_id = self._codes.take(session, token, code, now)
            return self._open(session, staff_id, Way.CODE, device)

    def enter_by_passkey(self, token: str, answer: str, device: str = "") -> str | None:
        """Try what a device answered; a new session's token, or None."""
        now = self._desk.now()
        with transaction(self._desk.database) as session:
            staff_id = self.passkeys.take(session, token, answer, now)
            return self._open(session, staff_id, Way.PASSKEY, device)

    def enter_from_elsewhere(
        self, token: str, answer: Mapping[str, str], device: str = ""
    ) -> str | None:
        """Try what the identity provider answered; a new session's token, or None."""
        taken = self.provider.take(token, answer) if self.provider else None
        staff_id, way = taken or (None, Way.ELSEWHERE)
        with transaction(self._desk.database) as session:
            return self._open(session, staff_id, way, device)

    def enter_by_password(
        self, address: str, password: str, code: str, device: str = ""
    ) -> str | None:
        """Try a password with its second factor; a new session's token, or None."""
        if not self.passwords.possible:
            return None
        staff_id = self.passwords.check(address, password, code)
        with transaction(self._desk.database) as session:
            return self._open(session, staff_id, Way.PASSWORD, device)

    def complete(self, token: str, way: Way, device: str = "") -> str | None:
        """Half a session and a second thing make a whole one: its token, or None.

        The caller has just seen the second thing.
        """
        member = self.half(token)
        if member is None:
            return None
        with transaction(self._desk.database) as session:
            self.sessions.end(session, token, self._desk.now())
            return self._open(session, member.staff_id, way, device)

    def enter_as(self, staff_id: str, device: str = "") -> str | None:
        """While practising: a new session as one of the invented people; else None."""
        if not self._desk.practice:
            return None
        with transaction(self._desk.database) as session:
            return self._open(session, staff_id, Way.CODE, device)

    def who(self, token: str) -> StaffMember | None:
        """Who is signed in with this session; leavers are out at once."""
        return self.sessions.who(token)

    def half(self, token: str) -> StaffMember | None:
        """Who has entered a code by mail in this browser, and nothing more yet."""
        return self.sessions.half(token)

    def leave(self, token: str) -> None:
        """End this session; does nothing when there is none."""
        self.sessions.leave(token)

    def recent(self, token: str, within: timedelta = RECENT) -> bool:
        """Whether whoever holds this session has just proved who they are.

        By a code by mail only those who have nothing better; at the identity provider only those
        who have just proved it there.
        """
        began = self.sessions.began(token)
        member = self.who(token)
        if began is None or member is None:
            return False
        way, started_at = began
        mailed = way is Way.CODE and bool(self.ways_of(member))
        enough = way is not Way.ELSEWHERE and not mailed
        return enough and self._desk.now() < started_at + within

    def ways_of(self, member: StaffMember) -> OwnWays:
        """What this person has set up to sign in with."""
        with reading(self._desk.database) as session:
            return own_ways(session, member.staff_id)

    def _open(self, session: Session, staff_id: str | None, way: Way, device: str) -> str | None:
        if staff_id is None:
            return None
        now = self._desk.now()
        if not self._desk.employed(staff_id):
            about = {"way": way.value}
            note(session, "sign-in refused", actor=staff_id, now=now, about=about)
            return None
        return self.sessions.open(session, staff_id, way, device, now)
