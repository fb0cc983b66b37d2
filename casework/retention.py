"""Clocks of what is kept: they begin by themselves, and when one has run out a person decides.

Nothing is erased by itself, and nothing is kept without somebody saying so again: whoever decides
is told, every week, until they do.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session, col, select

from casework.audit import note
from casework.errors import CaseworkError, NotAllowedError
from casework.holds import hold_on
from casework.office import Office
from casework.permissions import Action, check, concerned
from casework.retention_rules import Clock, Closed, Ended, clock_of_triage, clocks_of
from policies.pack import Decision
from policies.seats import Desk, Question, Seat
from records.exhibit import Exhibit
from records.incident import Incident, Mention
from records.record_key import RecordKey
from records.retention import Kept, RetentionClock, RetentionDecision
from records.step import Step

AGAIN_AFTER = timedelta(days=7)
"""Whoever decides is told again so often, until they have decided."""
ERASED, OPENED_AGAIN = "erased", "opened again"


class NothingDueError(CaseworkError):
    """No decision is due here."""


class ExtensionUnfitError(CaseworkError):
    """It can't be kept until then."""


@dataclass(frozen=True, slots=True)
class Due:
    """A decision that is due, or will be."""

    clock: RetentionClock
    due: bool
    held: bool
    """A legal hold stands: nothing may be erased, and nothing has to be decided meanwhile."""


def run_clocks(session: Session, office: Office, now: datetime) -> int:
    """Begin a clock for all that has none, and end those whose record is opened or erased.

    A clock keeps the time that its rules gave it, whatever the policy says later; only a
    restriction that ends makes it longer. Returns how many clocks began.
    """
    known = {(one.kind, one.subject): one for one in session.exec(select(RetentionClock))}
    clocks = list(_clocks(session, office))
    began = sum([_begin(session, office, clock, known) for clock in clocks])
    over = _over(session)
    for clock in session.exec(select(RetentionClock).where(col(RetentionClock.ended_at).is_(None))):
        if ended := over.get(reference_of(clock) or "", ""):
            clock.ended, clock.ended_at = ended, now
            session.add(clock)
    return began


def those_due(session: Session, now: datetime, *, within: timedelta = timedelta(0)) -> list[Due]:
    """Decisions that are due, or will be `within` some time; the oldest first."""
    query = (
        select(RetentionClock)
        .where(col(RetentionClock.ended_at).is_(None))
        .where(col(RetentionClock.due_at) <= now + within)
        .order_by(col(RetentionClock.due_at), col(RetentionClock.id))
    )
    return [
        Due(clock, due=clock.due_at <= now, held=_held(session, clock))
        for clock in session.exec(query)
    ]


def decided_by(
    session: Session,
    office: Office,
    actor: str,
    now: datetime,
    *,
    within: timedelta = timedelta(0),
) -> list[Due]:
    """Of what is due, or will be, what `actor` may decide on; nothing else is listed or counted."""
    return [
        one
        for one in those_due(session, now, within=within)
        if _decides(session, one.clock, actor, office, now) and not _why_over(session, one.clock)
    ]


def seen_by(
    session: Session, office: Office, number: int, actor: str, now: datetime
) -> RetentionClock:
    """One clock, for whoever decides on it; raises NotAllowedError, also when there is none."""
    clock = session.get(RetentionClock, number)
    if clock is None or clock.ended_at is not None or _why_over(session, clock):
        raise NotAllowedError
    _check_decides(session, clock, actor, office, now)
    return clock


def untold(session: Session, now: datetime) -> list[RetentionClock]:
    """Decisions that are due and of which nobody was told within the last week."""
    return [
        one.clock
        for one in those_due(session, now)
        if not one.held and (one.clock.told_at is None or one.clock.told_at <= now - AGAIN_AFTER)
    ]


def to_decide(
    session: Session, kind: Kept, subject: str, *, actor: str, office: Office, now: datetime
) -> RetentionClock:
    """The clock, locked, for `actor` to decide on; raises NotAllowedError or NothingDueError."""
    query = select(RetentionClock).where(
        RetentionClock.kind == kind.value, RetentionClock.subject == subject
    )
    clock = session.exec(query.with_for_update()).first()
    _check_decides(session, clock, actor, office, now)
    if clock is None or clock.ended_at is not None or _why_over(session, clock):
        raise NothingDueError
    if clock.due_at > now:
        raise NothingDueError(f"No decision is due here before {clock.due_at:%-d %B %Y}.")
    return clock


