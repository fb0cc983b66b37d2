"""Set up a body of one's own from the practice console: six questions, one a page.

Only from this machine, only with the code that the terminal shows, and only while there is no body.
"""

from ipaddress import ip_address
from typing import Any

from fastapi import APIRouter, BackgroundTasks, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from console.errors import CodeNeededError
from console.faults import Fault
from console.forms import chosen_roles, read_form
from console.front import Front, go_to
from console.set_up import QUESTIONS, NewBody
from console.views.set_up_parts import (
    CHANGED,
    NO_FILE,
    Show,
    download,
    people_page,
    roles_page,
)

START, DONE = "/set-up/new", "/set-up/new/done"
COOKIE = "namewatch-set-up"
COOKIE_SECONDS = 8 * 60 * 60
CODE_WRONG = (
    "This code is not right, or it was used before. Look at the terminal in which namewatch runs."
)
TITLES = {
    "body": "Your body",
    "policy": "Your policy",
    "hours": "Working hours",
    "mail": "Your mail server",
    "people": "Your staff",
    "roles": "Who holds which role",
}
_SOMEBODY = "set-up"


def routes(front: Front) -> APIRouter:
    """The six questions, and what comes before and after them."""
    router = APIRouter(prefix=START)
    _add_door(router, front)
    _add_people(router, front)
    _add_roles(router, front)
    _add_end(router, front)
    _add_questions(router, front)
    return router


def here(front: Front, request: Request) -> NewBody:
    """Who takes the answers; there is no such page except on this machine, while practising."""
    desk = front.desk.new_body
    host = request.client.host if request.client else ""
    if desk is None or not front.desk.practice or not on_this_machine(host, request):
        raise HTTPException(404)
    return desk


def on_this_machine(host: str, request: Request) -> bool:
    """Whether a browser on this machine asks, and no proxy for somebody else."""
    passed_on = any(name in request.headers for name in ("forwarded", "x-forwarded-for"))
    try:
        return ip_address(host).is_loopback and not passed_on
    except ValueError:
        return False


def inside(front: Front, request: Request, *, open_only: bool = True) -> NewBody:
    """As above, for a browser that was let in; raises CodeNeededError, which leads on."""
    desk = here(front, request)
    if not desk.knows(request.cookies.get(COOKIE, "")):
        raise CodeNeededError(START)
    if open_only and desk.written():
        raise CodeNeededError(DONE)
    return desk


def _shown(front: Front) -> Show:
    def show(template: str, **words: Any) -> Response:
        return front.pages.show(template, layout="new_body_base.html", **words)

    return show


def _add_door(router: APIRouter, front: Front) -> None:
    @router.get("")
    def start(request: Request) -> Response:
        desk = here(front, request)
        if not desk.knows(request.cookies.get(COOKIE, "")):
            return _code_page(front, desk)
        if desk.written():
            return go_to(DONE)
        tasks = [
            {
                "title": {"text": TITLES[one]},
                "href": f"{START}/{one}",
                "status": _status(answered=one in desk.answered()),
            }
            for one in QUESTIONS
        ]
        ready = desk.answered() >= set(QUESTIONS)
        following = next((one for one in QUESTIONS if one not in desk.answered()), "check")
        return front.pages.show("new_body.html", tasks=tasks, ready=ready, following=following)

    @router.post("/code")
    async def enter(request: Request) -> Response:
        desk = here(front, request)
        token = desk.let_in((await read_form(request)).word("code"))
        if token is None:
            return _code_page(front, desk, Fault("code", CODE_WRONG))
        answer = go_to(START)
        answer.set_cookie(
            COOKIE, token, max_age=COOKIE_SECONDS, path=START, httponly=True, samesite="lax"
        )
        return answer

    @router.post("/another-code")
    def another(request: Request) -> Response:
        here(front, request).tell_new_code()
        return go_to(START)


def _status(*, answered: bool) -> dict[str, object]:
    if answered:
        return {"text": "Answered"}
    return {"tag": {"text": "To do", "classes": "govuk-tag--blue"}}


def _code_page(front: Front, desk: NewBody, *faults: Fault) -> Response:
    return front.pages.show(
        "new_body_code.html",
        status=400 if faults else 200,
        faults=faults,
        written=desk.written(),
    )


