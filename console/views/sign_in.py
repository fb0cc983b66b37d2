"""Sign in: with a passkey, elsewhere, or by a code that is mailed to one's own address."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request
from starlette.responses import Response

from console.arriving import device, drop, keep, let_in
from console.codes import CODE_LIVES
from console.faults import Fault
from console.front import Front, go_to
from console.sessions import Way
from console.ways_back import Place

Typed = Annotated[str, Form(max_length=320)]
"""A short line that somebody typed; no address is longer (RFC 5321)."""
ADDRESS_MISSING = "Enter your work e-mail address, like name@yourbody.example"
CODE_WRONG = "This code is not right, or it is used up or too old. Check it, or ask for a new one."
AGAIN = "For this step, please sign in once more. It shows that it is still you."


def routes(front: Front) -> APIRouter:
    """The pages of the door."""
    router = APIRouter()

    @router.get("/sign-in")
    def ask(request: Request, r: str = "", back: str = "") -> Response:
        return sign_in_page(front, request, Place.asked(r, back))

    @router.get("/sign-in/again")
    def ask_again(request: Request, back: str = "") -> Response:
        return sign_in_page(front, request, Place.asked(back=back), again=True)

    @router.post("/sign-in")
    def send_code(
        request: Request,
        later: BackgroundTasks,
        address: Typed = "",
        reference: Typed = "",
        back: Typed = "",
    ) -> Response:
        place = Place.asked(reference, back)
        if "@" not in address:
            return sign_in_page(front, request, place, Fault("address", ADDRESS_MISSING))
        asked = front.door.ask_for_code(address)
        # Mailed after the answer has gone, so that its time doesn't tell whether there was a mail.
        later.add_task(asked.send)
        answer = go_to(place.carried_to("/sign-in/code"))
        keep(front, answer, front.door.code_cookie, asked.token, int(CODE_LIVES.total_seconds()))
        return answer

    @router.get("/sign-in/code")
    def ask_code(request: Request, r: str = "", back: str = "") -> Response:
        return _code_page(front, request, Place.asked(r, back))

    @router.post("/sign-in/code")
    def enter(
        request: Request, code: Typed = "", reference: Typed = "", back: Typed = ""
    ) -> Response:
        place = Place.asked(reference, back)
        asked = request.cookies.get(front.door.code_cookie, "")
        token = front.door.enter(asked, code, device(request))
        if token is None:
            return _code_page(front, request, place, error=CODE_WRONG)
        return let_in(front, request, token, Way.CODE, place)

    @router.post("/sign-out")
    def leave(request: Request) -> Response:
        front.door.leave(front.token(request))
        answer = go_to("/")
        drop(front, answer, front.door.session_cookie)
        answer.headers["clear-site-data"] = '"cache", "storage"'
        return answer

    return router


def sign_in_page(
    front: Front, request: Request, place: Place, *faults: Fault, again: bool = False
) -> Response:
    """Every way in that this body leaves open; it looks the same for everybody."""
    door = front.door
    return front.pages.show(
        "sign_in.html",
        status=400 if faults else 200,
        signed_in=front.name(request),
        place=place,
        faults=faults,
        note=AGAIN if again else "",
        passkeys=door.passkeys.possible,
        provider=door.provider.title if door.provider else "",
        passwords=door.passwords.possible,
    )


def _code_page(front: Front, request: Request, place: Place, *, error: str = "") -> Response:
    return front.pages.show(
        "sign_in_code.html",
        status=400 if error else 200,
        signed_in=front.name(request),
        place=place,
        minutes=int(CODE_LIVES.total_seconds()) // 60,
        error=error,
    )
