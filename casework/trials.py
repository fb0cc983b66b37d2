"""Test alerts: sent is not yet read, and only the person themselves can say that it is."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from casework.audit import note
from casework.errors import NotAllowedError
from records.audit import MACHINE
from records.trial import Trial


def begin_trial(
    session: Session, staff_id: str, role: str, channel: str, *, actor: str, now: datetime
) -> Trial:
    """A test is about to go out."""
    trial = Trial(staff_id=staff_id, role=role, channel=channel, sent_by=actor, sent_at=now)
    session.add(trial)
    session.flush()
    about = {"staff_id": staff_id, "channel": channel}
    note(session, "test alert", actor=actor, now=now, about=about)
    return trial


def settle_trial(session: Session, trial_id: int, *, receipt: str = "", fault: str = "") -> None:
    """The channel took it, or said why not."""
    trial = session.get_one(Trial, trial_id)
    trial.receipt, trial.fault = receipt or None, fault
    session.add(trial)


def newest_trials(session: Session) -> dict[tuple[str, str], Trial]:
    """The last test of each person and channel."""
    query = select(Trial).order_by(col(Trial.sent_at), col(Trial.id))
    return {(one.staff_id, one.channel): one for one in session.exec(query)}


def waiting_for(session: Session, staff_id: str) -> Sequence[Trial]:
    """The newest tests of this person that were taken and have no answer, oldest first."""
    own = [one for one in newest_trials(session).values() if one.staff_id == staff_id]
    return sorted((one for one in own if _waits(one)), key=lambda one: (one.sent_at, one.id or 0))


def confirm_trial(
    session: Session, trial_id: int, *, actor: str, employed: bool, via: str, now: datetime
) -> bool:
    """The person says that it has reached them; whether it was news.

    Raises NotAllowedError unless the test went to this person.
    """
    trial = session.get(Trial, trial_id)
    if trial is None or trial.staff_id != actor or not employed or trial.fault:
        raise NotAllowedError
    return _confirm(session, trial, via=via, now=now)


def confirm_by_receipt(
    session: Session, receipt: str, *, actor: str, employed: bool, via: str, now: datetime
) -> bool:
    """As above, from the message itself; False when it was answered or isn't theirs to answer."""
    query = select(Trial).where(Trial.receipt == receipt, Trial.staff_id == actor)
    trial = session.exec(query.order_by(col(Trial.id).desc())).first()
    if trial is None or not employed:
        about = {"via": via, "why": "no test of theirs"}
        note(session, "press refused", actor=actor or MACHINE, now=now, about=about)
        return False
    return _confirm(session, trial, via=via, now=now)


def _waits(trial: Trial) -> bool:
    return trial.receipt is not None and trial.confirmed_at is None


def _confirm(session: Session, trial: Trial, *, via: str, now: datetime) -> bool:
    if trial.confirmed_at is not None:
        return False
    trial.confirmed_at, trial.confirmed_via = now, via
    session.add(trial)
    about = {"channel": trial.channel, "via": via}
    note(session, "test alert confirmed", actor=trial.staff_id, now=now, about=about)
    return True
