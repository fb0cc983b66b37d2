"""A password with a second factor, where a body wants it: for whoever can have no passkey.

Both are always asked for, and both are always looked at, so that neither the answer nor its time
tells which one was wrong, or whether there is such an account. A recovery code stands in for the
second factor alone.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from pwdlib import PasswordHash
from sqlmodel import Session, col, delete, select

from casework.audit import note
from console.challenges import Challenges, Purpose, still_asked, take
from console.codes import SOMEBODY, owner_of, plain
from console.desk import Desk
from console.errors import TooManyTriesError
from console.limits import Limiter, SlowingLimiter
from console.tokens import TOKEN_BYTES, drawn_from, new_token
from records.database import transaction
from records.record_key import RecordKey
from records.roster import StaffMember
from records.sealing import new_record_key, seal, unseal
from records.ways_in import OwnPassword, RecoveryCode

SHORTEST = 15
LONGEST = 200
RECOVERY_CODES = 10
_SECRET_BYTES = 20
_STEP_SECONDS = 30
_STEPS_OFF = (0, -1, 1)
"""A telephone's clock may be half a minute off."""
_RECOVERY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_LENGTH = 16


_LEAST_DIFFERENT = 6


def weakness(password: str, member: StaffMember, body: str) -> str:
    """What is wrong with a new password, in one sentence; empty when nothing is."""
    if len(password) < SHORTEST:
        return f"The password must have {SHORTEST} characters or more. Three or four words will do."
    if len(password) > LONGEST:
        return f"The password must have {LONGEST} characters or fewer."
    small = password.lower()
    for known in (body, member.full_name, member.email.partition("@")[0], "namewatch"):
        if known:
            small = small.replace(known.lower(), "")
    if len(set(small)) < _LEAST_DIFFERENT:
        return "This password is too easy to guess. Choose other words."
    return ""


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The key that somebody types into their authenticator, as text and as a link for it."""

    key: str
    link: str


class Passwords:
    """Sets passwords, and checks them together with their second factor."""

    def __init__(self, desk: Desk, challenges: Challenges) -> None:
        self._desk = desk
        self._challenges = challenges
        self._hash = PasswordHash.recommended()  # argon2id
        self._nobodys, self._decoy = "", (b"", b"", "")
        if self.possible:
            self._nobodys = self._hash.hash(new_token())
            self._decoy = _decoy(desk.recipients())
        self._salt = secrets.token_bytes(TOKEN_BYTES)
        self._each = SlowingLimiter(
            (5, timedelta(minutes=15)), (10, timedelta(hours=2)), (20, timedelta(days=1))
        )
        self._all = Limiter(100, timedelta(minutes=10))

    @property
    def possible(self) -> bool:
        """Whether this body wants passwords."""
        return self._desk.door.passwords

    def begin(self, member: StaffMember) -> str:
        """The browser's token, from which the key of the second factor is drawn."""
        return self._challenges.ask(Purpose.SET_PASSWORD, member.staff_id)

    def second_factor(self, member: StaffMember, token: str) -> SecondFactor | None:
        """What to type into the authenticator; None when this browser wasn't asked, or too late."""
        now, own = self._desk.now(), member.staff_id
        with transaction(self._desk.database) as session:
            if not still_asked(session, token, Purpose.SET_PASSWORD, now, own):
                return None
        key = _fresh_key(token)
        name = member.email or own
        link = pyotp.TOTP(key).provisioning_uri(name=name, issuer_name="namewatch")
        return SecondFactor(" ".join(re.findall(".{4}", key)), link)

    def set(self, member: StaffMember, token: str, password: str, code: str) -> list[str] | None:
        """Keep password and second factor; the recovery codes, or None when the code is wrong."""
        now, own = self._desk.now(), member.staff_id
        key = _fresh_key(token)
        step = _step_of(key, code, now, after=0)
        made = self._hash.hash(password) if step else ""
        with transaction(self._desk.database) as session:
            if not step or not take(session, token, Purpose.SET_PASSWORD, now, own):
                note(session, "password refused", actor=own, now=now)
                return None
            _forget(session, own)
            record_key = _new_key(session, self._desk.recipients(), now)
            assert record_key.id is not None
            session.add(
                OwnPassword(
                    staff_id=own,
                    password_hash=made,
                    set_at=now,
                    key_id=record_key.id,
                    sealed_secret=seal(
                        key.encode(), place=_place(own), recipient=record_key.recipient
                    ),
                    last_step=step,
                )
            )
            note(session, "password set", actor=own, now=now)
            return _new_codes(session, own)

    def renew_codes(self, member: StaffMember) -> list[str]:
        """New recovery codes; the old ones are no good any more. None for who has no password."""
        with transaction(self._desk.database) as session:
            if session.get(OwnPassword, member.staff_id) is None:
                return []
            now = self._desk.now()
            note(session, "recovery codes renewed", actor=member.staff_id, now=now)
            return _new_codes(session, member.staff_id)

    def remove(self, member: StaffMember) -> None:
        """Forget password, second factor and recovery codes."""
        with transaction(self._desk.database) as session:
            if _forget(session, member.staff_id):
                now = self._desk.now()
                note(session, "password removed", actor=member.staff_id, now=now)

    def check(self, address: str, password: str, code: str) -> str | None:
        """Whose password and second factor these are; raises TooManyTriesError.

        The slow part is done outside any transaction, and for everybody alike.
        """
        now = self._desk.now()
        key = hashlib.sha256(self._salt + plain(address).encode()).hexdigest()
        if not (self._each.allow(key, now) and self._all.allow("all", now)):
            raise TooManyTriesError
        owner = owner_of(self._desk, address)
        staff_id = owner.staff_id if owner else ""
        with transaction(self._desk.database) as session:
            kept = session.get(OwnPassword, staff_id)
            known = kept.password_hash if kept else self._nobodys
        right = self._hash.verify(password[:LONGEST], known) and kept is not None
        with transaction(self._desk.database) as session:
            query = select(OwnPassword).where(OwnPassword.staff_id == staff_id)
            again = session.exec(query.with_for_update()).first()
            same = again is not None and again.password_hash == known
            second = self._second(session, again, code, now, spend=right and same)
            if right and same and second:
                return staff_id
            about = {"way": "password"}
            note(session, "sign-in refused", actor=staff_id or SOMEBODY, now=now, about=about)
            return None

    def _second(
        self, session: Session, kept: OwnPassword | None, code: str, now: datetime, *, spend: bool
    ) -> bool:
        """Whether the second factor is right; it is used up only beside a right password."""
        if kept is None:
            self._opened(*self._decoy)
            return False
        wrapped = session.get_one(RecordKey, kept.key_id).wrapped or b""
        key = self._opened(wrapped, kept.sealed_secret, kept.staff_id)
        step = _step_of(key, code, now, after=kept.last_step)
        if step:
            kept.last_step = step if spend else kept.last_step
            session.add(kept)
            return True
        return _recovered(session, kept.staff_id, code, now, spend=spend)

    def _opened(self, wrapped: bytes, sealed: bytes, staff_id: str) -> str:
        identity = self._desk.open_key(wrapped)
        return unseal(sealed, place=_place(staff_id), identity=identity).decode()


