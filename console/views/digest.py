"""The digest for the leadership: choose a time, read it, and (for who may) draft and release it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from alerts.errors import DeliveryError
from casework import digest as digests
from casework.areas import Area
from casework.digest import check_may_release, content_of, of_period, waiting
from casework.digest_period import last_period, period_called
from casework.digest_reading import Choice, Reading, choices, of, read
from casework.errors import CaseworkError, NoSuchIncidentError, NotAllowedError
from console.digest_page import address_of, digest_shown, listed, name_of
from console.front import Front, go_to
from records.database import reading, transaction
from records.errors import NamewatchError
from records.roster import StaffMember
from workflows.digest import DigestDesk, release_and_send

LIST = "/digest"
Period = Annotated[str, Form(max_length=10)]


def routes(front: Front) -> APIRouter:
    """The list of times, each digest, and drafting and releasing."""
    router = APIRouter()
    room = _ReadingRoom(front)

    @router.get(LIST)
    def times(request: Request) -> Response:
        return room.times(front.enter(request, Area.DIGEST))

    @router.get("/digest/{year}")
    def year(request: Request, year: int) -> Response:
        return room.show(front.enter(request, Area.DIGEST), name_of(year, ""))

    @router.get("/digest/{year}/{part}")
    def part(request: Request, year: int, part: str, done: str = "") -> Response:
        return room.show(front.enter(request, Area.DIGEST), name_of(year, part), done)

    @router.post("/digest/draft")
    def draft(request: Request, period: Period = "") -> Response:
        return room.draft(front.enter(request, Area.DIGEST), period)

    @router.post("/digest/{year}/{part}/release")
    def release(request: Request, year: int, part: str) -> Response:
        front.enter(request, Area.DIGEST)
        name = name_of(year, part)
        return room.release(front.proven(request, address_of(name)), name)

    @router.get("/digest/{year}/{part}/release")
    def back(year: int, part: str) -> Response:
        """A form's address opened by hand only leads back."""
        return go_to(address_of(name_of(year, part)))

    return router


class _ReadingRoom:
    """Shows to everybody the same; drafts only to who releases them."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._desk = front.desk

    def times(self, member: StaffMember) -> Response:
        """What may be read, and what waits to be released."""
        zone = self._desk.organisation.calendar.zone
        releases = self._releases(member)
        with reading(self._desk.database) as session:
            found = choices(session, zone)
            drafts = of(waiting(session)) if releases else ()
            fresh = self._fresh(session) if releases else ()
        return self._front.show(
            member,
            "digests.html",
            here=Area.DIGEST,
            released=listed(found.released),
            quarters=listed(found.quarters),
            years=listed(found.years),
            drafts=listed(drafts),
            fresh=fresh,
        )

    def _fresh(self, session: Session) -> tuple[Choice, ...]:
        """The newest month that is over, while there is no digest of it."""
        zone = self._desk.organisation.calendar.zone
        period = last_period("month", self._desk.now(), zone)
        if of_period(session, period.name) is not None:
            return ()
        return (Choice(period.name, period.words),)

    def show(self, member: StaffMember, name: str, done: str = "", fault: str = "") -> Response:
        """One digest; a draft only for who may release it."""
        zone = self._desk.organisation.calendar.zone
        is_draft = False
        with reading(self._desk.database) as session:
            found = read(session, name, zone)
            if found is None and self._releases(member):
                draft = of_period(session, name)
                is_draft = draft is not None
                found = Reading(content_of(draft), added_up=False) if draft else None
        if found is None:
            raise NoSuchIncidentError
        return self._front.show(
            member,
            "digest.html",
            here=Area.DIGEST,
            status=400 if fault else 200,
            page=digest_shown(self._desk, found),
            address=address_of(name),
            is_draft=is_draft,
            released=done == "released",
            missed=done == "missed",
            fault=fault,
        )

    def draft(self, member: StaffMember, name: str) -> Response:
        """Draft one; only for who may release it."""
        desk = self._desk
        check_may_release(member.staff_id, desk.office, desk.now())
        try:
            period = period_called(name, desk.organisation.calendar.zone)
            with transaction(desk.database) as session:
                digests.draft(session, period, actor=member.staff_id, now=desk.now())
        except CaseworkError:
            return go_to(LIST)
        return go_to(address_of(name))

    def release(self, member: StaffMember, name: str) -> Response:
        """Release it, and mail it to the leadership."""
        desk = self._desk
        office = DigestDesk(desk.database, desk.office, self._send)
        try:
            sent = release_and_send(office, name, actor=member.staff_id, now=desk.now())
        except NotAllowedError:
            raise
        except CaseworkError as fault:
            return self.show(member, name, fault=str(fault))
        done = "missed" if sent.missed else "released"
        return go_to(f"{address_of(name)}?done={done}")

    def _send(self, to: StaffMember, subject: str, text: str) -> None:
        """Whatever keeps a mail from going, whoever is missed is told of."""
        try:
            self._desk.send_note(to, subject, text)
        except NamewatchError:
            raise DeliveryError("no mail", permanent=False) from None

    def _releases(self, member: StaffMember) -> bool:
        try:
            check_may_release(member.staff_id, self._desk.office, self._desk.now())
        except NotAllowedError:
            return False
        return True
