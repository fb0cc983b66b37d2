"""Posts kept for triage with nobody alerted: who looks at which, and what still waits."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import ColumnElement
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, case, col, exists, select

from casework.errors import NoSuchIncidentError, NotAllowedError
from casework.office import Office
from policies.seats import Desk, Question
from records.incident import Mention, MentionRevision
from records.record_key import RecordKey
from records.triage import Answer, TriageAnswer

_GRAVEST = {"critical": 0, "high": 1, "medium": 2, "low": 3}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A post that waits for somebody's answer; nothing of its words."""

    number: int
    severity: str
    categories: tuple[str, ...]
    source: str
    found_at: datetime
    swept: bool
    passed_by: str | None
    """Who was not sure, last."""


def keepers(
    office: Office, named: Iterable[str], passed_by: str | None, now: datetime
) -> frozenset[str]:
    """Whose turn it is to look at a post that may mean `named` (SPSO 68, 71).

    Whoever keeps the register; the deputy where they may be meant, are away or were not sure. Never
    anybody who may be meant themselves.
    """
    custody, desk = office.pack.custody, _desk(office, named, now)
    usual = (custody.custodian, custody.deputy)
    for among in (desk.can_be_told, desk.who_may_know):
        for role in usual:
            if there := frozenset(among(role)) - {passed_by}:
                return there
    for role in (*usual, *office.pack.alerting.last_resort):
        if there := frozenset(desk.who_may_know(role)):
            return there
    return frozenset()


def may_look(
    office: Office, staff_id: str, named: Iterable[str], passed_by: str | None, now: datetime
) -> bool:
    """Whether somebody may look at such a post; the custodian may also when it isn't their turn."""
    named = frozenset(named)
    own = _desk(office, named, now).who_may_know(office.pack.custody.custodian)
    return staff_id in own or staff_id in keepers(office, named, passed_by, now)


def waiting(
    session: Session, office: Office, staff_id: str, now: datetime, *, most: int | None = None
) -> list[Waiting]:
    """What waits for this person, the gravest first; what a sweep found after the rest.

    With `most` no more is looked at than may be needed to find so many.
    """
    if staff_id not in _seated(office, now):
        return []
    if most is not None:
        found = _waiting(session, office, staff_id, now, most)
        if found:
            return found
    return _waiting(session, office, staff_id, now, None)


def _waiting(
    session: Session, office: Office, staff_id: str, now: datetime, most: int | None
) -> list[Waiting]:
    passed, turn = passes(session), _turns(office, now)
    query = (
        columns(
            col(cast("int", Mention.id)),
            col(Mention.staff_ids),
            col(Mention.severity),
            col(Mention.categories),
            col(Mention.source),
            col(Mention.found_at),
            col(Mention.swept_at),
        )
        .where(*_waits())
        .order_by(
            case(_GRAVEST, value=col(Mention.severity), else_=4),
            col(Mention.swept_at).is_not(None),
            col(Mention.found_at),
            col(Mention.id),
        )
        .limit(most)
    )
    return [
        Waiting(number, severity, tuple(kinds), source, at, swept is not None, passed.get(number))
        for number, named, severity, kinds, source, at, swept in session.connection().execute(query)
        if staff_id in turn(frozenset(named), passed.get(number))
    ]


def passes(session: Session) -> dict[int, str]:
    """Who was not sure last, by mention."""
    query = select(TriageAnswer).where(*_standing(), TriageAnswer.answer == Answer.NOT_SURE.value)
    return {one.mention_id: one.actor for one in session.exec(query.order_by(col(TriageAnswer.id)))}


def is_waiting(session: Session, number: int) -> bool:
    """Whether this post still waits for an answer."""
    query = select(Mention.id).where(Mention.id == number, *_waits())
    return session.exec(query).first() is not None


def find(session: Session, number: int, office: Office, staff_id: str, now: datetime) -> Mention:
    """The post, locked, for somebody who may look at it.

    Raises NoSuchIncidentError or NotAllowedError.
    """
    query = select(Mention).where(Mention.id == number, col(Mention.incident_id).is_(None))
    mention = session.exec(query.with_for_update()).first()
    if mention is None:
        raise NoSuchIncidentError
    if not may_look(office, staff_id, mention.staff_ids, passes(session).get(number), now):
        raise NotAllowedError
    return mention


def _desk(office: Office, named: Iterable[str], now: datetime) -> Desk:
    question = Question(named=None, alongside=frozenset(named), day=office.today(now))
    return Desk(office.pack, office.organisation, office.roster, question)


def _seated(office: Office, now: datetime) -> frozenset[str]:
    """Everybody whose turn it can ever be."""
    custody = office.pack.custody
    roles = (custody.custodian, custody.deputy, *office.pack.alerting.last_resort)
    desk = _desk(office, (), now)
    return frozenset(one for role in roles for one in desk.holders(role))


def _turns(office: Office, now: datetime) -> Callable[[frozenset[str], str | None], frozenset[str]]:
    """`keepers`, worked out once for all posts for which it is the same."""
    seated = _seated(office, now)

    @cache
    def once(named: frozenset[str], passed_by: str | None) -> frozenset[str]:
        return keepers(office, named, passed_by, now)

    return lambda named, passed_by: once(named & seated, passed_by)


def _standing() -> Iterator[ColumnElement[bool]]:
    yield col(TriageAnswer.undone_at).is_(None)


def _waits() -> Sequence[ColumnElement[bool]]:
    """For posts that belong to no record and of which nobody has said what they are.

    An answer holds for every copy of the same wording, and no longer once a further wording came.
    """
    answered, elsewhere = aliased(Mention), aliased(Mention)
    newer = exists().where(
        col(MentionRevision.mention_id) == Mention.id,
        col(MentionRevision.seen_at) > TriageAnswer.at,
    )
    settled = (
        exists()
        .where(col(answered.post_key) == Mention.post_key)
        .where(col(answered.revision) == Mention.revision)
        .where(col(answered.id) == TriageAnswer.mention_id)
        .where(*_standing(), col(TriageAnswer.answer) != Answer.NOT_SURE.value)
        .where(~newer)
    )
    in_a_record = (
        exists()
        .where(col(elsewhere.post_key) == Mention.post_key)
        .where(col(elsewhere.incident_id).is_not(None))
    )
    kept = exists().where(col(RecordKey.id) == Mention.key_id, col(RecordKey.wrapped).is_not(None))
    return col(Mention.incident_id).is_(None), kept, ~settled, ~in_a_record
