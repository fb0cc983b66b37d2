"""What all views share: who is asking, and how they are answered."""

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.auth import Door
from console.desk import Desk
from console.pages import Pages
from records.roster import StaffMember

_REFERENCE = re.compile(r"NW-[0-9]{4}-[0-9]{4,9}")


class Front:
    """The desk, its door and its pages."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.door = Door(desk)
        self.pages = Pages(desk)

    def who(self, request: Request) -> StaffMember | None:
        """Who is signed in in this browser."""
        return self.door.who(request.cookies.get(self.door.session_cookie, ""))

    def name(self, request: Request) -> str:
        """The name of whoever is signed in, for the top of the page."""
        member = self.who(request)
        return member.full_name if member else ""

    def error(self, request: Request, status: int) -> Response:
        """The plain page for a fault."""
        return self.pages.error(status, signed_in=self.name(request))

    def to_sign_in(self, reference: str) -> Response:
        """Send to the sign-in page, which comes back to the record asked for."""
        return go_to(with_reference("/sign-in", reference))


def known_form(reference: str) -> str:
    """`reference` if it has the form of one, else nothing: only records are returned to."""
    return reference if _REFERENCE.fullmatch(reference) else ""


def with_reference(path: str, reference: str) -> str:
    """Carry the record asked for along to the next page."""
    kept = known_form(reference)
    return f"{path}?r={kept}" if kept else path


def go_to(path: str) -> RedirectResponse:
    """Send the browser on to a page of ours, with GET."""
    return RedirectResponse(path, status_code=303)
