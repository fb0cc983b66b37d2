"""The page on which everybody begins: what needs their attention, is with others, or is closed."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from casework.areas import Area
from casework.inbox import Part
from casework.inbox_reading import MOST_COUNTED, Inbox
from casework.triage import waiting
from console.front import Front
from console.inbox_page import inbox_page, triage_words
from console.watching import watching
from records.database import reading


def routes(front: Front) -> APIRouter:
    """The inbox."""
    router = APIRouter()
    desk = front.desk

    @router.get("/inbox")
    def inbox(request: Request, show: str = Part.ATTENTION.value, after: str = "") -> Response:
        member = front.enter(request, Area.INBOX)
        part = Part(show) if show in set(Part) else Part.ATTENTION
        with reading(desk.database) as session:
            box = Inbox(session, desk.office, member.staff_id, desk.now())
            listed = box.page(part, after)
            whole = part is Part.ATTENTION and not after
            attention = listed.many if whole else box.count(Part.ATTENTION)
            state = watching(desk, session, member.staff_id)
            triage = waiting(session, desk.office, member.staff_id, desk.now(), most=MOST_COUNTED)
        page = inbox_page(desk, part, listed, attention, first=not after)
        words = triage_words(len(triage))
        return front.show(
            member, "inbox.html", here=Area.INBOX, page=page, watching=state, triage=words
        )

    return router
