"""Which ways of their own somebody has; a code by mail is everybody's."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, select

from casework.audit import note
from console.sessions import end_all
from records.record_key import RecordKey
from records.ways_in import LinkedIdentity, OwnPassword, Passkey, RecoveryCode


@dataclass(frozen=True, slots=True)
class OwnWays:
    """What one person can sign in with, besides a code by mail."""

    passkeys: tuple[Passkey, ...]
    linked: LinkedIdentity | None
    password: OwnPassword | None
    recovery_codes: int
    """How many are left."""

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.passkeys or self.linked or self.password)


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
    )


def forget_all(session: Session, staff_id: str, *, actor: str, now: datetime) -> None:
    """Take all of somebody's own ways away and end their sessions: they begin anew by mail.

    For a lost device: whoever asks for this makes sure that it is they who ask.
    """
    ways = own_ways(session, staff_id)
    if ways.password:
        session.get_one(RecordKey, ways.password.key_id).wrapped = None
    for one in (*ways.passkeys, ways.linked, ways.password):
        if one is not None:
            session.delete(one)
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.staff_id) == staff_id))
    end_all(session, staff_id, now)
    about = {"staff_id": staff_id}
    note(session, "ways to sign in taken away", actor=actor, now=now, about=about)
