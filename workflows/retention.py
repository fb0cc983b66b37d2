"""When a clock has run out and somebody has decided: erase for good, with a certificate each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from casework import retention
from casework.erasures import SamePersonError, Wanted, check_nothing_runs, seconds_for
from casework.errors import KeyDestroyedError, NotAllowedError
from casework.holds import check_not_held
from casework.incidents import by_reference
from casework.office import Office
from casework.retention_tidy import tidy
from evidence.erasure import Erased
from records.database import reading, transaction
from records.exhibit import Exhibit
from records.incident import Incident, Mention
from records.record_key import RecordKey
from records.retention import Kept, RetentionClock
from records.traces import wipe_traces
from workflows.digest import Send
from workflows.erase import (
    TABLES,
    Done,
    Eraser,
    Order,
    empty_mention,
    erase,
    erased_exhibits,
    list_erased,
)

WHY = "kept-long-enough"


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of it: the certificates, or how many posts of the triage list went."""

    done: tuple[Done, ...] = ()
    posts: int = 0


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides about what; to erase, `second` has agreed."""

    kind: Kept
    subject: str
    actor: str
    second: str = ""


def erase_due(eraser: Eraser, office: Office, who: Decider, *, now: datetime) -> Decided:
    """Erase what has been kept long enough; raises a CaseworkError when that may not be.

    The decision commits first. Should the program die then, the same command goes on from there.
    """
    if who.second in {"", who.actor}:
        raise SamePersonError
    with transaction(eraser.database) as session:
        clock = retention.to_decide(
            session, who.kind, who.subject, actor=who.actor, office=office, now=now
        )
        wanted = Wanted(who.kind.value, who.subject, WHY)
        if who.second not in seconds_for(session, office, wanted, now):
            raise NotAllowedError
        if who.kind is Kept.TRIAGE:
            erased = _empty_triage(session, who.subject, office, now)
            retention.erased(session, clock, why=WHY, actor=who.actor, office=office, now=now)
            retention.end(session, clock, now)
        else:
            orders = _orders(session, clock, who, office, now)
    if who.kind is Kept.TRIAGE:
        list_erased(eraser, erased)
        wipe_traces(eraser.database, *TABLES)
        return Decided(posts=len(erased))
    done = tuple(_erase(eraser, office, order, now) for order in orders)
    with transaction(eraser.database) as session:
        retention.end(session, session.get_one(RetentionClock, clock.id), now)
        retention.run_clocks(session, office, now)
    return Decided(done=tuple(one for one in done if one is not None))


def extend_due(
    database: Engine,
    office: Office,
    who: Decider,
    *,
    until: date,
    coded_why: Callable[[Session, Incident | None], str],
    now: datetime,
) -> None:
    """Keep it until a day, with a reason; `coded_why` seals it for the record."""
    with transaction(database) as session:
        clock = retention.to_decide(
            session, who.kind, who.subject, actor=who.actor, office=office, now=now
        )
        reference = retention.reference_of(clock)
        incident = by_reference(session, reference) if reference else None
        retention.extend(
            session,
            clock,
            until=until,
            why=coded_why(session, incident),
            actor=who.actor,
            office=office,
            now=now,
        )


def look(database: Engine, office: Office, send: Send, now: datetime) -> int:
    """Begin clocks, tidy, and tell those who decide what is due; how many decisions were told."""
    with transaction(database) as session:
        retention.run_clocks(session, office, now)
        tidy(session, now)
    with reading(database) as session:
        due = retention.untold(session, now)
        deciders = {clock.id: retention.who_decides(session, clock, office, now) for clock in due}
    for staff_id in sorted({one for ids in deciders.values() for one in ids}):
        own = [clock for clock in due if staff_id in deciders[clock.id]]
        send(office.roster[staff_id], _SUBJECT, _words(own))
    with transaction(database) as session:
        for clock in due:
            if deciders[clock.id]:
                told = session.get_one(RetentionClock, clock.id)
                told.told_at = now
                session.add(told)
    return len(due)


_SUBJECT = "namewatch: somebody has to decide what is kept any longer"


def _words(clocks: list[RetentionClock]) -> str:
    lines = "\n".join(f"  {one.kind} {one.subject}" for one in clocks)
    return (
        "The time for which the policy keeps these is over. Nothing is erased by itself, and"
        " nothing should be kept by itself: please decide for each.\n\n"
        f"{lines}\n\n"
        "See them:   namewatch retention due\n"
        "Erase:      namewatch retention erase KIND REFERENCE (a second person has to agree)\n"
        "Keep:       namewatch retention extend KIND REFERENCE --until DAY --why REASON\n"
    )


def _orders(
    session: Session, clock: RetentionClock, who: Decider, office: Office, now: datetime
) -> list[Order]:
    reference = retention.reference_of(clock)
    assert reference is not None
    incident = by_reference(session, reference)
    check_not_held(session, incident)
    if who.kind is not Kept.EVIDENCE:
        check_nothing_runs(session, reference, now)
    retention.erased(session, clock, why=WHY, actor=who.actor, office=office, now=now)
    if who.kind is not Kept.EVIDENCE:
        return [Order(reference, None, who.actor, who.second, WHY)]
    numbers = session.exec(
        select(Exhibit.number)
        .where(Exhibit.incident_id == incident.id)
        .order_by(col(Exhibit.number))
    ).all()
    gone = erased_exhibits(session, reference)
    return [
        Order(reference, number, who.actor, who.second, WHY)
        for number in numbers
        if number not in gone
    ]


def _erase(eraser: Eraser, office: Office, order: Order, now: datetime) -> Done | None:
    try:
        return erase(eraser, office, order, now=now)
    except KeyDestroyedError:  # a try that was broken off has come so far
        return None


def _empty_triage(session: Session, month: str, office: Office, now: datetime) -> list[Erased]:
    """Destroy the keys of the posts kept for triage in a month, and what they seal."""
    zone = office.organisation.calendar.zone
    erased = []
    for mention in session.exec(select(Mention).where(col(Mention.incident_id).is_(None))).all():
        key = session.get_one(RecordKey, mention.key_id)
        if key.wrapped is None or f"{mention.found_at.astimezone(zone):%Y-%m}" != month:
            continue
        key.wrapped = None
        session.add(key)
        empty_mention(session, mention)
        erased.append(Erased(f"TRIAGE-{month}", now, key.recipient))
    return erased
