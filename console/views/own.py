"""The way into somebody's own page: by the code from the talk, and their own mailbox."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request
from starlette.responses import Response

from casework.own_pages import LIVES
from console.faults import Fault
from console.front import Front, go_to
from console.own_code import read_code
from console.own_door import MAIL_LIVES, Answer, OwnDoor

Typed = Annotated[str, Form(max_length=40)]
NOT_A_CODE = "Enter the 8 letters and figures of your code, like K7QD M4XW"


def routes(front: Front, door: OwnDoor) -> APIRouter:
    """A link that is followed changes nothing: only a press opens the page."""
    router = APIRouter()

    @router.get("/say")
    def ask(closed: str = "") -> Response:
        return _code_page(front, closed=bool(closed))

    @router.post("/say")
    def open_it(
        request: Request, later: BackgroundTasks, code: Typed = "", link: Typed = ""
    ) -> Response:
        known = read_code(code)
        if not known:
            return _code_page(front, typed=code, fault=NOT_A_CODE)
        browser = request.cookies.get(door.cookie, "")
        answer = door.open(known, browser, front.who(request))
        if answer.refused:
            return _code_page(front, typed="" if link else code, fault=answer.refused)
        if answer.send is None:
            return _in(door, answer)
        later.add_task(answer.send)
        sent = go_to("/say/code")
        _keep(door, sent, door.mail_cookie, answer.mail_token, int(MAIL_LIVES.total_seconds()))
        return sent

    @router.get("/say/code")
    def ask_mailed() -> Response:
        return _mailed_page(front)

    @router.post("/say/code")
    def enter(request: Request, code: Typed = "") -> Response:
        mail_token = request.cookies.get(door.mail_cookie, "")
        answer = door.open_by_mail(mail_token, code, request.cookies.get(door.cookie, ""))
        if answer.refused:
            return _mailed_page(front, fault=answer.refused)
        opened = _in(door, answer)
        opened.delete_cookie(
            door.mail_cookie, path="/", secure=door.secure, httponly=True, samesite="lax"
        )
        return opened

    @router.post("/say/leave")
    def leave(request: Request) -> Response:
        door.leave(request.cookies.get(door.cookie, ""))
        left = go_to("/say")
        left.headers["clear-site-data"] = '"cache"'
        return left

    return router


def by_link(front: Front) -> APIRouter:
    """The address with the code in it; last, since it takes whatever the others leave."""
    router = APIRouter()

    @router.get("/say/{code}")
    def ask(code: str) -> Response:
        known = read_code(code)
        return _code_page(front, link=known) if known else front.pages.error(404)

    return router


def _code_page(
    front: Front, *, typed: str = "", link: str = "", fault: str = "", closed: bool = False
) -> Response:
    return front.pages.show(
        "say_open.html",
        status=400 if fault else 200,
        typed=typed,
        link=link,
        faults=[Fault("code", fault)] if fault else [],
        closed=closed,
    )


def _mailed_page(front: Front, *, fault: str = "") -> Response:
    faults = [Fault("code", fault)] if fault else []
    minutes = int(MAIL_LIVES.total_seconds()) // 60
    status = 400 if fault else 200
    return front.pages.show("say_mailed.html", status=status, minutes=minutes, faults=faults)


def _in(door: OwnDoor, answer: Answer) -> Response:
    opened = go_to("/say/page")
    # It stays this browser's while the page lives; when a visit ends is kept with the page.
    _keep(door, opened, door.cookie, answer.token, int(LIVES.total_seconds()))
    return opened


def _keep(door: OwnDoor, answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=door.secure,
        httponly=True,
        samesite="lax",
    )
