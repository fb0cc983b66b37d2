"""One finding that alerted nobody: why it was found, what to answer, and straight to the next."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from casework.areas import Area
from casework.errors import DecidedMeanwhileError, StepUnfitError
from casework.triage import passes, waiting
from casework.triage_answers import Opened, answer, look_at, reveal
from console.faults import Fault
from console.front import Front, go_to
from console.post_page import posts_shown
from console.triage_form import AS_FOUND, TriageForm, finding_number
from console.triage_page import ANSWERED, finding_page
from records.database import reading, transaction
from records.roster import StaffMember
from records.triage import Answer
from workflows.triage import confirm

MEANWHILE = "/triage?done=meanwhile"
_FORMS = frozenset({"reveal", "undo"})
Typed = Annotated[str, Form(max_length=80)]


@dataclass
class _Shown:
    """A finding as it is shown: with its words or without, and with a form that comes back."""

    opened: Opened
    passed_by: str | None
    done: str = ""
    form: TriageForm | None = None
    faults: list[Fault] = field(default_factory=list)
    revealed: bool = False


def routes(front: Front) -> APIRouter:
    """The pages of one finding."""
    router = APIRouter()
    desk = front.desk

    @router.get("/triage/{number}")
    def show(request: Request, number: str, done: str = "") -> Response:
        member = front.signed_in(request)
        try:
            with transaction(desk.database) as session:
                shown = _look(front, session, member, finding_number(number))
        except DecidedMeanwhileError:
            return go_to(MEANWHILE)
        shown.done = ANSWERED.get(done, "")
        return _page(front, member, shown)

    @router.post("/triage/{number}/reveal")
    def show_words(request: Request, number: str) -> Response:
        member = front.signed_in(request)
        one = finding_number(number)
        try:
            with transaction(desk.database) as session:
                opened = reveal(session, one, desk.reader(member), now=desk.now())
                shown = _Shown(opened, passes(session).get(one), revealed=True)
        except DecidedMeanwhileError:
            return go_to(MEANWHILE)
        return _page(front, member, shown)

    @router.post("/triage/{number}")
    def keep(
        request: Request,
        number: str,
        said: Typed = "",
        who: Annotated[list[str] | None, Form()] = None,
        other: Typed = "",
        kind: Typed = AS_FOUND,
    ) -> Response:
        member = front.signed_in(request)
        form = TriageForm(said, tuple(who or ()), other, kind)
        try:
            shown = _take(front, member, finding_number(number), form)
        except DecidedMeanwhileError:
            return go_to(MEANWHILE)
        return _page(front, member, shown) if shown.faults else _onwards(front, member, said)

    @router.get("/triage/{number}/{step}")
    def back_to_finding(number: str, step: str) -> Response:
        """A form's address opened by hand, or by a scanner, only leads back."""
        if step not in _FORMS:
            return front.pages.error(404)
        return go_to(f"/triage/{finding_number(number)}")

    return router


def _look(front: Front, session: Session, member: StaffMember, number: int) -> _Shown:
    desk = front.desk
    opened = look_at(session, number, desk.reader(member), now=desk.now())
    return _Shown(opened, passes(session).get(number))


def _page(front: Front, member: StaffMember, shown: _Shown) -> Response:
    desk = front.desk
    return front.show(
        member,
        "finding.html",
        here=Area.TRIAGE,
        status=400 if shown.faults else 200,
        page=finding_page(desk, shown.opened, shown.form, passed=shown.passed_by is not None),
        posts=posts_shown(desk, shown.opened.wordings) if shown.revealed else [],
        done=shown.done,
        faults=shown.faults,
    )


def _take(front: Front, member: StaffMember, number: int, form: TriageForm) -> _Shown:
    """Keep the answer; where it has faults nothing is kept, and they are told."""
    try:
        with transaction(front.desk.database) as session:
            shown = _look(front, session, member, number)
            shown.form = form
            shown.faults = form.faults(shown.opened.candidates, list(front.desk.roster))
            if not shown.faults:
                _keep(front, session, number, form, member)
    except StepUnfitError as fault:
        shown.faults = [Fault("said", str(fault))]
    return shown


def _keep(
    front: Front, session: Session, number: int, form: TriageForm, member: StaffMember
) -> None:
    desk = front.desk
    actor, learns, now = desk.reader(member), desk.features_of, desk.now()
    if form.said != Answer.OURS:
        answer(session, number, form.given, actor=actor, features_of=learns, now=now)
    elif desk.joining is None:
        raise HTTPException(503)  # the engine has not started yet
    else:
        joining = desk.joining
        confirm(session, joining, number, form.given, actor=actor, features_of=learns, now=now)


def _onwards(front: Front, member: StaffMember, said: str) -> Response:
    """To the next finding, or to the list where nothing waits."""
    desk = front.desk
    with reading(desk.database) as session:
        left = waiting(session, desk.office, member.staff_id, desk.now(), most=1)
    return go_to(f"/triage/{left[0].number}?done={said}" if left else f"/triage?done={said}")
