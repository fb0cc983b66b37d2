"""A password that is asked for beside each code by mail, for who can have no passkey.

The mailbox is one thing and the password another: neither opens anything alone. Only whoever has
entered a code is asked for it at all, so that nobody else can try.
"""

from datetime import timedelta

from pwdlib import PasswordHash
from sqlmodel import Session

from casework.audit import note
from console.desk import Desk
from console.errors import TooManyTriesError
from console.limits import Limiter, SlowingLimiter
from console.own_ways import own_ways
from console.passwords import LONGEST
from records.database import reading, transaction
from records.roster import StaffMember
from records.ways_in import CodePassword


class CodePasswords:
    """Keeps them, and checks them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._hash = PasswordHash.recommended()  # argon2id
        self._each = SlowingLimiter(
            (5, timedelta(minutes=15)), (10, timedelta(hours=2)), (20, timedelta(days=1))
        )
        self._all = Limiter(100, timedelta(minutes=10))

    def choose(self, member: StaffMember, password: str) -> bool:
        """Keep a first one; only for who has no second thing yet, or a mailbox could replace it."""
        made = self._made(member, password)
        with transaction(self._desk.database) as session:
            if not own_ways(session, member.staff_id).none_yet:
                note(session, "password refused", actor=member.staff_id, now=self._desk.now())
                return False
            self._keep(session, made)
            return True

    def change(self, member: StaffMember, password: str) -> None:
        """Keep another one; the caller makes sure that it is they who ask."""
        made = self._made(member, password)
        with transaction(self._desk.database) as session:
            kept = session.get(CodePassword, member.staff_id)
            if kept is not None:
                session.delete(kept)
                session.flush()
            self._keep(session, made)

    def check(self, member: StaffMember, password: str) -> bool:
        """Whether this is theirs; raises TooManyTriesError.

        The slow part is done outside any transaction.
        """
        now = self._desk.now()
        if not (self._each.allow(member.staff_id, now) and self._all.allow("all", now)):
            raise TooManyTriesError
        with reading(self._desk.database) as session:
            kept = session.get(CodePassword, member.staff_id)
            known = kept.password_hash if kept else ""
        if known and self._hash.verify(password[:LONGEST], known):
            return True
        with transaction(self._desk.database) as session:
            about = {"way": "code and password"}
            note(session, "sign-in refused", actor=member.staff_id, now=now, about=about)
        return False

    def _made(self, member: StaffMember, password: str) -> CodePassword:
        return CodePassword(
            staff_id=member.staff_id,
            password_hash=self._hash.hash(password),
            set_at=self._desk.now(),
        )

    def _keep(self, session: Session, made: CodePassword) -> None:
        session.add(made)
        note(session, "password set", actor=made.staff_id, now=made.set_at)