def _new_key(session: Session, recipients: list[str], now: datetime) -> RecordKey:
    made = new_record_key(recipients)
    kept = RecordKey(recipient=made.recipient, wrapped=made.wrapped, created_at=now)
    session.add(kept)
    session.flush()
    return kept


def _decoy(recipients: list[str]) -> tuple[bytes, bytes, str]:
    """Something to open where there is no account, so that it takes as long."""
    made = new_record_key(recipients)
    return made.wrapped, seal(b"", place=_place(""), recipient=made.recipient), ""


def _fresh_key(token: str) -> str:
    return base64.b32encode(drawn_from(token, "second factor")[:_SECRET_BYTES]).decode()


def _step_of(key: str, code: str, now: datetime, *, after: int) -> int:
    """The time step that this code is of, if it is newer than `after`; else 0."""
    typed = re.sub(r"\s", "", code)
    made, present = pyotp.TOTP(key), int(now.timestamp()) // _STEP_SECONDS
    found = 0
    for off in _STEPS_OFF:
        step = present + off
        if hmac.compare_digest(made.generate_otp(step).encode(), typed.encode()) and step > after:
            found = max(found, step)
    return found


def _recovered(session: Session, staff_id: str, code: str, now: datetime, *, spend: bool) -> bool:
    query = select(RecoveryCode).where(
        RecoveryCode.staff_id == staff_id,
        RecoveryCode.code_hash == _code_hash(staff_id, code),
        col(RecoveryCode.used_at).is_(None),
    )
    kept = session.exec(query.with_for_update()).first()
    if kept is None:
        return False
    if spend:
        kept.used_at = now
        session.add(kept)
        note(session, "recovery code used", actor=staff_id, now=now)
    return True


def _new_codes(session: Session, staff_id: str) -> list[str]:
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.staff_id) == staff_id))
    codes = [
        "".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(_RECOVERY_LENGTH))
        for _ in range(RECOVERY_CODES)
    ]
    for one in codes:
        session.add(RecoveryCode(staff_id=staff_id, code_hash=_code_hash(staff_id, one)))
    return ["-".join(re.findall(".{4}", one)) for one in codes]


def _code_hash(staff_id: str, code: str) -> str:
    """Some 79 bits of chance: nobody guesses them from a hash."""
    bare = re.sub(r"[^a-z0-9]", "", code.lower())
    return hashlib.sha256(f"{staff_id}\0{bare}".encode()).hexdigest()


def _forget(session: Session, staff_id: str) -> bool:
    """Whether there was something; the key goes with it, so that nothing sealed opens again."""
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.staff_id) == staff_id))
    kept = session.get(OwnPassword, staff_id)
    if kept is None:
        return False
    session.get_one(RecordKey, kept.key_id).wrapped = None
    session.delete(kept)
    session.flush()
    return True


def _place(staff_id: str) -> str:
    return f"second factor:{staff_id}"
