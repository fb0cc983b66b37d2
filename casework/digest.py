"""Draft the leadership digest, and release it: only the custodian does that (SPSO 71)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, or_, select

from casework.audit import note
from casework.break_glass import used_between
from casework.digest_counts import FEWEST, bounds, not_yet_told, within
from casework.digest_coverage import Unwatched, coverage_of
from casework.digest_figures import (
    OPEN,
    STAGE,
    Counted,
    Part,
    about_of,
    part_from,
    part_of,
    stage_of,
)
from casework.digest_period import DigestPeriod, NotOverError
from casework.errors import CaseworkError, NotAllowedError
from casework.office import Office
from policies.seats import Desk, Question
from records.digest import Digest
from records.incident import Acknowledgement, Incident
from records.retention import RetentionClock
from records.step import Step


class NoDigestError(CaseworkError):
    """There is no digest of this time; draft it first."""


class ReleasedError(CaseworkError):
    """This digest has been released, so it stays as it is."""


class OvertakenError(CaseworkError):
    """Another digest that tells of the same time was released meanwhile; draft this one again."""


@dataclass(frozen=True, slots=True)
class Content:
    """All that a digest tells."""

    period: str
    words: str
    parts: tuple[Part, ...]
    """What earlier digests told of this time, and what is counted anew."""
    left_out: tuple[str, ...]
    """Digests that tell of this time and of another, so that nothing of them is added up here."""
    earlier_open: bool | None
    """Whether 3 or more records from before are still open; None where that is not added up."""
    decisions_due: bool
    """Whether 3 or more decisions on erasing or keeping are due."""
    coverage: tuple[Unwatched, ...]
    let_in: bool = False
    """Whether somebody outside a record's list was let in; how often is not told."""
    overdue: bool | None = None
    """Whether something is overdue in 3 or more records; None where that was not looked at."""
    before: tuple[tuple[str, Part], ...] = field(default=())
    """Earlier digests, the oldest first: what each of them counted."""

    def kept(self) -> dict[str, Any]:
        """It as it is kept; the last part is this digest's own."""
        return {
            "words": self.words,
            "parts": [one.kept() for one in self.parts],
            "left_out": list(self.left_out),
            "earlier_open": self.earlier_open,
            "decisions_due": self.decisions_due,
            "let_in": self.let_in,
            "overdue": self.overdue,
            "coverage": [
                [one.source, one.gaps, one.hours, one.lost_hours, one.doubt, one.bounds]
                for one in self.coverage
            ],
            "before": [[words, part.kept()] for words, part in self.before],
        }


def content_of(digest: Digest) -> Content:
    """What a digest tells."""
    kept: Mapping[str, Any] = digest.content
    return Content(
        period=digest.period,
        words=kept["words"],
        parts=tuple(part_from(one) for one in kept["parts"]),
        left_out=tuple(kept["left_out"]),
        earlier_open=kept["earlier_open"],
        decisions_due=kept["decisions_due"],
        let_in=kept.get("let_in", False),  # drafts of earlier versions don't say
        overdue=kept.get("overdue"),
        coverage=tuple(Unwatched(*one) for one in kept["coverage"]),
        before=tuple((words, part_from(part)) for words, part in kept["before"]),
    )


MOST_BEFORE = 11


def draft(session: Session, period: DigestPeriod, *, actor: str, now: datetime) -> Digest:
    """Draft a digest, or draft it again; raises NotOverError or ReleasedError.

    Even the draft holds no count under 3, and nothing that would give one away.
    """
    if period.ends_at > now:
        raise NotOverError
    known = of_period(session, period.name)
    if known is not None and known.released_at is not None:
        raise ReleasedError
    content = _content(session, period, now)
    digest = known or Digest(
        period=period.name,
        begins_at=period.begins_at,
        ends_at=period.ends_at,
        drafted_at=now,
        drafted_by=actor,
    )
    digest.drafted_at, digest.drafted_by, digest.content = now, actor, content.kept()
    session.add(digest)
    note(session, "digest drafted", actor=actor, now=now, about={"period": period.name})
    return digest


def release(session: Session, name: str, *, actor: str, office: Office, now: datetime) -> Digest:
    """Release a drafted digest to the leadership; raises a CaseworkError when that may not be."""
    check_may_release(actor, office, now)
    digest = of_period(session, name, locked=True)
    if digest is None:
        raise NoDigestError
    if digest.released_at is not None:
        raise ReleasedError
    own = part_from(digest.content["parts"][-1])
    fresh = not_yet_told((digest.begins_at, digest.ends_at), told_of(session))
    if tuple(fresh) != own.spans:
        raise OvertakenError
    digest.released_at, digest.released_by = now, actor
    session.add(digest)
    about = {"period": digest.period, "to": list(leadership(office, now))}
    note(session, "digest released", actor=actor, now=now, about=about)
    return digest


def check_may_release(actor: str, office: Office, now: datetime) -> None:
    """SPSO 71: whoever shares with the leadership, or the custodian while that role is empty."""
    desk = _desk(office, now)
    rule = office.pack.leadership
    custodian = desk.custodian()
    sharers = desk.who_may_know(rule.shared_by) or ((custodian.staff_id,) if custodian else ())
    if actor not in sharers:
        raise NotAllowedError(
            f"A digest is released by the {office.pack.role_title(rule.shared_by)} ({rule.clause})."
        )


