"""The forms with which people record what they did and decided."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from casework.cases import Case, case_for
from casework.earlier import alike
from casework.errors import (
    CaseworkError,
    DecidedMeanwhileError,
    KeyDestroyedError,
    NoSuchIncidentError,
    NotAllowedError,
    StepUnfitError,
)
from casework.incidents import acknowledge_unasked
from casework.kinds import KINDS
from casework.reading import people_on
from casework.step_reading import read_steps
from casework.step_rules import Kind, Taken
from casework.steps import Order, Ready, check_step, locked, record_step
from console.all_steps import all_choices
from console.earlier_words import alike_lines
from console.faults import Fault
from console.front import Front, go_to
from console.record_page import person
from console.step_faults import faults_in, needed_first
from console.step_options import preset, startable
from console.step_page import (
    CHANGE,
    CHECKED,
    FIRST,
    WHOLE,
    Sent,
    Standing,
    check_page,
    sent_again,
    standing_of,
    step_page,
)
from console.step_told import deciders, step_lines
from console.step_typed import Filled, filled_from, moment_typed, one_of, typed_in
from console.step_words import step_words
from console.tasks import View
from console.words import moment_words
from policies.pack import Pack
from records.database import transaction
from records.roster import StaffMember

_WEIGHED = frozenset({"outcome", "restriction"})
"""Where it is shown how cases like this one were decided."""
_TELLING = "told-in-private"
_OWN_FIELDS = frozenset({"stage", "seen", "of"})


async def form_of(request: Request) -> FormData:
    """What was sent, read before the view runs."""
    return await request.form()


Posted = Annotated[FormData, Depends(form_of)]


def routes(front: Front) -> APIRouter:
    """A form for each kind of step."""
    router = APIRouter()
    desk = _Desk(front)

    @router.get("/r/{reference}/steps")
    def choose(request: Request, reference: str) -> Response:
        return desk.choose(front.signed_in(request, reference), reference)

    @router.get("/r/{reference}/steps/{kind}")
    def ask(
        request: Request, reference: str, kind: str, of: int = 0, about: str = "", again: str = ""
    ) -> Response:
        member = front.signed_in(request, reference)
        return desk.ask(member, reference, kind, of, about, afresh=bool(again))

    @router.post("/r/{reference}/steps/{kind}")
    def take(request: Request, reference: str, kind: str, form: Posted) -> Response:
        member = front.signed_in(request, reference)
        return desk.take(member, reference, kind, sent_with(form))

    return router


def sent_with(form: FormData) -> Sent:
    """What a form sent: texts only, by field."""
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and name not in _OWN_FIELDS:
            fields[name] = (*fields.get(name, ()), value)
    own = {name: form.get(name) for name in _OWN_FIELDS}
    own = {name: value if isinstance(value, str) else "" for name, value in own.items()}
    seen = str(own["seen"])
    return Sent(
        filled=fields,
        stage=str(own["stage"]),
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else 0,  # noqa: PLR2004
        number=str(own["of"])[:6],
    )


class _Desk:
    """Asks, checks, records, and asks again."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._desk = front.desk

    def choose(self, member: StaffMember, reference: str) -> Response:
        """Everything that may be recorded."""
        with transaction(self._desk.database) as session:
            case = self._case(session, member, reference)
            zone = self._zone(case)
            people = people_on(session, case.incident)
            view = View(case, member.staff_id, people, lambda at: moment_words(at, zone))
        groups = all_choices(view)
        return self._front.show(member, "steps.html", reference=reference, groups=groups)

    def ask(
        self, member: StaffMember, reference: str, name: str, of: int, about: str, *, afresh: bool
    ) -> Response:
        """The form, empty or with what stands there."""
        with transaction(self._desk.database) as session:
            case = self._case(session, member, reference)
            kind = _kind(name)
            if not startable(case, member.staff_id, kind):
                return self._others(member, case, kind)
            standing = standing_of(case, kind, of)
            filled = dict(self._standing_fields(session, member, case, kind, standing))
        if standing is None:
            filled |= preset(case, member.staff_id, kind)
        if about:
            filled |= _preset(kind, about)
        first = step_words()[name].first
        stage = FIRST if first and (afresh or not one_of(filled, first)) else WHOLE
        return self._show(member, case, kind, sent_again(kind, standing, filled, stage))

    def take(self, member: StaffMember, reference: str, name: str, sent: Sent) -> Response:
        """Go on to the next page of the form, or record the step."""
        with transaction(self._desk.database) as session:
            case = self._case(session, member, reference)
            kind = _kind(name)
            if not startable(case, member.staff_id, kind):
                return self._others(member, case, kind)
            if not _first_answered(kind, sent):
                sent = replace(sent, stage=FIRST)
            if sent.stage == FIRST:
                sent = self._filled_up(session, member, case, kind, sent)
        if sent.stage == FIRST:
            return self._after_first(member, case, kind, sent)
        if sent.stage == CHANGE:
            return self._show(member, case, kind, replace(sent, stage=WHOLE))
        return self._decide(member, case, kind, sent)

    def _decide(self, member: StaffMember, case: Case, kind: Kind, sent: Sent) -> Response:
        happened = moment_typed(sent.filled, self._desk.now(), self._zone(case))
        if isinstance(happened, Fault):
            return self._show(member, case, kind, sent, faults=(happened,))
        typed = typed_in(kind, sent.filled)
        order = Order(kind.name, typed, member.staff_id, sent.seen or None, sent.number, happened)
        reference, now = case.incident.reference, self._desk.now()
        try:
            with transaction(self._desk.database) as session:
                if sent.stage != CHECKED:
                    ready = check_step(session, self._desk.office, reference, order, now=now)
                    if _to_be_checked(ready):
                        return self._check(member, case, sent, ready)
                record_step(session, self._desk.office, reference, order, now=now)
                if kind.name == _TELLING:
                    # Whoever has told them has seen it.
                    acknowledge_unasked(
                        session, locked(session, reference), actor=order.actor, via="page", now=now
                    )
        except DecidedMeanwhileError as meanwhile:
            return self._meanwhile(member, case, kind, sent, meanwhile)
        except NotAllowedError:
            return self._others(member, case, kind)
        except (NoSuchIncidentError, KeyDestroyedError):
            raise
        except CaseworkError as unfit:
            found = unfit.faults if isinstance(unfit, StepUnfitError) else (str(unfit),)
            return self._show(member, case, kind, sent, found=found)
        return go_to(f"/r/{reference}?done={kind.name}")

    def _after_first(self, member: StaffMember, case: Case, kind: Kind, sent: Sent) -> Response:
        words = step_words()[kind.name]
        if _first_answered(kind, sent):
            return self._show(member, case, kind, replace(sent, stage=WHOLE))
        fault = Fault(words.first, f"Choose an answer: {words.parts[words.first].ask}")
        return self._show(member, case, kind, sent, faults=(fault,))

    def _filled_up(
        self, session: Session, member: StaffMember, case: Case, kind: Kind, sent: Sent
    ) -> Sent:
        """After the first question, the rest as it stands where a step is put right."""
        there = case.known.standing(kind.name)
        if not sent.seen or not there:
            return sent
        standing = next((one for one in there if one.subject == sent.number), None)
        fields = self._standing_fields(session, member, case, kind, standing)
        return replace(sent, filled={**fields, **sent.filled})

    def _meanwhile(
        self,
        member: StaffMember,
        case: Case,
        kind: Kind,
        sent: Sent,
        meanwhile: DecidedMeanwhileError,
    ) -> Response:
        """Show what the other person recorded, and ask again with all that was typed."""
        with transaction(self._desk.database) as session:
            case = self._case(session, member, case.incident.reference)
            reader, now = self._desk.reader(member), self._desk.now()
            found = read_steps(session, case.incident, reader, now=now)
            theirs = next(
                one
                for one in reversed(found)
                if (one.step.kind, one.step.subject) == (kind.name, meanwhile.subject)
            )
            standing = Standing(
                by=person(self._desk, theirs.step.actor),
                when=moment_words(theirs.step.recorded_at, self._zone(case)),
                lines=step_lines(case, kind, theirs.step.about, theirs.words),
            )
        again = replace(sent, stage=WHOLE, seen=meanwhile.revision)
        fault = Fault("main-content", "Somebody else has recorded this meanwhile")
        return self._show(member, case, kind, again, faults=(fault,), standing=standing, status=409)

    def _check(self, member: StaffMember, case: Case, sent: Sent, ready: Ready) -> Response:
        given = ready.step.given
        lines = step_lines(case, ready.kind, given.about, given.words)
        page = check_page(case, ready.kind, sent, lines)
        return self._front.show(member, "step_check.html", page=page)

    def _show(
        self,
        member: StaffMember,
        case: Case,
        kind: Kind,
        sent: Sent,
        *,
        found: tuple[str, ...] = (),
        faults: tuple[Fault, ...] = (),
        standing: Standing | None = None,
        status: int = 400,
    ) -> Response:
        page = step_page(
            case, member.staff_id, kind, sent, needs=needed_first(found), standing=standing
        )
        if kind.name in _WEIGHED:
            page = replace(page, alike=self._alike(member, case))
        wrong = (*faults, *faults_in(page.form, kind, found))
        if page.blocked and wrong:
            wrong = (Fault("main-content", "Something else has to be recorded first"),)
        return self._front.show(
            member, "step.html", page=page, faults=wrong, status=status if wrong else 200
        )

    def _alike(self, member: StaffMember, case: Case) -> tuple[str, ...]:
        """How others were decided (SPSO 14)."""
        with transaction(self._desk.database) as session:
            now, actor = self._desk.now(), member.staff_id
            found = alike(session, case.incident, self._desk.office, actor=actor, now=now)
            return tuple(alike_lines(found))

    def _others(self, member: StaffMember, case: Case, kind: Kind) -> Response:
        """Somebody who may see the record is told who decides; it is no secret to them."""
        return self._front.show(
            member,
            "step_others.html",
            status=403,
            reference=case.incident.reference,
            heading=step_words()[kind.name].heading,
            who=deciders(case, member.staff_id, kind),
        )

    def _standing_fields(
        self, session: Session, member: StaffMember, case: Case, kind: Kind, standing: Taken | None
    ) -> Filled:
        """The fields as they stand; people's words are opened, which is noted."""
        if standing is None:
            return {}
        words: Mapping[str, str] = {}
        if standing.given.words:
            reader, now = self._desk.reader(member), self._desk.now()
            for one in read_steps(session, case.incident, reader, now=now):
                if (one.step.kind, one.step.subject, one.step.revision) == (
                    standing.kind,
                    standing.subject,
                    standing.revision,
                ):
                    words = one.words
        return filled_from(kind, standing.given.about, words)

    def _case(self, session: Session, member: StaffMember, reference: str) -> Case:
        now = self._desk.now()
        return case_for(session, self._desk.office, reference, member.staff_id, now=now)

    def _zone(self, case: Case) -> ZoneInfo:
        return case.office.organisation.calendar.zone


def _kind(name: str) -> Kind:
    """The kind; one that there isn't is just not there."""
    if name not in KINDS:
        raise NoSuchIncidentError
    return KINDS[name]


def _first_answered(kind: Kind, sent: Sent) -> bool:
    """Whether the question on which the others hang has an answer, or there is none such."""
    words = step_words()[kind.name]
    if not words.first:
        return True
    return one_of(sent.filled, words.first) in words.parts[words.first].options


def _preset(kind: Kind, about: str) -> Filled:
    """The step of another kind that this one is about, where a link says it."""
    return {part: (about[:6],) for part in kind.subject.split("+") if part and part != "#"}


def _to_be_checked(ready: Ready) -> bool:
    """What can't be undone quietly is shown once more."""
    return step_words()[ready.kind.name].check or _ends_contact(
        ready.office.pack, ready.step.code("restriction")
    )


def _ends_contact(pack: Pack, restriction: str) -> bool:
    return any(one.name == restriction and one.ends_contact for one in pack.restrictions.kinds)
