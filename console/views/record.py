"""The page of a record, and the button "I've seen this"."""

from datetime import datetime

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from casework.audit import entries_about
from casework.cases import case_for
from casework.earlier import with_same_author
from casework.errors import KeyDestroyedError, NoSuchIncidentError, NotAllowedError
from casework.holds import hold_on
from casework.incidents import acknowledge, by_reference
from casework.reading import people_on, read_findings
from casework.told_evidence import told_of_captures, told_of_looks
from casework.verdicts import said_by
from console.done_banner import banner
from console.earlier_words import earlier_lines
from console.front import Front, go_to
from console.record_page import Record, record_page
from console.record_tasks import record_tasks
from console.tasks import View
from console.views.refusal import refuse
from console.words import moment_words
from records.alert import AlertKind, Delivery
from records.database import transaction
from records.exhibit import Exhibit
from records.incident import Acknowledgement, Incident
from records.roster import StaffMember
from workflows.erase import erased_exhibits

PRESSED = "?done=seen"


def routes(front: Front) -> APIRouter:
    """The pages of a record."""
    router = APIRouter()
    desk = front.desk

    def shown(at: datetime) -> str:
        return moment_words(at, desk.organisation.calendar.zone)

    @router.get("/r/{reference}")
    def show(request: Request, reference: str, done: str = "") -> Response:
        reader = front.who(request)
        if reader is None:
            return front.to_sign_in(request, reference)
        try:
            with transaction(desk.database) as session:
                record = _read(front, session, reference, reader)
                case = case_for(session, desk.office, reference, reader.staff_id, now=desk.now())
                earlier = with_same_author(
                    session, case.incident, desk.office, actor=reader.staff_id, now=desk.now()
                )
                view = View(case, reader.staff_id, record.people, shown)
                just_done = banner(done, view, entries_about(session, reference)) if done else ""
        except (NoSuchIncidentError, NotAllowedError):
            return refuse(front, reader, reference)
        except KeyDestroyedError:
            return front.error(request, 410)
        page = record_page(desk, record, reader.staff_id)
        return front.show(
            reader,
            "record.html",
            page=page,
            tasks=record_tasks(view),
            just_done=just_done,
            earlier=tuple(earlier_lines(earlier)),
            just_pressed=done == "seen" and bool(page.you_saw_it),
            just_said=done == "said" and bool(page.you_said),
        )

    @router.post("/r/{reference}/seen")
    def seen(request: Request, reference: str) -> Response:
        reader = front.who(request)
        if reader is None:
            return front.to_sign_in(request, reference)
        try:
            with transaction(desk.database) as session:
                acknowledge(
                    session,
                    by_reference(session, reference),
                    actor=reader.staff_id,
                    via="page",
                    employed=desk.employed(reader.staff_id),
                    now=desk.now(),
                )
        except (NoSuchIncidentError, NotAllowedError):
            return refuse(front, reader, reference)
        return go_to(f"/r/{reference}{PRESSED}")

    return router


def _read(front: Front, session: Session, reference: str, reader: StaffMember) -> Record:
    """Everything on the page, read in one transaction with the note that it was viewed."""
    desk = front.desk
    incident = by_reference(session, reference)
    seen = read_findings(session, incident, desk.reader(reader), now=desk.now())

    def shown(at: datetime) -> str:
        return moment_words(at, desk.organisation.calendar.zone)

    return Record(
        incident=incident,
        seen=seen,
        people=people_on(session, incident),
        deliveries=_deliveries(session, incident),
        acknowledgements=_acknowledgements(session, incident),
        exhibits=_exhibits(session, incident),
        said=said_by(session, incident, reader.staff_id),
        hold=hold_on(session, incident),
        erased=erased_exhibits(session, reference),
        under_way=told_of_captures(session, incident, shown),
        looked=told_of_looks(session, incident, shown),
    )


def _deliveries(session: Session, incident: Incident) -> list[Delivery]:
    query = select(Delivery).where(
        Delivery.incident_id == incident.id, Delivery.kind != AlertKind.TEST.value
    )
    return list(session.exec(query.order_by(col(Delivery.id))))


def _acknowledgements(session: Session, incident: Incident) -> list[Acknowledgement]:
    query = select(Acknowledgement).where(Acknowledgement.incident_id == incident.id)
    return list(session.exec(query.order_by(col(Acknowledgement.at))))


def _exhibits(session: Session, incident: Incident) -> list[Exhibit]:
    query = select(Exhibit).where(Exhibit.incident_id == incident.id)
    return list(session.exec(query.order_by(col(Exhibit.number))))
