"""Add a passkey of one's own, and take it away."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request
from starlette.responses import Response

from console.arriving import device, drop
from console.faults import Fault
from console.front import Front, go_to
from console.owner_notes import tell_owner
from console.passkeys import MOST
from console.sessions import device_words
from console.views.sign_in_passkey import Answered, asked
from records.roster import StaffMember

NEW = "/account/passkeys/new"
Title = Annotated[str, Form(max_length=60)]
NOT_ADDED = f"The passkey could not be set up. Try again. You can have {MOST} at most."


def routes(front: Front) -> APIRouter:
    """Where passkeys are not possible there is no such page."""
    router = APIRouter()
    passkeys = front.door.passkeys
    if not passkeys.possible:
        return router

    @router.get(NEW)
    def offer(request: Request) -> Response:
        return _page(front, front.proven(request, NEW))

    @router.post("/account/passkeys/begin")
    def begin(request: Request) -> Response:
        token, options = passkeys.ask_to_add(front.proven(request, NEW))
        return asked(front, token, options)

    @router.post("/account/passkeys")
    def add(
        request: Request, later: BackgroundTasks, answer: Answered = "", title: Title = ""
    ) -> Response:
        member = front.proven(request, NEW)
        cookie = request.cookies.get(front.door.asked_cookie, "")
        called = " ".join(title.split()) or device_words(device(request))
        if not passkeys.add(member, cookie, answer, called):
            return _page(front, member, Fault("title", NOT_ADDED), title=title)
        later.add_task(tell_owner, front.desk, member, "A passkey was added.")
        shown = go_to("/account?done=passkey")
        drop(front, shown, front.door.asked_cookie)
        return shown

    @router.post("/account/passkeys/{number}/remove")
    def remove(request: Request, later: BackgroundTasks, number: int) -> Response:
        member = front.proven(request, "/account")
        passkeys.remove(member, number)
        later.add_task(tell_owner, front.desk, member, "A passkey was removed.")
        return go_to("/account?done=passkey-removed")

    return router


def _page(front: Front, member: StaffMember, *faults: Fault, title: str = "") -> Response:
    return front.show(
        member,
        "account_passkey.html",
        status=400 if faults else 200,
        faults=faults,
        title=title,
        first=not front.door.ways_of(member),
    )