def extend(
    session: Session,
    clock: RetentionClock,
    *,
    until: date,
    why: str,
    actor: str,
    office: Office,
    now: datetime,
) -> None:
    """Keep it until a day; `why` is a code or sealed. Raises ExtensionUnfitError."""
    zone = office.organisation.calendar.zone
    ends = datetime.combine(until, time(), zone).astimezone(UTC)
    last = longest(clock, office, now)
    if not now < ends <= last:
        raise ExtensionUnfitError(
            f"Say a day that lies ahead and not after {last.astimezone(zone):%-d %B %Y}; then it"
            " is decided again."
        )
    clock.due_at, clock.told_at = ends, None
    clock.extended += 1
    session.add(clock)
    _decided(session, clock, "extend", why=why, actor=actor, office=office, now=now, until=ends)


def erased(
    session: Session, clock: RetentionClock, *, why: str, actor: str, office: Office, now: datetime
) -> None:
    """Write down that it was decided to erase; whoever calls this erases."""
    _decided(session, clock, "erase", why=why, actor=actor, office=office, now=now, until=None)


def end(session: Session, clock: RetentionClock, now: datetime) -> None:
    """The clock runs no more, since nothing is left."""
    clock.ended, clock.ended_at = ERASED, now
    session.add(clock)


def who_decides(
    session: Session, clock: RetentionClock, office: Office, now: datetime
) -> list[str]:
    """The custodian, and failing that whoever else may decide; never somebody who is named."""
    incident = _incident(session, clock)
    desk = office.desk(incident, now) if incident else _own_desk(office, now)
    custodian = desk.custodian()
    if custodian is not None:
        return [custodian.staff_id]
    return [seat.staff_id for seat in desk.deciders(Decision.RETENTION)]


def reference_of(clock: RetentionClock) -> str | None:
    """The record that a clock is of; None for triage."""
    return None if clock.kind == Kept.TRIAGE.value else clock.subject.partition("/")[0]


def _check_decides(
    session: Session, clock: RetentionClock | None, actor: str, office: Office, now: datetime
) -> None:
    incident = _incident(session, clock) if clock else None
    if incident is not None:
        who = concerned(session, incident, office, now)
        check(office.actor(actor), Action.DECIDE_RETENTION, who, now)
        return
    seats: Sequence[Seat] = _own_desk(office, now).deciders(Decision.RETENTION)
    if actor not in {seat.staff_id for seat in seats}:
        raise NotAllowedError("The policy leaves this decision to others than you.")


def _decides(
    session: Session, clock: RetentionClock, actor: str, office: Office, now: datetime
) -> bool:
    try:
        _check_decides(session, clock, actor, office, now)
    except NotAllowedError:
        return False
    return True


def _own_desk(office: Office, now: datetime) -> Desk:
    nobody = Question(named=None, alongside=frozenset(), day=office.today(now))
    return Desk(office.pack, office.organisation, office.roster, nobody)


def longest(clock: RetentionClock, office: Office, now: datetime) -> datetime:
    """No longer at once than the policy keeps it in the first place."""
    rules = office.pack.retention
    period = {
        Kept.RECORD: rules.closed_record,
        Kept.RESTRICTION: rules.restriction,
    }.get(Kept(clock.kind), rules.evidence)
    zone = office.organisation.calendar.zone
    return period.after(now.astimezone(zone)).astimezone(UTC)


def _decided(
    session: Session,
    clock: RetentionClock,
    decision: str,
    *,
    why: str,
    actor: str,
    office: Office,
    now: datetime,
    until: datetime | None,
) -> None:
    assert clock.id is not None
    playbook = f"{office.pack.name} {office.pack.version}"
    session.add(
        RetentionDecision(
            clock_id=clock.id,
            at=now,
            actor=actor,
            decision=decision,
            until=until,
            why=why,
            playbook=playbook,
        )
    )
    about: dict[str, object] = {
        "kind": clock.kind,
        "decision": decision,
        "playbook": playbook,
        **({"until": until.date().isoformat()} if until else {}),
    }
    note(
        session,
        "retention decided",
        actor=actor,
        now=now,
        reference=reference_of(clock),
        about=about,
    )