def _add_people(router: APIRouter, front: Front) -> None:
    base = f"{START}/people"

    @router.get("/people")
    def people(request: Request) -> Response:
        return people_page(_shown(front), inside(front, request), base)

    @router.post("/people")
    async def hand_in(request: Request) -> Response:
        desk = inside(front, request)
        content = (await read_form(request)).files.get("file", b"")
        if not content:
            return people_page(_shown(front), desk, base, Fault("file", NO_FILE))
        await run_in_threadpool(desk.offer, content)
        return go_to(base)

    @router.post("/people/confirm")
    async def confirm(request: Request) -> Response:
        desk = inside(front, request)
        stamp = (await read_form(request)).word("stamp")
        if not await run_in_threadpool(desk.confirm, stamp, _SOMEBODY):
            return people_page(_shown(front), desk, base, Fault("main-content", CHANGED))
        return go_to(f"{START}/roles")

    @router.post("/people/withdraw")
    def withdraw(request: Request) -> Response:
        inside(front, request).withdraw()
        return go_to(base)

    @router.get("/people/template.csv")
    def template(request: Request) -> Response:
        return download(inside(front, request).template(), "staff-template.csv", "text/csv")


def _add_roles(router: APIRouter, front: Front) -> None:
    base = f"{START}/roles"

    @router.get("/roles")
    def roles(request: Request) -> Response:
        return roles_page(_shown(front), inside(front, request), base)

    @router.post("/roles")
    async def give(request: Request) -> Response:
        desk = inside(front, request)
        if not desk.choices():
            return go_to(f"{START}/people")
        chosen = chosen_roles(await read_form(request))
        if faults := desk.give(chosen, _SOMEBODY):
            return roles_page(_shown(front), desk, base, faults, chosen)
        return go_to(f"{START}/check")


def _add_questions(router: APIRouter, front: Front) -> None:
    @router.get("/{question}")
    def ask(request: Request, question: str) -> Response:
        desk = inside(front, request)
        if question not in QUESTIONS[:4]:
            raise HTTPException(404)
        return _shown(front)(f"new_body_{question}.html", kept=desk.kept(question), faults=())

    @router.post("/{question}")
    async def take(request: Request, question: str) -> Response:
        desk = inside(front, request)
        if question not in QUESTIONS[:4]:
            raise HTTPException(404)
        form = await read_form(request)
        faults = await run_in_threadpool(desk.keep, question, form.words, form.files)
        if faults:
            # What was typed comes back, but for secrets and files.
            kept = {**desk.kept(question), **form.words, "password": "", "file": "", "ca_file": ""}
            return _shown(front)(f"new_body_{question}.html", status=400, kept=kept, faults=faults)
        if question == "mail" and form.word("action") == "try":
            await run_in_threadpool(desk.try_mail)
            return go_to(f"{START}/mail")
        return go_to(f"{START}/{(*QUESTIONS, 'check')[QUESTIONS.index(question) + 1]}")


def _add_end(router: APIRouter, front: Front) -> None:
    @router.get("/check")
    def check(request: Request) -> Response:
        return _check_page(front, inside(front, request))

    @router.post("/check")
    async def write(request: Request) -> Response:
        desk = inside(front, request)
        faults = [Fault("main-content", one) for one in await run_in_threadpool(desk.write)]
        return _check_page(front, desk, *faults) if faults else go_to(DONE)

    @router.get("/done")
    def done(request: Request) -> Response:
        desk = inside(front, request, open_only=False)
        if not (written := desk.written()):
            return go_to(START)
        return front.pages.show(
            "new_body_done.html", written=written, recovery_key=desk.recovery_key()
        )

    @router.get("/recovery-key.txt")
    def recovery_key(request: Request) -> Response:
        desk = inside(front, request, open_only=False)
        if not desk.recovery_key():
            raise HTTPException(404)
        return download(f"{desk.recovery_key()}\n", "recovery-key-for-the-safe.txt")

    @router.post("/key-is-safe")
    def key_is_safe(request: Request) -> Response:
        inside(front, request, open_only=False).forget_recovery_key()
        return go_to(DONE)

    @router.post("/begin")
    def begin(request: Request, later: BackgroundTasks) -> Response:
        desk = inside(front, request, open_only=False)
        if not desk.written() or desk.recovery_key():
            return go_to(DONE)
        later.add_task(desk.begin)
        return front.pages.show("new_body_starting.html")


def _check_page(front: Front, desk: NewBody, *faults: Fault) -> Response:
    holders = {one.staff_id: one.words for one in desk.choices()}
    return front.pages.show(
        "new_body_check.html",
        status=400 if faults else 200,
        answers={one: desk.kept(one) for one in QUESTIONS[:4]},
        answered=desk.answered(),
        count=desk.count(),
        seats=[
            (one.title, [holders.get(each, each) for each in one.holders])
            for one in desk.seats()
            if one.holders
        ],
        doubts=desk.doubts(),
        faults=faults,
    )
