"""The registers: each as a list that leads to its records, and as a CSV file."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from casework.areas import Area
from casework.audit import note
from casework.errors import NoSuchIncidentError
from casework.registers import Register, extract
from console.front import Front, go_to, known_form
from console.register_page import TITLES, csv_of, line_of
from records.database import transaction


def routes(front: Front) -> APIRouter:
    """The list of registers, each register, and its file."""
    router = APIRouter()
    desk = front.desk

    @router.get("/registers")
    def registers(request: Request) -> Response:
        member = front.enter(request, Area.REGISTERS)
        return front.show(member, "registers.html", here=Area.REGISTERS, registers=TITLES.items())

    @router.get("/registers/{name}")
    def register(request: Request, name: str, before: str = "") -> Response:
        member = front.enter(request, Area.REGISTERS)
        which = _called(name)
        with transaction(desk.database) as session:
            found = extract(
                session, which, desk.reader(member), now=desk.now(), before=known_form(before)
            )
        title, lead = TITLES[which]
        return front.show(
            member,
            "register.html",
            here=Area.REGISTERS,
            register=which.value,
            heading=title,
            lead=lead,
            lines=[line_of(desk, which, one) for one in found.entries],
            before=found.before,
            later=bool(known_form(before)),
        )

    @router.post("/registers/{name}/export")
    def export(request: Request, name: str) -> Response:
        front.enter(request, Area.REGISTERS)
        which = _called(name)
        member = front.proven(request, f"/registers/{which.value}")
        with transaction(desk.database) as session:
            found = extract(session, which, desk.reader(member), now=desk.now(), records=None)
            about = {"register": which.value, "entries": len(found.entries)}
            note(session, "register exported", actor=member.staff_id, now=desk.now(), about=about)
        return Response(
            csv_of(desk, which, found.entries),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="register-{which.value}.csv"'},
        )

    @router.get("/registers/{name}/export")
    def back_to_register(name: str) -> Response:
        """A form's address opened by hand only leads back."""
        return go_to(f"/registers/{_called(name).value}")

    return router


def _called(name: str) -> Register:
    try:
        return Register(name)
    except ValueError:
        raise NoSuchIncidentError from None
