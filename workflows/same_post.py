"""One post, one record: where a page belongs that somebody asks for by hand."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from casework.audit import note
from monitors.links import known_link
from records.audit import MACHINE, AuditEntry
from records.capture import Capture, CaptureKind, Recheck
from records.incident import Incident, Mention
from records.record_key import RecordKey
from records.report import Report
from workflows.changes import post_key_of
from workflows.handed_in import Order, ask_for_page, open_for_triage
from workflows.rechecks import address_of, recheck_mark
from workflows.services import Services

SOURCE = "report"
"""The platform of a post that only a report tells of."""


def page_id(url: str) -> str:
    """By which a page that is no known platform's is known again."""
    return f"link:{url.partition('#')[0]}"


def record_with(session: Session, held: Services, url: str) -> Incident | None:
    """The open record that holds the post at `url`, or a page that was asked for by hand."""
    keys = [post_key_of(held, SOURCE, page_id(url))]
    link = known_link(url)
    if link and link.id:
        keys.append(post_key_of(held, link.source, link.id))
    return _holding(session, keys) or _with_page(session, held, url)


def keep_page(session: Session, held: Services, report: Report, post_keys: Collection[str]) -> None:
    """Have the page that a report asks for kept with its post's record, or else in one for triage.

    `post_keys` are those of the posts that the report led to.
    """
    holding = _holding(session, post_keys)
    if report.page_why is not None:
        url, order = report.links[0], Order(report.reporter or MACHINE, report.page_why)
        there = holding or _opened(session, report.opened) or _with_page(session, held, url)
        if there is None:
            there = open_for_triage(session, held, order)
        if not _is_under_way(session, there):
            ask_for_page(session, held, there.reference, order, url)
    if holding:
        by_hand = [_opened(session, report.opened)]
        by_hand += [_by_hand(session, held, url) for url in report.links]
        for other in by_hand:
            if other and other.id != holding.id:
                _tell_of_each_other(session, held, holding, other)


def _holding(session: Session, post_keys: Collection[str]) -> Incident | None:
    query = (
        select(Incident)
        .join(Mention, col(Mention.incident_id) == Incident.id)
        .join(RecordKey, col(RecordKey.id) == Incident.key_id)
        .where(col(Mention.post_key).in_(post_keys))
        .where(Incident.state != "closed", col(RecordKey.wrapped).is_not(None))
        .order_by(col(Incident.id))
    )
    return session.exec(query).first()


def _with_page(session: Session, held: Services, url: str) -> Incident | None:
    """The open record whose page at `url` is still looked for again, or was asked for by hand.

    Sources know one post by several ids, but where it stands is the same.
    """
    query = (
        select(Recheck, Incident)
        .join(Incident, col(Incident.id) == Recheck.incident_id)
        .where(col(Recheck.work).is_not(None), Incident.state != "closed")
        .order_by(col(Recheck.id))
    )
    for row, incident in session.exec(query):
        if page_id(address_of(held, row).url) == page_id(url):
            return incident
    return _by_hand(session, held, url)


def _by_hand(session: Session, held: Services, url: str) -> Incident | None:
    """The open record in which this very page was asked for before."""
    opened = select(Incident).where(Incident.opened_by != "", Incident.state != "closed")
    marks = {recheck_mark(held, one.reference, url): one for one in session.exec(opened).all()}
    query = select(Recheck.mark).where(col(Recheck.mark).in_(marks)).order_by(col(Recheck.id))
    mark = session.exec(query).first()
    return marks[mark] if mark else None


def _opened(session: Session, reference: str) -> Incident | None:
    return session.exec(select(Incident).where(Incident.reference == reference)).first()


def _is_under_way(session: Session, incident: Incident) -> bool:
    """Whether a post of it is about to be captured with its page: it was found a moment ago."""
    query = select(Capture.id).where(
        Capture.incident_id == incident.id,
        Capture.kind == CaptureKind.PAGE.value,
        col(Capture.mention_id).is_not(None),
        col(Capture.work).is_not(None),
        Capture.tries == 0,
    )
    return session.exec(query).first() is not None


def _tell_of_each_other(session: Session, held: Services, one: Incident, other: Incident) -> None:
    told = select(AuditEntry).where(
        AuditEntry.action == "same post", AuditEntry.reference == one.reference
    )
    if any(entry.about.get("as") == other.reference for entry in session.exec(told)):
        return
    for here, there in ((one, other), (other, one)):
        note(
            session,
            "same post",
            actor=MACHINE,
            now=held.now(),
            reference=here.reference,
            about={"as": there.reference},
        )
