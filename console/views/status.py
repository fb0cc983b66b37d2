"""For whoever looks after this: counts and states, never content."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from casework.areas import Area
from casework.audit import note
from console.front import Front, go_to
from console.health import LastCheck
from console.status_page import Read, status_page
from console.watching import watching
from records.database import reading, transaction
from workflows.places import gaps, places
from workflows.sealing_state import sealing_state
from workflows.senders import alarms_untold, senders


def routes(front: Front) -> APIRouter:
    """The status page."""
    router = APIRouter()
    desk = front.desk
    last = LastCheck(desk.machine)

    @router.get("/status")
    def status(request: Request) -> Response:
        member = front.enter(request, Area.STATUS)
        now, viewer = desk.now(), member.staff_id
        with reading(desk.database) as session:
            read = Read(
                places=places(session, desk.places, now),
                gaps=gaps(session, desk.places),
                senders=senders(session, viewer, now, desk.channels),
                alarms=alarms_untold(session),
                evidence=sealing_state(session, viewer, now),
                facts=desk.machine.facts(),
            )
            state = watching(desk, session, viewer)
        return front.show(
            member,
            "status.html",
            here=Area.STATUS,
            page=status_page(desk, read, last),
            watching=state,
        )

    @router.post("/status/check")
    def check(request: Request) -> Response:
        member = front.enter(request, Area.STATUS)
        with transaction(desk.database) as session:
            note(session, "everything checked", actor=member.staff_id, now=desk.now())
        last.again(desk.now())
        return go_to("/status")

    @router.get("/status/check")
    def back_to_status() -> Response:
        """A form's address opened by hand, or by a scanner, only leads back."""
        return go_to("/status")

    return router
