"""Somebody's own page: how much they see, what they would like, and who has seen the record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from casework.errors import (
    CaseworkError,
    DecidedMeanwhileError,
    KeyDestroyedError,
    NotAllowedError,
    StepUnfitError,
)
from casework.looks import lookers
from casework.own_words import OwnRecord, Said, read_own, say, show_own_words
from casework.wish_words import MOST_OWN_WORDS
from console import say_page
from console.errors import OwnPageShutError
from console.faults import Fault
from console.front import Front, go_to
from console.own_door import OwnDoor
from console.post_page import posts_shown
from console.say_form import NO_VIEW, SAY_SOMETHING, Wished
from console.views import own
from console.words import moment_words
from records.custody import Act
from records.database import transaction
from records.own_page import OwnPage
from workflows.custody import note_custody

Code = Annotated[str, Form(max_length=40)]
Words = Annotated[str, Form(max_length=20_000)]
CHOOSE = "Choose one of the answers"
MEANWHILE = (
    "Something newer was written down meanwhile. It stands below. If you still want to say this,"
    " press the button again."
)


@dataclass(frozen=True, slots=True)
class _Question:
    """A question with one answer: which step keeps it, and its words."""

    kind: str
    part: str
    template: str
    choices: Mapping[str, str]
    theirs: Callable[[OwnRecord], bool] = lambda _: True


_SEE = _Question("shown", "chose", "say_see.html", say_page.SEE)
_FILE = _Question(
    "personal-record",
    "answer",
    "say_file.html",
    say_page.FILE,
    lambda one: one.decides_file,
)
_NAME = _Question(
    "leadership-view",
    "answer",
    "say_name.html",
    say_page.LEADERSHIP,
    lambda one: one.asked_about_leadership,
)
_QUESTIONS = {"see": _SEE, "file": _FILE, "name": _NAME}
"""Each by where it is asked."""


def routes(front: Front) -> APIRouter:
    """The addresses of the page, and the way to it."""
    door = OwnDoor(front.desk)
    visit = _Visit(front, door)
    router = APIRouter()
    router.include_router(own.routes(front, door))

    @router.get("/say/page")
    def page(request: Request, done: str = "") -> Response:
        return visit.answer(request, lambda one: visit.overview(one, done))

    @router.get("/say/page/words")
    def back_to_choice() -> Response:
        return go_to("/say/page/see")

    @router.post("/say/page/words")
    def words(request: Request) -> Response:
        return visit.answer(request, visit.words)

    @router.get("/say/page/wish")
    def wish(request: Request) -> Response:
        return visit.answer(request, visit.ask_wish)

    @router.post("/say/page/wish")
    def wished(
        request: Request,
        wants: Annotated[list[str] | None, Form()] = None,
        police: Code = "",
        own_words: Words = "",
        revision: Code = "",
    ) -> Response:
        typed = Wished(tuple(wants or ()), police, own_words.replace("\r\n", "\n"), revision)
        return visit.answer(request, lambda one: visit.take_wish(one, typed))

    @router.get("/say/page/who")
    def who(request: Request) -> Response:
        return visit.answer(request, visit.who)

    router.include_router(_questions(front, visit))
    router.include_router(own.by_link(front))
    return router


def _questions(front: Front, visit: "_Visit") -> APIRouter:
    """The form of each question that has one answer, and where it is sent."""
    router = APIRouter()

    @router.get("/say/page/{address}")
    def ask(request: Request, address: str) -> Response:
        question = _QUESTIONS.get(address)
        if question is None:
            return front.pages.error(404)
        return visit.answer(request, lambda one: visit.ask(one, question))

    @router.post("/say/page/{address}")
    def take(request: Request, address: str, answer: Code = "", revision: Code = "") -> Response:
        question = _QUESTIONS.get(address)
        if question is None:
            return front.pages.error(404)
        return visit.answer(request, lambda one: visit.take(one, question, answer, revision))

    return router


@dataclass(frozen=True, slots=True)
class _Open:
    """The page that is open in this browser, and the transaction in which it is answered."""

    session: Session
    page: OwnPage


class _Visit:
    """Reads and writes for the one person whose page it is."""

    def __init__(self, front: Front, door: OwnDoor) -> None:
        self._front = front
        self._desk = front.desk
        self._door = door

    def answer(self, request: Request, act: Callable[[_Open], Response]) -> Response:
        """Do `act` for whoever has opened the page here; all others begin at its door."""
        token = request.cookies.get(self._door.cookie, "")
        try:
            with transaction(self._desk.database) as session:
                return act(_Open(session, self._door.here(session, token)))
        except (OwnPageShutError, NotAllowedError):
            return go_to("/say?closed=1")
        except KeyDestroyedError:
            return self._front.pages.error(410)
        except CaseworkError:
            return self._front.pages.error(400)

    def overview(self, one: _Open, done: str) -> Response:
        """Everything there is, and nothing that was posted."""
        record = self._read(one)
        return self._show(
            "say_page.html",
            record,
            tasks=[task.item for task in say_page.tasks(self._desk, record)],
            support=self._desk.organisation.support,
            done=done == "said",
            ends=moment_words(one.page.expires_at, self._desk.organisation.calendar.zone),
        )

    def ask(self, one: _Open, question: _Question) -> Response:
        """The form of a question with one answer."""
        record = self._read(one)
        if not question.theirs(record):
            raise NotAllowedError
        said = _said_of(record, question)
        chosen = said[-1].answer if said else ""
        return self._question(record, question, chosen, _revision(said))

    def take(self, one: _Open, question: _Question, answer: str, revision: str) -> Response:
        """Keep an answer, or show the form again."""
        record = self._read(one)
        if not question.theirs(record):
            raise NotAllowedError
        said = _said_of(record, question)
        if answer not in question.choices:
            fault = Fault("answer", CHOOSE)
            return self._question(record, question, answer, revision, fault)
        try:
            self._say(one, question.kind, {question.part: answer}, revision)
        except DecidedMeanwhileError:
            fault = Fault("answer", MEANWHILE)
            return self._question(record, question, answer, _revision(said), fault)
        return go_to("/say/page/see" if question is _SEE else "/say/page?done=said")

    def words(self, one: _Open) -> Response:
        """What was posted, after a press that is noted first (SPSO 16, 64)."""
        desk = self._desk
        seen = show_own_words(one.session, desk.office, one.page, desk.open_key, desk.now())
        record = self._read(one)
        note_custody(
            one.session,
            Act.REVEALED,
            actor=one.page.staff_id,
            why="own-page",
            now=desk.now(),
            reference=record.incident.reference,
        )
        return self._show("say_words.html", record, posts=posts_shown(desk, seen))

    def ask_wish(self, one: _Open) -> Response:
        """The form of what they would like, as it stands."""
        record = self._read(one)
        stands = say_page.newest_wish(record)
        wants = (NO_VIEW,) if say_page.no_view(record) else stands.chosen
        typed = Wished(wants, stands.police, stands.own_words, _revision(record.wishes))
        return self._wish_form(record, typed, [])

    def take_wish(self, one: _Open, typed: Wished) -> Response:
        """Keep what they would like as their own newest word, or show the form again."""
        record = self._read(one)
        if faults := typed.faults():
            return self._wish_form(record, typed, faults)
        try:
            self._say(one, "wishes", typed.typed(), typed.revision)
        except DecidedMeanwhileError:
            newer = Wished(typed.wants, typed.police, typed.own_words, _revision(record.wishes))
            return self._wish_form(record, newer, [Fault("wants", MEANWHILE)])
        except StepUnfitError:
            return self._wish_form(record, typed, [Fault("wants", SAY_SOMETHING)])
        return go_to("/say/page?done=said")

    def who(self, one: _Open) -> Response:
        """Who has been told and who has looked, by role."""
        record = self._read(one)
        found = lookers(one.session, record.incident, self._desk.office, self._desk.now())
        return self._show("say_who.html", record, seers=say_page.seers(self._desk, found))

    def _wish_form(self, record: OwnRecord, typed: Wished, faults: list[Fault]) -> Response:
        items = say_page.wish_items(typed.wants)
        mind = {"text": "I do not mind: others may decide", "value": NO_VIEW}
        items += [{"divider": "or"}, {**mind, "checked": not typed.mind}]
        return self._show(
            "say_wish.html",
            record,
            status=400 if faults else 200,
            faults=faults,
            items=items,
            police=say_page.police_items(typed.police) if record.known.physical else [],
            own_words=typed.own_words,
            most=MOST_OWN_WORDS,
            revision=typed.revision,
            earlier=say_page.earlier(self._desk, record, record.wishes),
        )

    def _question(
        self,
        record: OwnRecord,
        question: _Question,
        chosen: str,
        revision: str,
        fault: Fault | None = None,
    ) -> Response:
        hints = say_page.SEE_HINTS if question is _SEE else {}
        found = say_page.found_words(self._desk, record)
        return self._show(
            question.template,
            record,
            status=400 if fault else 200,
            faults=[fault] if fault else [],
            items=say_page.radio_items(dict(question.choices), chosen, hints),
            revision=revision,
            chose=record.chose,
            found=found if record.chose in {"told-in-words", "everything"} else None,
            earlier=say_page.earlier(self._desk, record, _said_of(record, question)),
        )

    def _read(self, one: _Open) -> OwnRecord:
        desk = self._desk
        return read_own(one.session, desk.office, one.page, desk.open_key, desk.now())

    def _say(self, one: _Open, kind: str, typed: Mapping[str, str], revision: str) -> None:
        desk = self._desk
        say(
            one.session,
            desk.office,
            one.page,
            kind,
            typed,
            instead_of=int(revision) if revision.isascii() and revision.isdigit() else None,
            now=desk.now(),
        )

    def _show(
        self, template: str, record: OwnRecord, *, status: int = 200, **words: Any
    ) -> Response:
        reference = record.incident.reference
        return self._front.pages.show(template, status=status, reference=reference, **words)


def _said_of(record: OwnRecord, question: _Question) -> Sequence[Said]:
    found = {"shown": record.shown, "personal-record": record.file}
    return found.get(question.kind, record.leadership)


def _revision(said: Sequence[Said]) -> str:
    """Which revision somebody has seen when they change it."""
    return str(said[-1].step.revision) if said else ""
