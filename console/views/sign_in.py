"""Sign in by a code that is mailed to one's own address, and sign out."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request
from starlette.responses import Response

from console.auth import ABSOLUTE, CODE_LIVES
from console.front import Front, go_to, known_form, with_reference

Typed = Annotated[str, Form(max_length=320)]
"""A short line that somebody typed; no address is longer (RFC 5321)."""
ADDRESS_MISSING = "Enter your work e-mail address, like name@yourbody.example"
CODE_WRONG = "This code is not right, or it is used up or too old. Check it, or ask for a new one."


def routes(front: Front) -> APIRouter:
    """The pages of the door."""
    router = APIRouter()

    @router.get("/sign-in")
    def ask(request: Request, r: str = "") -> Response:
        return _address_page(front, request, r)

    @router.post("/sign-in")
    def send_code(
        request: Request, later: BackgroundTasks, address: Typed = "", reference: Typed = ""
    ) -> Response:
        if "@" not in address:
            return _address_page(front, request, reference, error=ADDRESS_MISSING)
        asked = front.door.ask_for_code(address)
        # Mailed after the answer has gone, so that its time doesn't tell whether there was a mail.
        later.add_task(asked.send)
        answer = go_to(with_reference("/sign-in/code", reference))
        _keep(front, answer, front.door.code_cookie, asked.token, int(CODE_LIVES.total_seconds()))
        return answer

    @router.get("/sign-in/code")
    def ask_code(request: Request, r: str = "") -> Response:
        return _code_page(front, request, r)

    @router.post("/sign-in/code")
    def enter(request: Request, code: Typed = "", reference: Typed = "") -> Response:
        token = front.door.enter(request.cookies.get(front.door.code_cookie, ""), code)
        if token is None:
            return _code_page(front, request, reference, error=CODE_WRONG)
        front.door.leave(request.cookies.get(front.door.session_cookie, ""))
        kept = known_form(reference)
        answer = go_to(f"/r/{kept}" if kept else "/")
        _keep(front, answer, front.door.session_cookie, token, int(ABSOLUTE.total_seconds()))
        _drop(front, answer, front.door.code_cookie)
        return answer

    @router.post("/sign-out")
    def leave(request: Request) -> Response:
        front.door.leave(request.cookies.get(front.door.session_cookie, ""))
        answer = go_to("/")
        _drop(front, answer, front.door.session_cookie)
        answer.headers["clear-site-data"] = '"cache", "storage"'
        return answer

    return router


def _address_page(front: Front, request: Request, reference: str, *, error: str = "") -> Response:
    return front.pages.show(
        "sign_in.html",
        status=400 if error else 200,
        signed_in=front.name(request),
        reference=known_form(reference),
        error=error,
    )


def _code_page(front: Front, request: Request, reference: str, *, error: str = "") -> Response:
    return front.pages.show(
        "sign_in_code.html",
        status=400 if error else 200,
        signed_in=front.name(request),
        reference=known_form(reference),
        minutes=int(CODE_LIVES.total_seconds()) // 60,
        error=error,
    )


def _keep(front: Front, answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=front.door.secure,
        httponly=True,
        samesite="lax",
    )


def _drop(front: Front, answer: Response, name: str) -> None:
    answer.delete_cookie(name, path="/", secure=front.door.secure, httponly=True, samesite="lax")
