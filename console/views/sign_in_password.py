"""Sign in with a password and a code from an authenticator, where the body wants it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from console.arriving import device, let_in
from console.faults import Fault
from console.front import Front
from console.passwords import LONGEST
from console.sessions import Way
from console.views.sign_in import ADDRESS_MISSING, Typed
from console.ways_back import Place

Secret = Annotated[str, Form(max_length=LONGEST)]
NOT_RIGHT = "Something here is not right, or the code was used before. Check all three."


def routes(front: Front) -> APIRouter:
    """One page; where passwords are off there is none."""
    router = APIRouter()
    if not front.door.passwords.possible:
        return router

    @router.get("/sign-in/password")
    def ask(request: Request, r: str = "", back: str = "") -> Response:
        return _page(front, request, Place.asked(r, back))

    @router.post("/sign-in/password")
    def enter(
        request: Request,
        address: Typed = "",
        password: Secret = "",
        code: Typed = "",
        reference: Typed = "",
        back: Typed = "",
    ) -> Response:
        place = Place.asked(reference, back)
        faults = _missing(address, password, code)
        if faults:
            return _page(front, request, place, *faults, address=address)
        token = front.door.enter_by_password(address, password, code, device(request))
        if token is None:
            wrong = Fault("address", NOT_RIGHT)
            return _page(front, request, place, wrong, address=address)
        return let_in(front, request, token, Way.PASSWORD, place)

    return router


def _missing(address: str, password: str, code: str) -> list[Fault]:
    faults = [] if "@" in address else [Fault("address", ADDRESS_MISSING)]
    if not password:
        faults.append(Fault("password", "Enter your password"))
    if not code.strip():
        faults.append(Fault("code", "Enter the code from your app, or one of your recovery codes"))
    return faults


def _page(
    front: Front, request: Request, place: Place, *faults: Fault, address: str = ""
) -> Response:
    return front.pages.show(
        "sign_in_password.html",
        status=400 if faults else 200,
        signed_in=front.name(request),
        place=place,
        faults=faults,
        address=address,
    )
