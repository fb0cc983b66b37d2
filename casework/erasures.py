"""Two people erase: one asks, another agrees within a week; nothing is seen of it meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from casework import retention
from casework.audit import note
from casework.errors import CaseworkError, KeyDestroyedError, NotAllowedError, NotSeenError
from casework.holds import check_not_held
from casework.incidents import by_reference
from casework.office import Office
from casework.permissions import Action, check, concerned, seconds
from casework.steps import locked
from policies.seats import Desk, Question
from records.erasing import AGREED, NOW, REFUSED, TAKEN_BACK, ErasureRequest
from records.incident import Incident
from records.record_key import RecordKey
from records.retention import Kept, RetentionClock

LIVES = timedelta(days=7)
"""How long somebody has to agree; then it has to be asked for again."""


class SamePersonError(CaseworkError):
    """Erasing takes two people: somebody else than who asked has to agree."""


class NobodyElseError(CaseworkError):
    """Nobody else may agree to this: name a second person who decides about retention."""


class RequestOverError(CaseworkError):
    """There is no such request, or it is settled or has run out; ask again."""


class AlreadyAskedError(CaseworkError):
    """Somebody has asked for this already; another person has to agree, or refuse."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants erased: what has come due (Kept), or NOW, and why (a code)."""

    kind: str
    subject: str
    why: str
    exhibit: int | None = None

    @property
    def reference(self) -> str | None:
        """The record that it is of; None for triage."""
        return None if self.kind == Kept.TRIAGE.value else self.subject.partition("/")[0]


def wanted_by(request: ErasureRequest) -> Wanted:
    """What a request asks for."""
    return Wanted(request.kind, request.subject, request.why, request.exhibit)


def is_open(request: ErasureRequest, now: datetime) -> bool:
    """Whether somebody can still agree."""
    return not request.settled and now < request.ends_at


def check_second(request: ErasureRequest, actor: str, now: datetime) -> None:
    """Raise unless `actor` can be the second person at `now`."""
    if not is_open(request, now):
        raise RequestOverError
    if actor == request.asked_by:
        raise SamePersonError


def ask(
    session: Session, office: Office, wanted: Wanted, *, actor: str, now: datetime
) -> ErasureRequest:
    """Ask that something be erased; raises a CaseworkError when that may not be."""
    _check_may_ask(session, office, wanted, actor, now)
    if not seconds_for(session, office, wanted, now) - {actor}:
        raise NobodyElseError
    if open_one(session, wanted, now) is not None:
        raise AlreadyAskedError
    request = ErasureRequest(
        kind=wanted.kind,
        subject=wanted.subject,
        exhibit=wanted.exhibit,
        why=wanted.why,
        asked_by=actor,
        asked_at=now,
        ends_at=now + LIVES,
    )
    session.add(request)
    session.flush()
    _note(session, "erasing asked for", request, actor, now)
    return request


def agree(
    session: Session, office: Office, number: int, *, actor: str, now: datetime
) -> ErasureRequest:
    """Be the second person; raises a CaseworkError when that may not be, and nothing changed."""
    request = _locked(session, number)
    _check_may_agree(session, office, request, actor, now)
    check_second(request, actor, now)
    if (reference := wanted_by(request).reference) is not None:
        check_not_held(session, by_reference(session, reference))
    _settle(session, request, AGREED, actor, now)
    _note(session, "erasing agreed to", request, actor, now)
    return request


def drop(
    session: Session, office: Office, number: int, *, actor: str, now: datetime
) -> ErasureRequest:
    """Take one's own request back, or refuse another's; nothing is erased then."""
    request = _locked(session, number)
    own = request.asked_by == actor
    if not own:
        _check_may_agree(session, office, request, actor, now)
    if not is_open(request, now):
        raise RequestOverError
    _settle(session, request, TAKEN_BACK if own else REFUSED, actor, now)
    _note(session, "erasing taken back" if own else "erasing refused", request, actor, now)
    return request


def finished(session: Session, number: int, now: datetime) -> None:
    """Write down that it is erased."""
    request = session.get_one(ErasureRequest, number)
    request.done_at = now
    session.add(request)


def waiting(
    session: Session, office: Office, actor: str, now: datetime
) -> Sequence[ErasureRequest]:
    """What waits for a second person, of what `actor` asked for or may agree to; oldest first."""
    return [
        one
        for one in all_waiting(session, now)
        if one.asked_by == actor or _may_agree(session, office, one, actor, now)
    ]


