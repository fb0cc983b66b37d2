"""The page of all that has happened with a record; what people wrote is covered until asked for."""

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from casework.audit import entries_about
from casework.cases import case_for
from casework.known import steps_of
from casework.permissions import Action
from casework.reading import admit, people_on
from casework.step_reading import read_steps
from console.front import Front
from console.tasks import View
from console.timeline import events, looked
from console.words import moment_words
from records.database import transaction


def routes(front: Front) -> APIRouter:
    """The page with and without people's words."""
    router = APIRouter()
    desk = front.desk

    @router.get("/r/{reference}/timeline")
    def covered(request: Request, reference: str) -> Response:
        return _page(request, reference, uncover=False)

    @router.post("/r/{reference}/timeline")
    def uncovered(request: Request, reference: str) -> Response:
        return _page(request, reference, uncover=True)

    def shown(at: datetime) -> str:
        return moment_words(at, desk.organisation.calendar.zone)

    def _page(request: Request, reference: str, *, uncover: bool) -> Response:
        member, now = front.signed_in(request, reference), desk.now()
        reader = desk.reader(member)
        with transaction(desk.database) as session:
            case = case_for(session, desk.office, reference, member.staff_id, now=now)
            incident = case.incident
            words = None
            if uncover:
                read = read_steps(session, incident, reader, now=now)
                words = {one.step.id: one.words for one in read if one.step.id is not None}
            else:
                admit(session, incident, reader, Action.VIEW, "record viewed", now)
            view = View(case, member.staff_id, people_on(session, incident), shown)
            entries, steps = entries_about(session, reference), steps_of(session, incident)
            happened = events(view, entries, steps, words)
        return front.show(
            member,
            "timeline.html",
            reference=reference,
            events=happened,
            looked=looked(view, entries),
            covered=any(one.covered for one in happened),
            uncovered=uncover,
        )

    return router
