"""Reports by people, kept with the mention of the post that they are about."""

from datetime import datetime

from pyrage import x25519
from sqlmodel import Session, col, select

from casework.audit import note
from casework.reading import place_of
from records.audit import MACHINE
from records.incident import Incident, Mention
from records.record_key import RecordKey
from records.report import MentionReport, Report
from records.sealing import seal, unseal


def attach(
    session: Session, mention: Mention, report: Report, report_key: str, *, now: datetime
) -> bool:
    """Seal a report with a mention; False if it stands there already."""
    known = (
        select(MentionReport.id)
        .where(MentionReport.mention_id == mention.id)
        .where(MentionReport.report_key == report_key)
    )
    if session.exec(known).first() is not None:
        return False
    assert mention.id is not None
    recipient = session.get_one(RecordKey, mention.key_id).recipient
    place = _place(mention, report_key)
    session.add(
        MentionReport(
            mention_id=mention.id,
            report_key=report_key,
            reported_at=report.at,
            sealed=seal(report.model_dump_json().encode(), place=place, recipient=recipient),
        )
    )
    incident = session.get(Incident, mention.incident_id) if mention.incident_id else None
    note(
        session,
        "report kept",
        actor=MACHINE,  # who reported it stands sealed, and nowhere else
        now=now,
        reference=incident.reference if incident else None,
        about={"mention": mention.id, "via": report.via, "outside": report.from_outside},
    )
    return True


def reports_of(session: Session, mention: Mention, identity: x25519.Identity) -> list[Report]:
    """Every report of a mention, oldest first; `identity` is the key of its record.

    Whoever calls this has checked and noted that somebody may read the record.
    """
    query = select(MentionReport).where(MentionReport.mention_id == mention.id)
    kept = session.exec(query.order_by(col(MentionReport.reported_at), col(MentionReport.id)))
    return [
        Report.model_validate_json(
            unseal(one.sealed, place=_place(mention, one.report_key), identity=identity)
        )
        for one in kept
    ]


def _place(mention: Mention, report_key: str) -> str:
    return place_of(f"report:{report_key}", mention.post_key)
