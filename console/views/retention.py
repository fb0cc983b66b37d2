"""What was kept as long as the policy says: erase it with a second person, keep it, or hold it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from casework import erasures, retention
from casework.areas import Area
from casework.erasures import Wanted
from casework.errors import CaseworkError, NotAllowedError
from casework.holds import hold_on, place_hold
from casework.incidents import by_reference
from console.faults import Fault
from console.front import Front, go_to
from console.retention_page import OTHER, asking, due_of, reasons, waits
from evidence.errors import EvidenceError
from records.custody import HOLDING, Act
from records.database import reading, transaction
from records.erasing import ErasureRequest
from records.incident import Incident
from records.retention import KEEPING, Kept, RetentionClock
from records.roster import StaffMember
from workflows.custody import code_or_sealed, note_custody
from workflows.erase import HalfErasedError
from workflows.erase_by_two import agree_and_erase, ask_to_erase, tell_seconds
from workflows.retention import WHY, Decider, extend_due

SOON = timedelta(days=60)
LIST = "/retention"
DONE = {
    "asked": "Nothing is erased yet. Whoever may agree has been told.",
    "erased": "It is erased. A certificate of disposal is kept in its place.",
    "half": "It is erased in the database. What lies in the evidence storage goes as soon as that"
    " answers again; tell whoever looks after this service.",
    "dropped": "Nothing is erased. The request is settled.",
    "kept": "It is kept. It will be decided again on the day you gave.",
    "held": "A legal hold stands. Nothing of this record can be erased until it is released.",
}
HOLD_REASONS = {code: words for code, words in HOLDING.items() if code != "over"}
CODES: Mapping[str, Mapping[str, str]] = MappingProxyType({"keep": KEEPING, "hold": HOLD_REASONS})
"""The reasons that the pages offer."""
Code = Annotated[str, Form(max_length=40)]
Words = Annotated[str, Form(max_length=1000)]
Number = Annotated[str, Form(max_length=4)]


def routes(front: Front) -> APIRouter:
    """The list, and the pages of each decision."""
    router = APIRouter()
    decisions = _Decisions(front)
    _choosing(router, front, decisions)
    _keeping(router, front, decisions)
    _erasing(router, front, decisions)
    return router


def _choosing(router: APIRouter, front: Front, decisions: "_Decisions") -> None:

    @router.get(LIST)
    def due(request: Request, done: str = "") -> Response:
        return decisions.all(front.enter(request, Area.RETENTION), done)

    @router.get("/retention/{number}")
    def choose(request: Request, number: int) -> Response:
        return decisions.page(front.enter(request, Area.RETENTION), number, "choose")

    @router.post("/retention/{number}")
    def chosen(request: Request, number: int, choice: Code = "") -> Response:
        member = front.enter(request, Area.RETENTION)
        if choice not in {"erase", "keep", "hold"}:
            fault = Fault("choice", "Choose what is to be done with it")
            return decisions.page(member, number, "choose", faults=[fault])
        decisions.clock(member, number)
        return go_to(f"{LIST}/{number}/{choice}")


def _keeping(router: APIRouter, front: Front, decisions: "_Decisions") -> None:
    @router.get("/retention/{number}/keep")
    def keep_page(request: Request, number: int) -> Response:
        return decisions.page(front.enter(request, Area.RETENTION), number, "keep")

    @router.post("/retention/{number}/keep")
    def keep(
        request: Request,
        number: int,
        day: Number = "",
        month: Number = "",
        year: Number = "",
        why: Code = "",
        words: Words = "",
    ) -> Response:
        member = front.enter(request, Area.RETENTION)
        return decisions.keep(member, number, (day, month, year), why, words)

    @router.get("/retention/{number}/hold")
    def hold_page(request: Request, number: int) -> Response:
        return decisions.page(front.enter(request, Area.RETENTION), number, "hold")

    @router.post("/retention/{number}/hold")
    def hold(request: Request, number: int, why: Code = "", words: Words = "") -> Response:
        return decisions.hold(front.enter(request, Area.RETENTION), number, why, words)


def _erasing(router: APIRouter, front: Front, decisions: "_Decisions") -> None:
    @router.get("/retention/{number}/erase")
    def check_erase(request: Request, number: int) -> Response:
        front.enter(request, Area.RETENTION)
        member = front.proven(request, f"{LIST}/{number}/erase")
        return decisions.page(member, number, "erase")

    @router.post("/retention/{number}/erase")
    def ask(request: Request, later: BackgroundTasks, number: int, sure: Code = "") -> Response:
        front.enter(request, Area.RETENTION)
        member = front.proven(request, f"{LIST}/{number}/erase")
        return decisions.ask(member, number, later, sure=sure == "yes")

    @router.get("/retention/asked/{number}")
    def asked(request: Request, number: int) -> Response:
        front.enter(request, Area.RETENTION)
        member = front.proven(request, f"{LIST}/asked/{number}")
        return decisions.asked(member, number)

    @router.post("/retention/asked/{number}")
    def answer(request: Request, number: int, answer: Code = "") -> Response:
        front.enter(request, Area.RETENTION)
        member = front.proven(request, f"{LIST}/asked/{number}")
        return decisions.answer(member, number, answer)


class _Decisions:
    """Reads, checks and decides, each in one transaction."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._desk = front.desk

    def all(self, member: StaffMember, done: str) -> Response:
        """What this person may decide on, and what waits for them as the second."""
        desk, now = self._desk, self._desk.now()
        with reading(desk.database) as session:
            due = retention.decided_by(session, desk.office, member.staff_id, now, within=SOON)
            asked = erasures.waiting(session, desk.office, member.staff_id, now)
            words = [waits(desk, one) for one in due]
            requests = [asking(desk, one, member.staff_id) for one in asked]
        return self._front.show(
            member,
            "retention.html",
            here=Area.RETENTION,
            due=[one for one in words if one.is_due and not one.held],
            held=[one for one in words if one.is_due and one.held],
            soon=[one for one in words if not one.is_due],
            asked=requests,
            done=DONE.get(done, ""),
            settled=done not in {"asked", "half"},
        )

    def clock(self, member: StaffMember, number: int) -> RetentionClock:
        """One clock; whoever may not decide on it is told that there is none."""
        with reading(self._desk.database) as session:
            return self._clock(session, member, number)

    def _clock(self, session: Session, member: StaffMember, number: int) -> RetentionClock:
        desk = self._desk
        return retention.seen_by(session, desk.office, number, member.staff_id, desk.now())

    def page(
        self,
        member: StaffMember,
        number: int,
        which: str,
        *,
        faults: Sequence[Fault] = (),
        **typed: str,
    ) -> Response:
        """One of the pages about one decision."""
        with reading(self._desk.database) as session:
            clock = self._clock(session, member, number)
            reference = retention.reference_of(clock)
            incident = by_reference(session, reference) if reference else None
            held = incident is not None and hold_on(session, incident) is not None
            one = waits(self._desk, due_of(clock, self._desk, held=held))
        return self._front.show(
            member,
            f"retention_{which}.html",
            here=Area.RETENTION,
            status=400 if faults else 200,
            one=one,
            faults=faults,
            reasons=reasons(CODES.get(which, {}), typed.get("why", ""), in_words=one.may_hold),
            typed=typed,
        )

    def ask(
        self, member: StaffMember, number: int, later: BackgroundTasks, *, sure: bool
    ) -> Response:
        """Ask that it be erased."""
        desk = self._desk
        if not sure:
            fault = Fault("sure", "Say that you have checked it")
            return self.page(member, number, "erase", faults=[fault])
        clock = self.clock(member, number)
        wanted = Wanted(clock.kind, clock.subject, WHY)
        try:
            made = ask_to_erase(
                desk.database, desk.office, wanted, actor=member.staff_id, now=desk.now()
            )
        except NotAllowedError:
            raise
        except CaseworkError as fault:
            wrong = [Fault("sure", str(fault))]
            return self.page(member, number, "erase", faults=wrong)
        later.add_task(tell_seconds, desk.office, made, desk.send_note)
        return go_to(f"{LIST}?done=asked")

    def keep(
        self,
        member: StaffMember,
        number: int,
        typed: tuple[str, str, str],
        why: str,
        words: str,
    ) -> Response:
        """Keep it until a day, with a reason."""
        desk = self._desk
        clock = self.clock(member, number)
        until = _day(*typed)
        faults = [] if until else [Fault("until-day", "Enter a day, like 31 1 2028")]
        faults += _faults_of_why(why, words, KEEPING, in_words=clock.kind != Kept.TRIAGE.value)
        given = dict(zip(("day", "month", "year"), typed, strict=True)) | {
            "why": why,
            "words": words,
        }
        if faults or until is None:
            return self.page(member, number, "keep", faults=faults, **given)

        def coded(session: Session, incident: Incident | None) -> str:
            said = why if why in KEEPING else words.strip()
            return said if incident is None else code_or_sealed(session, incident, said, KEEPING)

        who = Decider(Kept(clock.kind), clock.subject, member.staff_id)
        try:
            extend_due(
                desk.database, desk.office, who, until=until, coded_why=coded, now=desk.now()
            )
        except NotAllowedError:
            raise
        except CaseworkError as fault:
            wrong = [Fault("until-day", str(fault))]
            return self.page(member, number, "keep", faults=wrong, **given)
        return go_to(f"{LIST}?done=kept")

    def hold(self, member: StaffMember, number: int, why: str, words: str) -> Response:
        """Place a legal hold on its record."""
        desk = self._desk
        reference = retention.reference_of(self.clock(member, number))
        if reference is None:
            raise NotAllowedError
        if faults := _faults_of_why(why, words, HOLD_REASONS):
            return self.page(
                member,
                number,
                "hold",
                faults=faults,
                why=why,
                words=words,
            )
        with transaction(desk.database) as session:
            incident = by_reference(session, reference)
            actor, now = member.staff_id, desk.now()
            if place_hold(session, incident, actor=actor, office=desk.office, now=now):
                said = why if why in HOLD_REASONS else words.strip()
                code = code_or_sealed(session, incident, said, HOLD_REASONS)
                note_custody(session, Act.HELD, actor=actor, why=code, now=now, reference=reference)
        return go_to(f"{LIST}?done=held")

    def asked(self, member: StaffMember, number: int, fault: str = "") -> Response:
        """What the second person has to know before they agree."""
        request = self._request(member, number)
        return self._front.show(
            member,
            "retention_asked.html",
            here=Area.RETENTION,
            status=400 if fault else 200,
            one=asking(self._desk, request, member.staff_id),
            faults=[Fault("answer", fault)] if fault else [],
        )

    def answer(self, member: StaffMember, number: int, answer: str) -> Response:
        """Agree and erase, or settle the request without."""
        acts: dict[str, Callable[[StaffMember, int], str]] = {
            "agree": self._agree,
            "drop": self._drop,
        }
        self._request(member, number)
        if answer not in acts:
            return self.asked(member, number, "Choose whether it is erased")
        try:
            return go_to(f"{LIST}?done={acts[answer](member, number)}")
        except NotAllowedError:
            raise
        except HalfErasedError:
            return go_to(f"{LIST}?done=half")
        except (CaseworkError, EvidenceError) as fault:
            return self.asked(member, number, str(fault))

    def _agree(self, member: StaffMember, number: int) -> str:
        desk = self._desk
        if desk.eraser is None:
            raise NotAllowedError
        agree_and_erase(desk.eraser, desk.office, number, actor=member.staff_id, now=desk.now())
        return "erased"

    def _drop(self, member: StaffMember, number: int) -> str:
        desk = self._desk
        with transaction(desk.database) as session:
            erasures.drop(session, desk.office, number, actor=member.staff_id, now=desk.now())
        return "dropped"

    def _request(self, member: StaffMember, number: int) -> ErasureRequest:
        desk = self._desk
        with reading(desk.database) as session:
            waiting = erasures.waiting(session, desk.office, member.staff_id, desk.now())
            found = next((one for one in waiting if one.id == number), None)
        if found is None:
            raise NotAllowedError
        return found


def _faults_of_why(
    why: str, words: str, codes: Mapping[str, str], *, in_words: bool = True
) -> list[Fault]:
    if why in codes or (why == OTHER and words.strip() and in_words):
        return []
    if why == OTHER and in_words:
        return [Fault("words", "Say why, in your own words")]
    return [Fault("why", "Choose why")]


def _day(day: str, month: str, year: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
