"""Which ways of their own somebody has; a code by mail is everybody's."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

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
