"""What was found and alerted nobody: the list of what waits, and taking an answer back."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from casework.areas import Area, may_enter
from casework.errors import NoSuchIncidentError, NotAllowedError
from casework.triage import Waiting, waiting
from casework.triage_answers import undo, undoable
from console.front import Front, go_to
from console.triage_form import finding_number
from console.triage_page import ANSWERED, triage_page
from console.watching import watching
from records.database import reading, transaction
from records.roster import StaffMember


def routes(front: Front) -> APIRouter:
    """The list."""
    router = APIRouter()
    desk = front.desk

    @router.get("/triage")
    def show_list(request: Request, done: str = "") -> Response:
        member, found = _enter(front, request)
        with reading(desk.database) as session:
            taken_back = undoable(session, member.staff_id, desk.now())
            state = watching(desk, session, member.staff_id)
        return front.show(
            member,
            "triage.html",
            here=Area.TRIAGE,
            page=triage_page(desk, found, taken_back),
            watching=state,
            done=ANSWERED.get(done, ""),
        )

    @router.post("/triage/{number}/undo")
    def take_back(request: Request, number: str) -> Response:
        member = front.signed_in(request)
        with transaction(desk.database) as session:
            if not undo(session, finding_number(number), desk.reader(member), now=desk.now()):
                raise NoSuchIncidentError
        return go_to(f"/triage/{finding_number(number)}?done=undone")

    return router


def _enter(front: Front, request: Request) -> tuple[StaffMember, list[Waiting]]:
    """Whoever does triage, or has something waiting although others usually do it."""
    desk = front.desk
    member = front.signed_in(request)
    with reading(desk.database) as session:
        found = waiting(session, desk.office, member.staff_id, desk.now())
    if not found and not may_enter(desk.office, member.staff_id, Area.TRIAGE, desk.now()):
        raise NotAllowedError
    return member, found
