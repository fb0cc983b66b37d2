"""What all views share: who is asking, and how they are answered."""

import re
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from casework.areas import Area, check_area, may_enter
from casework.errors import NotAllowedError
from console.auth import Door
from console.desk import Desk
from console.errors import ProveAgainError, SignInNeededError
from console.pages import Pages
from console.sessions import RECENT
from records.roster import StaffMember

NAVIGATION: tuple[tuple[Area, str, str], ...] = (
    (Area.INBOX, "Inbox", "/inbox"),
    (Area.REPORT, "Report", "/report"),
    (Area.TRIAGE, "Triage", "/triage"),
    (Area.DIGEST, "Digest", "/digest"),
    (Area.REGISTERS, "Registers", "/registers"),
    (Area.RETENTION, "Keep or erase", "/retention"),
    (Area.STATUS, "Status", "/status"),
    (Area.SET_UP, "Set-up", "/set-up"),
)
"""Area, words and address of each entry at the top of the page, in order."""

SECOND = "/sign-in/second"
"""Where a second thing is asked for."""
_REFERENCE = re.compile(r"NW-[0-9]{4}-[0-9]{4,9}")


class Front:
    """The desk, its door and its pages."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.door = Door(desk)
        self.pages = Pages(desk)

    def who(self, request: Request) -> StaffMember | None:
        """Who is signed in in this browser."""
        return self.door.who(self.token(request))

    def half(self, request: Request) -> StaffMember | None:
        """Who has entered a code by mail in this browser: nothing is theirs to see yet."""
        return self.door.half(self.token(request))

    def half_in(self, request: Request) -> StaffMember:
        """The same; raises SignInNeededError, or NotAllowedError for who is wholly in."""
        member = self.half(request)
        if member is None:
            raise NotAllowedError if self.who(request) else SignInNeededError
        return member

    def name(self, request: Request) -> str:
        """The name of whoever is signed in, for the top of the page."""
        member = self.who(request)
        return member.full_name if member else ""

    def signed_in(self, request: Request, reference: str = "") -> StaffMember:
        """Who is signed in; raises SignInNeededError, which leads to the door and back."""
        member = self.who(request)
        if member is None:
            raise SignInNeededError(reference)
        return member

    def proven(self, request: Request, back: str, *, within: timedelta = RECENT) -> StaffMember:
        """Who is signed in, if they have just proved it; else they sign in once more.

        `back` is the page they are led back to: one that a browser may get, not a form's address.
        """
        member = self.signed_in(request)
        if not self.door.recent(self.token(request), within):
            raise ProveAgainError(back)
        return member

    def token(self, request: Request) -> str:
        """What this browser is known by, signed in or not."""
        return request.cookies.get(self.door.session_cookie, "")

    def enter(self, request: Request, area: Area) -> StaffMember:
        """Who is signed in, if they may enter; raises SignInNeededError or NotAllowedError."""
        member = self.signed_in(request)
        check_area(self.desk.office, member.staff_id, area, self.desk.now())
        return member

    def door_for(self, request: Request) -> str:
        """Where to go on: to the second thing, for whoever has shown the first."""
        return SECOND if self.half(request) else "/sign-in"

    def to_sign_in(self, request: Request, reference: str) -> Response:
        """Send to the door, which comes back to the record asked for."""
        return go_to(with_reference(self.door_for(request), reference))

    def show(
        self,
        member: StaffMember,
        template: str,
        *,
        here: Area | None = None,
        status: int = 200,
        **words: object,
    ) -> Response:
        """Fill in `template` for `member`, with the way to every area that they may enter."""
        entries = [
            {"text": text, "href": href, "active": area is here}
            for area, text, href in NAVIGATION
            if may_enter(self.desk.office, member.staff_id, area, self.desk.now())
        ]
        return self.pages.show(
            template, status=status, signed_in=member.full_name, navigation=entries, **words
        )

    def error(self, request: Request, status: int) -> Response:
        """The plain page for a fault."""
        return self.pages.error(status, signed_in=self.name(request))


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
