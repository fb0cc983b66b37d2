"""Pages that help with what has to be said: in private, and about a restriction."""

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from casework.cases import case_for
from casework.reading import people_on
from console.front import Front
from console.restriction_words import restriction_words
from console.talk import talk_page
from console.tasks import View
from console.words import moment_words
from records.database import transaction


def routes(front: Front) -> APIRouter:
    """The pages."""
    router = APIRouter()
    desk = front.desk

    def shown(at: datetime) -> str:
        return moment_words(at, desk.organisation.calendar.zone)

    @router.get("/r/{reference}/talk")
    def talk(request: Request, reference: str) -> Response:
        member = front.signed_in(request, reference)
        with transaction(desk.database) as session:
            case = case_for(session, desk.office, reference, member.staff_id, now=desk.now())
            view = View(case, member.staff_id, people_on(session, case.incident), shown)
            page = talk_page(view)
        return front.show(member, "talk.html", page=page)

    @router.get("/r/{reference}/words/{number}")
    def words(request: Request, reference: str, number: str) -> Response:
        member = front.signed_in(request, reference)
        with transaction(desk.database) as session:
            case = case_for(session, desk.office, reference, member.staff_id, now=desk.now())
            page = restriction_words(case, number)
        return front.show(member, "restriction_words.html", page=page)

    return router