def who_releases(office: Office, now: datetime) -> tuple[str, ...]:
    """Whoever is told that a digest waits."""
    desk = _desk(office, now)
    custodian = desk.custodian()
    return desk.can_be_told(office.pack.leadership.shared_by) or (
        (custodian.staff_id,) if custodian else ()
    )


def leadership(office: Office, now: datetime) -> tuple[str, ...]:
    """Who gets it: the group of the policy, as far as they work here."""
    return _desk(office, now).who_may_know(office.pack.leadership.told)


def of_period(session: Session, name: str, *, locked: bool = False) -> Digest | None:
    """The digest of this period, drafted or released."""
    query = select(Digest).where(Digest.period == name)
    return session.exec(query.with_for_update() if locked else query).first()


def waiting(session: Session) -> Sequence[Digest]:
    """Drafts that wait to be released, the oldest first."""
    query = select(Digest).where(col(Digest.released_at).is_(None))
    return session.exec(query.order_by(col(Digest.begins_at))).all()


def _desk(office: Office, now: datetime) -> Desk:
    question = Question(named=None, alongside=frozenset(), day=office.today(now))
    return Desk(office.pack, office.organisation, office.roster, question)


def released_ones(session: Session) -> Sequence[Digest]:
    """Every digest that was released, by the time it is about."""
    query = select(Digest).where(col(Digest.released_at).is_not(None))
    return session.exec(query.order_by(col(Digest.begins_at), col(Digest.id))).all()


def own_part(digest: Digest) -> Part:
    """What a digest counted itself."""
    return part_from(digest.content["parts"][-1])


def told_of(session: Session) -> list[tuple[datetime, datetime]]:
    """Every time that a released digest has counted."""
    return [span for one in released_ones(session) for span in own_part(one).spans]


def _content(session: Session, period: DigestPeriod, now: datetime) -> Content:
    released = released_ones(session)
    inside = [one for one in released if all(within(s, period.span) for s in own_part(one).spans)]
    across = [one for one in released if one not in inside and touches(own_part(one), period)]
    fresh = not_yet_told(period.span, told_of(session))
    own = part_of([_counted(session, one) for one in _opened_in(session, fresh)], fresh)
    earlier = [one for one in released if one.ends_at <= period.begins_at and own_part(one).spans]
    earlier_open = _earlier_open(session, period) >= FEWEST
    return Content(
        period=period.name,
        words=period.words,
        parts=(*(own_part(one) for one in inside if own_part(one).spans), own),
        left_out=tuple(one.content["words"] for one in across),
        earlier_open=earlier_open,
        decisions_due=_decisions_due(session, now) >= FEWEST,
        let_in=used_between(session, *period.span),
        overdue=_overdue(session, now) >= FEWEST and _surely_open(own, earlier=earlier_open),
        coverage=tuple(coverage_of(session, period.span)),
        before=tuple((one.content["words"], own_part(one)) for one in earlier[-MOST_BEFORE:]),
    )


def touches(part: Part, period: DigestPeriod) -> bool:
    """Whether a part tells of anything in this time."""
    begins, ends = period.span
    return any(began < ends and begins < ended for began, ended in part.spans)


def _opened_in(session: Session, spans: Sequence[tuple[datetime, datetime]]) -> Sequence[Incident]:
    """Records of findings; what was handed in for triage counts once something was found in it."""
    if not spans:
        return ()
    query = select(Incident).where(
        col(Incident.opened_at) >= spans[0][0], col(Incident.opened_at) < spans[-1][1]
    )
    return [one for one in session.exec(query) if one.categories]


def _counted(session: Session, incident: Incident) -> Counted:
    seen = session.exec(
        select(func.min(Acknowledgement.at)).where(Acknowledgement.incident_id == incident.id)
    ).one()
    told = session.exec(
        select(func.min(Step.happened_at)).where(
            Step.incident_id == incident.id, Step.kind == "told-in-private"
        )
    ).one()
    nobody = incident.staff_id is None
    return Counted(
        opened_at=incident.opened_at,
        about=about_of(incident.categories),
        stage=stage_of(incident.state, told=nobody or told is not None),
        seen_after=seen - incident.opened_at if seen else None,
        told_after=max(told - incident.opened_at, timedelta(0)) if told else None,
    )


def _earlier_open(session: Session, period: DigestPeriod) -> int:
    query = select(Incident).where(
        col(Incident.opened_at) < period.begins_at, Incident.state != "closed"
    )
    return sum(bool(one.categories) for one in session.exec(query))


def _overdue(session: Session, now: datetime) -> int:
    """Open records in which something was not done in its time."""
    late = or_(col(Incident.duty_level) > 0, col(Incident.duty_at) <= now)
    query = select(Incident).where(Incident.state != "closed", late)
    return sum(bool(one.categories) for one in session.exec(query))


def _surely_open(own: Part, *, earlier: bool) -> bool:
    """Whether the digest itself tells of 3 or more open records.

    Only then may it say that 3 or more are overdue: else a count under 3 could be worked out.
    """
    stages = own.tables.get(STAGE, {})
    return earlier or sum(bounds(stages[row]).low for row in OPEN if row in stages) >= FEWEST


def _decisions_due(session: Session, now: datetime) -> int:
    query = (
        select(func.count())
        .select_from(RetentionClock)
        .where(col(RetentionClock.due_at) <= now, col(RetentionClock.ended_at).is_(None))
    )
    return session.exec(query).one()