def _clocks(session: Session, office: Office) -> Iterator[Clock]:
    rules, zone = office.pack.retention, office.organisation.calendar.zone
    closed = (
        select(Incident)
        .join(RecordKey, col(RecordKey.id) == Incident.key_id)
        .where(col(Incident.closed_at).is_not(None), col(RecordKey.wrapped).is_not(None))
    )
    saved = set(session.exec(select(Exhibit.incident_id).distinct()))
    steps: defaultdict[int, list[Step]] = defaultdict(list)
    about_restrictions = select(Step).where(
        col(Step.kind).in_(("restriction", "restriction-review"))
    )
    for step in session.exec(about_restrictions.order_by(col(Step.id))):
        steps[step.incident_id].append(step)
    for incident in session.exec(closed).all():
        assert incident.id is not None
        assert incident.closed_at is not None
        ended = tuple(_restrictions(steps[incident.id]))
        record = Closed(incident.reference, incident.closed_at, incident.id in saved, ended)
        yield from clocks_of(record, rules, zone)
    for month in _months_of_triage(session, office):
        yield clock_of_triage(month, rules, zone)


def _restrictions(steps: Sequence[Step]) -> Iterator[Ended]:
    """Each restriction of the register with its end: the day it was given, or a review's."""
    newest = {(one.kind, one.subject): one for one in steps}
    for (kind, number), step in newest.items():
        if kind != "restriction":
            continue
        day = step.about.get("ends-on")
        ends = datetime.combine(date.fromisoformat(day), time(), UTC) if day else None
        review = newest.get(("restriction-review", number))
        if review is not None and review.about.get("outcome") == "ended":
            ends = min(ends, review.happened_at) if ends else review.happened_at
        yield Ended(number, ends)


def _months_of_triage(session: Session, office: Office) -> list[datetime]:
    """A moment in each month in which posts were kept for triage that are still there."""
    query = (
        select(Mention.found_at)
        .join(RecordKey, col(RecordKey.id) == Mention.key_id)
        .where(col(Mention.incident_id).is_(None), col(RecordKey.wrapped).is_not(None))
    )
    zone = office.organisation.calendar.zone
    months = {f"{at.astimezone(zone):%Y-%m}": at for at in session.exec(query)}
    return list(months.values())


def _begin(
    session: Session,
    office: Office,
    clock: Clock,
    all_known: Mapping[tuple[str, str], RetentionClock],
) -> bool:
    known = all_known.get((clock.kind.value, clock.subject))
    if known is None:
        known = RetentionClock(
            kind=clock.kind.value,
            subject=clock.subject,
            since=clock.since,
            due_at=clock.due_at,
            rule=f"{clock.period}, {office.pack.name} {office.pack.version}",
        )
    elif known.ended == OPENED_AGAIN or known.since != clock.since:
        known.since, known.due_at = clock.since, clock.due_at
        known.ended, known.ended_at, known.told_at, known.extended = "", None, None, 0
    elif known.ended_at is None and not known.extended and clock.kind is not Kept.TRIAGE:
        known.due_at = max(known.due_at, clock.due_at)
        session.add(known)
        return False
    else:
        return False
    session.add(known)
    return True


def _over(session: Session) -> dict[str, str]:
    """Why clocks of a record no longer run, by its reference, where they don't."""
    query = select(Incident.reference, Incident.closed_at, col(RecordKey.wrapped).is_(None)).join(
        RecordKey, col(RecordKey.id) == Incident.key_id
    )
    return {
        reference: ERASED if erased else OPENED_AGAIN
        for reference, closed_at, erased in session.exec(query)
        if erased or closed_at is None
    }


def _why_over(session: Session, clock: RetentionClock) -> str:
    incident = _incident(session, clock)
    if incident is None:
        return ""
    key = session.get(RecordKey, incident.key_id)
    if key is None or key.wrapped is None:
        return ERASED
    return OPENED_AGAIN if incident.closed_at is None else ""


def _incident(session: Session, clock: RetentionClock) -> Incident | None:
    reference = reference_of(clock)
    if reference is None:
        return None
    return session.exec(select(Incident).where(Incident.reference == reference)).first()


def _held(session: Session, clock: RetentionClock) -> bool:
    incident = _incident(session, clock)
    return incident is not None and hold_on(session, incident) is not None
