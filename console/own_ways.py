"""Which ways of their own somebody has; a code by mail is everybody's."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, select

from casework.audit import note
from console.sessions import end_all
from records.record_key import RecordKey
from records.ways_in import CodePassword, LinkedIdentity, OwnPassword, Passkey, RecoveryCode


@dataclass(frozen=True, slots=True)
class OwnWays:
    """What one person can sign in with, instead of a code by mail or beside it."""

    passkeys: tuple[Passkey, ...]
    linked: LinkedIdentity | None
    password: OwnPassword | None
    recovery_codes: int
    """How many are left."""
    beside: CodePassword | None = None
    """Of no use but together with a code."""

    def __bool__(self) -> bool:
        """Whether there is any that takes no code by mail."""
        return bool(self.passkeys or self.linked or self.password)

    @property
    def none_yet(self) -> bool:
        """Whether a code by mail is all that they have: one thing, where two are needed."""
        return not self and self.beside is None


def own_ways(session: Session, staff_id: str) -> OwnWays:
    """What this person has set up."""
    keys = select(Passkey).where(Passkey.staff_id == staff_id).order_by(col(Passkey.id))
    codes = select(RecoveryCode).where(
        RecoveryCode.staff_id == staff_id, col(RecoveryCode.used_at).is_(None)
    )
    return OwnWays(
        passkeys=tuple(session.exec(keys)),
        linked=session.get(LinkedIdentity, staff_id),
        password=session.get(OwnPassword, staff_id),
        recovery_codes=len(session.exec(codes).all()),
        beside=session.get(CodePassword, staff_id),
    )


def forget_all(session: Session, staff_id: str, *, actor: str, now: datetime) -> None:
    """Take all of somebody's own ways away and end their sessions: they begin anew by mail.

    For a lost device: whoever asks for this makes sure that it is they who ask.
    """
    ways = own_ways(session, staff_id)
    if ways.password:
        session.get_one(RecordKey, ways.password.key_id).wrapped = None
    for one in (*ways.passkeys, ways.linked, ways.password, ways.beside):
        if one is not None:
            session.delete(one)
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.staff_id) == staff_id))
    end_all(session, staff_id, now)
    about = {"staff_id": staff_id}
    note(session, "ways to sign in taken away", actor=actor, now=now, about=about)