def all_waiting(session: Session, now: datetime) -> Sequence[ErasureRequest]:
    """Every request that somebody can still agree to, oldest first."""
    query = select(ErasureRequest).where(
        ErasureRequest.settled == "", col(ErasureRequest.ends_at) > now
    )
    return session.exec(query.order_by(col(ErasureRequest.id))).all()


def open_one(session: Session, wanted: Wanted, now: datetime) -> ErasureRequest | None:
    """The request for this that somebody can still agree to."""
    found = (one for one in _asked(session, wanted) if is_open(one, now))
    return next(found, None)


def agreed_one(session: Session, wanted: Wanted, now: datetime) -> ErasureRequest | None:
    """The request that was agreed to and whose erasing was broken off; after a week, none."""
    found = (
        one
        for one in _asked(session, wanted)
        if one.settled == AGREED and one.done_at is None and now < one.ends_at + LIVES
    )
    return next(found, None)


def seconds_for(session: Session, office: Office, wanted: Wanted, now: datetime) -> frozenset[str]:
    """Everybody who may be the second person for this."""
    if (reference := wanted.reference) is not None:
        return concerned(session, by_reference(session, reference), office, now).seconds
    nobody = Question(named=None, alongside=frozenset(), day=office.today(now))
    return seconds(office.pack, Desk(office.pack, office.organisation, office.roster, nobody))


def check_nothing_runs(session: Session, reference: str, now: datetime) -> None:
    """A record goes whole, so none of its clocks may still run."""
    query = select(RetentionClock).where(
        col(RetentionClock.ended_at).is_(None), col(RetentionClock.due_at) > now
    )
    for clock in session.exec(query):
        if retention.reference_of(clock) == reference:
            raise retention.NothingDueError(
                f"The {clock.kind} of this record has to be kept until {clock.due_at:%-d %B %Y},"
                " and the record with it."
            )


def _check_may_ask(
    session: Session, office: Office, wanted: Wanted, actor: str, now: datetime
) -> None:
    if wanted.kind == NOW:
        incident = locked(session, wanted.subject)
        who = concerned(session, incident, office, now)
        check(office.actor(actor), Action.ERASE, who, now)
        _check_can_be_erased(session, incident)
        check_not_held(session, incident)
        return
    kind = Kept(wanted.kind)
    retention.to_decide(session, kind, wanted.subject, actor=actor, office=office, now=now)
    if wanted.reference:
        check_not_held(session, by_reference(session, wanted.reference))
        if kind is not Kept.EVIDENCE:
            check_nothing_runs(session, wanted.reference, now)


def _check_can_be_erased(session: Session, incident: Incident) -> None:
    key = session.get(RecordKey, incident.key_id)
    if key is None or key.wrapped is None:
        raise KeyDestroyedError
    if incident.state == "open":
        raise NotSeenError


def _check_may_agree(
    session: Session, office: Office, request: ErasureRequest, actor: str, now: datetime
) -> None:
    if (reference := wanted_by(request).reference) is not None:
        who = concerned(session, by_reference(session, reference), office, now)
        check(office.actor(actor), Action.AGREE_TO_ERASE, who, now)
    elif actor not in seconds_for(session, office, wanted_by(request), now):
        raise NotAllowedError


def _may_agree(
    session: Session, office: Office, request: ErasureRequest, actor: str, now: datetime
) -> bool:
    try:
        _check_may_agree(session, office, request, actor, now)
    except NotAllowedError:
        return False
    return True


def _asked(session: Session, wanted: Wanted) -> Sequence[ErasureRequest]:
    query = select(ErasureRequest).where(
        ErasureRequest.kind == wanted.kind, ErasureRequest.subject == wanted.subject
    )
    newest = session.exec(query.order_by(col(ErasureRequest.id).desc()))
    return [one for one in newest if one.exhibit == wanted.exhibit]


def _locked(session: Session, number: int) -> ErasureRequest:
    query = select(ErasureRequest).where(ErasureRequest.id == number).with_for_update()
    request = session.exec(query.execution_options(populate_existing=True)).first()
    if request is None:
        raise RequestOverError
    return request


def _settle(
    session: Session, request: ErasureRequest, settled: str, actor: str, now: datetime
) -> None:
    request.settled, request.settled_by, request.settled_at = settled, actor, now
    session.add(request)


def _note(
    session: Session, action: str, request: ErasureRequest, actor: str, now: datetime
) -> None:
    about: dict[str, object] = {
        "kind": request.kind,
        "why": request.why,
        "asked_by": request.asked_by,
        **({"exhibit": request.exhibit} if request.exhibit else {}),
    }
    reference = wanted_by(request).reference
    note(session, action, actor=actor, now=now, reference=reference, about=about)
