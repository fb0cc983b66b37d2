"""Take in what people report, whoever asks for it: the command line, a mailbox or the console."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from casework.audit import note
from evidence.vault import PublicKeys, WorkingKey
from records.audit import MACHINE
from records.report import Report, TakenReport
from records.roster import Roster
from records.sealing import keyed_hash, seal
from workflows.engine import REPORTS, Engine
from workflows.services import Services

WORKFLOW = "look-at-report"
LOST_AFTER = timedelta(minutes=5)


def take_report(session: Session, keys: PublicKeys, report: Report, *, now: datetime) -> bool:
    """Keep a report, sealed, for the service to look at; False if it was taken before.

    Needs no running service: one that runs looks at it within seconds of the commit, and one that
    does not at its next start.
    """
    report_key = keyed_hash(keys.pepper, "report", report.mark)
    known = select(TakenReport.id).where(TakenReport.report_key == report_key)
    if session.exec(known).first() is not None:
        return False
    sealed = seal(
        report.model_dump_json().encode(), place=_place(report_key), recipient=keys.working
    )
    taken = TakenReport(
        report_key=report_key, via=report.via, taken_at=now, sealed=sealed, due_at=now
    )
    session.add(taken)
    about = {"via": report.via, "outside": report.from_outside}
    note(session, "report taken", actor=MACHINE, now=now, about=about)
    return True


def known_reporter(report: Report, roster: Roster) -> Report:
    """The report of a message with the staff id of the one person who has its sender's address."""
    sender = report.sender.strip().casefold()
    theirs = [one for one in roster if sender and roster[one].email.strip().casefold() == sender]
    return report.model_copy(update={"reporter": theirs[0] if len(theirs) == 1 else None})


def opened(key: WorkingKey, taken: TakenReport) -> Report:
    """The report as it was taken in."""
    assert taken.sealed is not None
    return Report.model_validate_json(key.open(taken.sealed, _place(taken.report_key)))


def enqueue_reports_due(session: Session, engine: Engine, held: Services) -> int:
    """Have reports looked at that are new, are to be tried again, or were lost on the way."""
    query = (
        select(TakenReport)
        .where(col(TakenReport.due_at) <= held.now())
        .order_by(col(TakenReport.id))
        .with_for_update(skip_locked=True)
        .limit(50)
    )
    due = list(session.exec(query))
    for taken in due:
        assert taken.id is not None
        taken.turns += 1
        taken.due_at = held.now() + LOST_AFTER
        session.add(taken)
        engine.enqueue(session, REPORTS, WORKFLOW, f"{WORKFLOW}:{taken.id}:{taken.turns}", taken.id)
    return len(due)


def _place(report_key: str) -> str:
    return f"report:{report_key}"
