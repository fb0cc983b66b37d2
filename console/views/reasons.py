"""Close a record, open it again, let somebody see it, declare a conflict, or pass telling on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from casework.cases import Case, case_for
from casework.ending import REOPENING, close, reopen
from casework.errors import (
    CaseworkError,
    KeyDestroyedError,
    NoSuchIncidentError,
    NotAllowedError,
    StepUnfitError,
)
from casework.list_changes import BRINGING_IN, CONFLICT, bring_in, declare_conflict
from casework.permissions import Action
from console.faults import Fault
from console.front import Front, go_to
from console.reason_forms import (
    Chosen,
    ReasonPage,
    bring_in_page,
    close_page,
    conflict_page,
    pass_on_page,
    reopen_page,
)
from records.database import transaction
from records.roster import StaffMember

Code = Annotated[str, Form(max_length=60)]
_CHOOSE = Fault("why", "Choose an answer")


@dataclass(frozen=True, slots=True)
class _Deed:
    """One short form: who may, how it is asked, and what is done."""

    action: Action
    page: Callable[[Case, Chosen], ReasonPage]
    do: Callable[[Session, Case, StaffMember, Chosen], object]
    reasons: frozenset[str] = frozenset()


def routes(front: Front) -> APIRouter:
    """A page and a form for each."""
    router = APIRouter()
    forms = _Forms(front, _deeds(front))
    _endings(router, forms)
    _people(router, forms)
    return router


def _endings(router: APIRouter, forms: "_Forms") -> None:
    @router.get("/r/{reference}/close")
    def ask_to_close(request: Request, reference: str) -> Response:
        return forms.ask(request, reference, "close")

    @router.post("/r/{reference}/close")
    def close_it(request: Request, reference: str) -> Response:
        return forms.do(request, reference, "close", {})

    @router.get("/r/{reference}/reopen")
    def ask_to_reopen(request: Request, reference: str) -> Response:
        return forms.ask(request, reference, "reopen")

    @router.post("/r/{reference}/reopen")
    def reopen_it(request: Request, reference: str, why: Code = "") -> Response:
        return forms.do(request, reference, "reopen", {"why": why})


def _people(router: APIRouter, forms: "_Forms") -> None:
    @router.get("/r/{reference}/bring-in")
    def ask_whom_to_bring_in(request: Request, reference: str) -> Response:
        return forms.ask(request, reference, "bring-in")

    @router.post("/r/{reference}/bring-in")
    def bring_them_in(request: Request, reference: str, why: Code = "", who: Code = "") -> Response:
        return forms.do(request, reference, "bring-in", {"why": why, "who": who})

    @router.get("/r/{reference}/conflict")
    def ask_about_a_conflict(request: Request, reference: str) -> Response:
        return forms.ask(request, reference, "conflict")

    @router.post("/r/{reference}/conflict")
    def declare_it(request: Request, reference: str, why: Code = "") -> Response:
        return forms.do(request, reference, "conflict", {"why": why})

    @router.get("/r/{reference}/pass-on")
    def ask_to_pass_on(request: Request, reference: str) -> Response:
        return forms.ask(request, reference, "pass-on")

    @router.post("/r/{reference}/pass-on")
    def pass_it_on(request: Request, reference: str) -> Response:
        return forms.do(request, reference, "pass-on", {})


@dataclass(frozen=True, slots=True)
class _Forms:
    """Asks, and does; whoever may not is answered as if there were no record."""

    front: Front
    deeds: Mapping[str, _Deed]

    def ask(self, request: Request, reference: str, name: str) -> Response:
        """The page of the form."""
        front, deed = self.front, self.deeds[name]
        member = front.signed_in(request, reference)
        with transaction(front.desk.database) as session:
            case = _case(front, session, member, reference, deed)
        return _show(front, member, deed.page(case, {}))

    def do(self, request: Request, reference: str, name: str, chosen: Chosen) -> Response:
        """Do it, or ask again for what is missing."""
        member = self.front.signed_in(request, reference)
        return _do(self.front, member, reference, name, self.deeds[name], chosen)


def _do(
    front: Front, member: StaffMember, reference: str, name: str, deed: _Deed, chosen: Chosen
) -> Response:
    with transaction(front.desk.database) as session:
        case = _case(front, session, member, reference, deed)
    page = deed.page(case, chosen)
    faults = tuple(_missing(page, chosen, deed))
    if faults:
        return _show(front, member, page, faults)
    try:
        with transaction(front.desk.database) as session:
            case = _case(front, session, member, reference, deed)
            deed.do(session, case, member, chosen)
    except (NoSuchIncidentError, KeyDestroyedError, NotAllowedError):
        raise
    except StepUnfitError as unfit:
        return _show(front, member, page, [Fault("main-content", one) for one in unfit.faults])
    except CaseworkError as fault:
        return _show(front, member, page, [Fault("main-content", str(fault))])
    if name == "conflict":
        return front.show(member, "declared.html")
    return go_to(f"/r/{reference}?done={name}")


def _missing(page: ReasonPage, chosen: Chosen, deed: _Deed) -> list[Fault]:
    people = {one.value for asked in page.questions if asked.name == "who" for one in asked.options}
    wrong = []
    if people and chosen["who"] not in people:
        wrong.append(Fault("who", "Choose somebody"))
    if deed.reasons and chosen["why"] not in deed.reasons:
        wrong.append(_CHOOSE)
    return wrong


def _show(
    front: Front,
    member: StaffMember,
    page: ReasonPage,
    faults: list[Fault] | tuple[Fault, ...] = (),
) -> Response:
    status = 400 if faults else 200
    return front.show(member, "short_form.html", page=page, faults=faults, status=status)


def _case(front: Front, session: Session, member: StaffMember, reference: str, deed: _Deed) -> Case:
    """The case, if the reader may do this with it; raises NotAllowedError."""
    desk = front.desk
    case = case_for(session, desk.office, reference, member.staff_id, now=desk.now())
    if not case.may(deed.action):
        raise NotAllowedError
    return case


def _deeds(front: Front) -> dict[str, _Deed]:
    desk = front.desk

    def closed(session: Session, case: Case, member: StaffMember, _: Chosen) -> object:
        reference = case.incident.reference
        return close(session, desk.office, reference, actor=member.staff_id, now=desk.now())

    def opened(session: Session, case: Case, member: StaffMember, chosen: Chosen) -> object:
        return reopen(
            session,
            desk.office,
            case.incident.reference,
            why=chosen["why"],
            actor=member.staff_id,
            now=desk.now(),
        )

    def brought_in(session: Session, case: Case, member: StaffMember, chosen: Chosen) -> object:
        return bring_in(
            session,
            desk.office,
            case.incident.reference,
            staff_id=chosen["who"],
            why=chosen["why"],
            actor=member.staff_id,
            now=desk.now(),
        )

    def declared(session: Session, case: Case, member: StaffMember, chosen: Chosen) -> object:
        reference, actor, now = case.incident.reference, member.staff_id, desk.now()
        declare_conflict(session, desk.office, reference, why=chosen["why"], actor=actor, now=now)
        return None

    def passed_on(session: Session, case: Case, member: StaffMember, _: Chosen) -> object:
        if desk.pass_on is None:
            raise StepUnfitError("This can't be done yet: the service is still starting.")
        return desk.pass_on(session, case.incident, member.staff_id)

    return {
        "close": _Deed(Action.CLOSE, lambda case, _: close_page(case), closed),
        "reopen": _Deed(Action.REOPEN, reopen_page, opened, frozenset(REOPENING)),
        "bring-in": _Deed(Action.BRING_IN, bring_in_page, brought_in, frozenset(BRINGING_IN)),
        "conflict": _Deed(Action.DECLARE, conflict_page, declared, frozenset(CONFLICT)),
        "pass-on": _Deed(Action.ACKNOWLEDGE, lambda case, _: pass_on_page(case), passed_on),
    }
