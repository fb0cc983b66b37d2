"""Sign in with a passkey: what the page's script asks for, and what it brings back."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from console.arriving import device, keep, let_in
from console.challenges import LIVES
from console.faults import Fault
from console.front import Front
from console.sessions import Way
from console.views.sign_in import Typed, sign_in_page
from console.ways_back import Place

Answered = Annotated[str, Form(max_length=12_000)]
"""What a device says, as JSON."""
NOT_TAKEN = "The passkey did not work. Try again, or sign in another way."


def routes(front: Front) -> APIRouter:
    """Two addresses; where passkeys are not possible there is none."""
    router = APIRouter()
    passkeys = front.door.passkeys
    if not passkeys.possible:
        return router

    @router.post("/sign-in/passkey/begin")
    def begin() -> Response:
        token, options = passkeys.ask_to_enter()
        return asked(front, token, options)

    @router.post("/sign-in/passkey")
    def enter(
        request: Request, answer: Answered = "", reference: Typed = "", back: Typed = ""
    ) -> Response:
        place = Place.asked(reference, back)
        cookie = request.cookies.get(front.door.asked_cookie, "")
        token = front.door.enter_by_passkey(cookie, answer, device(request))
        if token is None:
            return sign_in_page(front, request, place, Fault("address", NOT_TAKEN))
        return let_in(front, request, token, Way.PASSKEY, place)

    return router


def asked(front: Front, token: str, options: str) -> Response:
    """What the script gives to the device, and what the browser keeps meanwhile."""
    answer = Response(options, media_type="application/json")
    keep(front, answer, front.door.asked_cookie, token, int(LIVES.total_seconds()))
    return answer
