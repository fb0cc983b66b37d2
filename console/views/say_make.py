"""Where whoever told the person makes a page for them, and hands its code over themselves."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from casework.errors import StepUnfitError
from casework.incidents import by_reference
from casework.own_pages import make_page, page_there, withdraw_page
from casework.permissions import Action, check, concerned
from console.front import Front, go_to, known_form
from console.own_code import hash_of, new_code, spaced
from console.words import moment_words
from records.database import reading, transaction
from records.roster import StaffMember


@dataclass(frozen=True, slots=True)
class PageThere:
    """The page as it stands; whoever reads this has no way to open it."""

    made: str
    ends: str
    opened: bool


def routes(front: Front) -> APIRouter:
    """The form on the record; the code is shown once, in the answer to the press."""
    router = APIRouter()
    desk = front.desk

    @router.get("/r/{reference}/say")
    def show(request: Request, reference: str, done: str = "") -> Response:
        member = front.signed_in(request, reference)
        told, there = _standing(front, member, reference)
        return front.show(
            member,
            "record_say.html",
            reference=reference,
            told=told,
            there=there,
            withdrawn=done == "withdrawn" and there is None,
        )

    @router.post("/r/{reference}/say")
    def make(request: Request, reference: str) -> Response:
        member = front.signed_in(request, reference)
        code = new_code()
        code_hash = hash_of(code)
        try:
            with transaction(desk.database) as session:
                page = make_page(
                    session,
                    desk.office,
                    reference,
                    actor=member.staff_id,
                    code_hash=code_hash,
                    now=desk.now(),
                )
        except StepUnfitError:
            return go_to(f"/r/{reference}/say")
        return front.show(
            member,
            "record_say_made.html",
            reference=reference,
            code=spaced(code),
            address=f"{desk.console_url}/say",
            link=f"{desk.console_url}/say/{code}",
            ends=moment_words(page.expires_at, desk.organisation.calendar.zone),
        )

    @router.post("/r/{reference}/say/withdraw")
    def withdraw(request: Request, reference: str) -> Response:
        member = front.signed_in(request, reference)
        with transaction(desk.database) as session:
            withdraw_page(session, desk.office, reference, actor=member.staff_id, now=desk.now())
        return go_to(f"/r/{reference}/say?done=withdrawn")

    @router.get("/r/{reference}/say/withdraw")
    def back_to_form(reference: str) -> Response:
        """A form's address opened by hand, or by a scanner, only leads back."""
        return go_to(f"/r/{reference}/say") if known_form(reference) else front.pages.error(404)

    return router


def _standing(front: Front, member: StaffMember, reference: str) -> tuple[bool, PageThere | None]:
    """Whether the person was told in private, and the page there is; raises NotAllowedError."""
    desk = front.desk
    with reading(desk.database) as session:
        incident = by_reference(session, reference)
        about = concerned(session, incident, desk.office, desk.now())
        check(desk.office.actor(member.staff_id), Action.MAKE_OWN_PAGE, about, desk.now())
        page = page_there(session, incident, desk.now())
        zone = desk.organisation.calendar.zone
    if page is None:
        return about.affected is not None, None
    return about.affected is not None, PageThere(
        made=moment_words(page.made_at, zone),
        ends=moment_words(page.expires_at, zone),
        opened=page.opened_at is not None,
    )
