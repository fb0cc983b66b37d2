"""Practice alone: see it as each of the invented people, and read the mails that were sent."""

import re
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from console.arriving import device, let_in
from console.forms import read_form
from console.front import Front
from console.practice_people import parts
from console.sessions import Way
from console.views.new_body import on_this_machine
from console.ways_back import Place

BASE = "/practice"
_NUMBER = re.compile(r"[0-9]{3,6}")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
MOST_MAILS = 100


def routes(front: Front) -> APIRouter:
    """Pages that exist only while practising, and only on this machine."""
    router = APIRouter(prefix=BASE)

    @router.get("")
    def choose(request: Request) -> Response:
        check(front, request)
        return front.pages.show(
            "practice.html",
            signed_in=front.name(request),
            parts=parts(front.desk),
            own_body=front.desk.new_body is not None,
        )

    @router.post("/as")
    async def see_as(request: Request) -> Response:
        check(front, request)
        wanted = (await read_form(request)).word("part")
        found = next((one for one in parts(front.desk) if one.part == wanted), None)
        if found is None:
            raise HTTPException(404)
        token = front.door.enter_as(found.staff_id, device(request))
        if token is None:
            raise HTTPException(404)
        return let_in(front, request, token, Way.CODE, Place.asked(back="/inbox"))

    @router.get("/mails")
    def mails(request: Request) -> Response:
        folder = check(front, request)
        files = sorted(folder.glob("*.eml"), reverse=True) if folder else []
        return front.pages.show(
            "practice_mails.html",
            signed_in=front.name(request),
            mails=[(one.stem, _read(one)) for one in files[:MOST_MAILS]],
        )

    @router.get("/mails/{number}")
    def mail(request: Request, number: str) -> Response:
        folder = check(front, request)
        if folder is None or not _NUMBER.fullmatch(number):
            raise HTTPException(404)
        file = folder / f"{number}.eml"
        if not file.exists():
            raise HTTPException(404)
        read = _read(file)
        return front.pages.show(
            "practice_mail.html",
            signed_in=front.name(request),
            mail=read,
            lines=[_with_ways(front, line) for line in _words(read).splitlines()],
        )

    return router


def check(front: Front, request: Request) -> Path | None:
    """There is no such page but in practice, on this machine; where the mails lie."""
    host = request.client.host if request.client else ""
    if not front.desk.practice or not on_this_machine(host, request):
        raise HTTPException(404)
    return front.desk.mails


def _read(file: Path) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(file.read_bytes())


def _words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def _with_ways(front: Front, line: str) -> list[tuple[str, str]]:
    """The line in pieces, each with the address it leads to: only pages of this console."""
    pieces: list[tuple[str, str]] = []
    at = 0
    for found in _ADDRESS.finditer(line):
        own = found[0].startswith(f"{front.desk.console_url}/")
        way = found[0].removeprefix(front.desk.console_url) if own else ""
        pieces += [(line[at : found.start()], ""), (found[0], way)]
        at = found.end()
    return [*pieces, (line[at:], "")]
