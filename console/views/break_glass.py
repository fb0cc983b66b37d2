"""See a record in an emergency: somebody asks, somebody else agrees, and all on it are told."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request
from starlette.responses import Response

from casework import break_glass
from casework.break_glass import LONGEST_WORDS, WHY
from console.break_glass_page import asked_page, asking_page
from console.errors import TooManyTriesError
from console.faults import Fault
from console.front import Front, go_to, known_form
from console.limits import SlowingLimiter
from console.sessions import RECENT
from records.database import reading, transaction
from records.roster import StaffMember
from workflows import break_glass as telling

HERE, ASK = "/break-glass", "/break-glass/ask"
TO_FILL_IN = 3 * RECENT
"""Somebody who has just proved who they are may take this long over a form."""
_Line = Annotated[str, Form(max_length=40)]
_Words = Annotated[str, Form(max_length=2 * LONGEST_WORDS)]


def routes(front: Front) -> APIRouter:
    """The list, the form to ask with, and the page to answer on."""
    router = APIRouter()
    desk = front.desk
    asks_each = SlowingLimiter((3, timedelta(hours=1)), (6, timedelta(days=1)))

    def tell() -> None:
        telling.tell(desk.database, desk.roster, desk.send_note, desk.console_url, desk.now())

    @router.get(HERE)
    def show(request: Request, done: str = "") -> Response:
        member = front.signed_in(request)
        with reading(desk.database) as session:
            now = desk.now()
            waiting = break_glass.waiting_for(session, desk.office, member.staff_id, now)
            open_now = break_glass.open_to(session, member.staff_id, now)
        page = asking_page(desk, waiting, open_now)
        return front.show(member, "break_glass.html", page=page, done=done)

    @router.get(ASK)
    def form(request: Request) -> Response:
        return _form(front, front.proven(request, ASK))

    @router.post(ASK)
    def ask(
        request: Request,
        later: BackgroundTasks,
        reference: _Line = "",
        why: _Line = "",
        words: _Words = "",
    ) -> Response:
        member = front.proven(request, ASK, within=TO_FILL_IN)
        reference = reference.strip().upper()
        faults = _faults(reference, why, words)
        if faults:
            return _form(front, member, *faults, reference=reference, why=why, words=words)
        if not asks_each.allow(member.staff_id, desk.now()):
            raise TooManyTriesError
        with transaction(desk.database) as session:
            break_glass.ask(
                session,
                desk.office,
                reference,
                why=why,
                words=words,
                actor=member.staff_id,
                now=desk.now(),
            )
        later.add_task(tell)  # also when there is nothing to tell
        return go_to(f"{HERE}?done=asked")

    @router.get("/break-glass/{number}")
    def read(request: Request, number: int) -> Response:
        member = front.proven(request, f"{HERE}/{number}")
        with transaction(desk.database) as session:
            asked, words = break_glass.read_words(
                session,
                desk.office,
                number,
                desk.open_key,
                actor=member.staff_id,
                now=desk.now(),
            )
        return front.show(member, "break_glass_asked.html", page=asked_page(desk, asked, words))

    @router.post("/break-glass/{number}/allow")
    def allow(request: Request, later: BackgroundTasks, number: int) -> Response:
        member = front.proven(request, f"{HERE}/{number}", within=TO_FILL_IN)
        with transaction(desk.database) as session:
            break_glass.allow(session, desk.office, number, actor=member.staff_id, now=desk.now())
        later.add_task(tell)
        return go_to(f"{HERE}?done=allowed")

    @router.post("/break-glass/{number}/refuse")
    def refuse(request: Request, number: int) -> Response:
        member = front.proven(request, f"{HERE}/{number}", within=TO_FILL_IN)
        with transaction(desk.database) as session:
            break_glass.refuse(session, desk.office, number, actor=member.staff_id, now=desk.now())
        return go_to(f"{HERE}?done=refused")

    return router


def _faults(reference: str, why: str, words: str) -> list[Fault]:
    faults = []
    if not known_form(reference):
        faults.append(Fault("reference", "Enter the reference, like NW-2026-0041"))
    if why not in WHY:
        faults.append(Fault("why", "Select why you need to see it"))
    if not words.strip():
        faults.append(Fault("words", "Say in a sentence what you need it for"))
    elif len(words) > LONGEST_WORDS:
        faults.append(Fault("words", f"Use {LONGEST_WORDS} characters or fewer"))
    return faults


def _form(
    front: Front,
    member: StaffMember,
    *faults: Fault,
    reference: str = "",
    why: str = "",
    words: str = "",
) -> Response:
    choices = [
        {"value": code, "text": text[:1].upper() + text[1:], "checked": code == why}
        for code, text in WHY.items()
    ]
    return front.show(
        member,
        "break_glass_ask.html",
        status=400 if faults else 200,
        faults=faults,
        reference=reference,
        choices=choices,
        words=words,
    )
