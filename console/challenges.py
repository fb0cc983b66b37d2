"""What one browser is asked to answer: once, within five minutes, for one purpose."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, delete, select

from console.desk import Desk
from console.tokens import hashed, new_token
from records.database import transaction
from records.ways_in import SignInChallenge

LIVES = timedelta(minutes=5)
KEPT = timedelta(days=1)


class Purpose(StrEnum):
    """What an answer is for."""

    ENTER_BY_PASSKEY = "enter by passkey"
    ADD_PASSKEY = "add passkey"
    ENTER_ELSEWHERE = "enter elsewhere"
    PROVE_ELSEWHERE = "prove elsewhere"
    LINK_ELSEWHERE = "link elsewhere"
    SET_PASSWORD = "set password"  # noqa: S105 - the name of a purpose


class Challenges:
    """Asks, and takes an answer once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ask(self, purpose: Purpose, staff_id: str | None = None) -> str:
        """The token that the browser keeps; what is asked is drawn from it."""
        token, now = new_token(), self._desk.now()
        with transaction(self._desk.database) as session:
            session.exec(
                delete(SignInChallenge).where(col(SignInChallenge.expires_at) < now - KEPT)
            )
            session.add(
                SignInChallenge(
                    browser_hash=hashed(token),
                    purpose=purpose.value,
                    staff_id=staff_id,
                    expires_at=now + LIVES,
                )
            )
        return token


def take(
    session: Session, token: str, purpose: Purpose, now: datetime, staff_id: str | None = None
) -> bool:
    """Use up what this browser was asked; whether it was asked this, of this person, in time."""
    query = select(SignInChallenge).where(SignInChallenge.browser_hash == hashed(token))
    asked = session.exec(query.with_for_update()).first()
    if asked is None or asked.used_at is not None:
        return False
    asked.used_at = now
    session.add(asked)
    return asked.purpose == purpose.value and asked.staff_id == staff_id and now < asked.expires_at


def still_asked(
    session: Session, token: str, purpose: Purpose, now: datetime, staff_id: str | None = None
) -> bool:
    """Whether `take` would say yes; uses nothing up."""
    query = select(SignInChallenge).where(SignInChallenge.browser_hash == hashed(token))
    asked = session.exec(query).first()
    return (
        asked is not None
        and asked.used_at is None
        and (asked.purpose, asked.staff_id) == (purpose.value, staff_id)
        and now < asked.expires_at
    )
