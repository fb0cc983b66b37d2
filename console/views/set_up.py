"""Change what is set up: people, roles, absences; test alerts, a look back, and papers."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, BackgroundTasks, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from casework.areas import Area
from console.faults import Fault
from console.forms import Form, chosen_roles, read_form
from console.front import Front, go_to
from console.set_up import Reach, SetUp
from console.views.set_up_parts import (
    CHANGED,
    NO_FILE,
    Show,
    download,
    people_page,
    roles_page,
)
from console.words import moment_words
from records.roster import Absence, StaffMember

BASE = "/set-up"
FORM_TIME = timedelta(minutes=30)
"""So long after signing in a form that gives or takes access may be sent."""


def routes(front: Front) -> APIRouter:
    """Every part of set-up."""
    router = APIRouter(prefix=BASE)
    for add in (
        _add_hub,
        _add_people,
        _add_people_kept,
        _add_roles,
        _add_absences,
        _add_channels,
        _add_rest,
    ):
        add(router, front)
    return router


def _enter(front: Front, request: Request) -> tuple[StaffMember, SetUp]:
    """Whoever may set up, and what they set up with."""
    member = front.enter(request, Area.SET_UP)
    if front.desk.set_up is None:
        raise HTTPException(404)
    return member, front.desk.set_up


def _shown(front: Front, member: StaffMember) -> Show:
    def show(template: str, **words: Any) -> Response:
        words = {"layout": "set_up_base.html", "done": "", **words}
        return front.show(member, template, here=Area.SET_UP, **words)

    return show


def _add_hub(router: APIRouter, front: Front) -> None:
    @router.get("")
    def hub(request: Request) -> Response:
        if front.desk.new_body and front.who(request) is None:
            return go_to(f"{BASE}/new")
        member, desk = _enter(front, request)
        return _shown(front, member)(
            "set_up.html",
            tasks=_tasks(desk),
            own_body=front.desk.new_body is not None,
        )


def _tasks(desk: SetUp) -> list[dict[str, object]]:
    reaches, away = desk.reaches(), desk.absences()
    red = sum(not one.confirmed for one in reaches)
    open_seats = sum(one.needed and not one.holders for one in desk.seats())
    run = desk.dry_run()
    return [
        _task("Staff", "people", f"{desk.count()} people"),
        _task("Who holds which role", "roles", "", f"{open_seats} open" if open_seats else ""),
        _task("Absence and cover", "absences", f"{len(away)} away" if away else "Nobody is away"),
        _task("Channels and test alerts", "channels", "All confirmed", _unconfirmed(red)),
        _task(
            "A look back over 30 days",
            "dry-run",
            "Under way" if run.running else "Done" if run.parts else "Not done yet",
        ),
        _task("Papers: DPIA, notices to staff and public", "papers", ""),
    ]


def _task(title: str, place: str, status: str, red: str = "") -> dict[str, object]:
    tag = {"tag": {"text": red, "classes": "govuk-tag--red"}}
    return {
        "title": {"text": title},
        "href": f"{BASE}/{place}",
        "status": tag if red else {"text": status},
    }


def _unconfirmed(count: int) -> str:
    return f"{count} not confirmed" if count else ""


def _add_people(router: APIRouter, front: Front) -> None:
    base = f"{BASE}/people"

    @router.get("/people")
    def people(request: Request) -> Response:
        member, desk = _enter(front, request)
        return people_page(_shown(front, member), desk, base)

    @router.post("/people")
    async def hand_in(request: Request) -> Response:
        member, desk = await run_in_threadpool(_enter, front, request)
        content = (await read_form(request)).files.get("file", b"")
        if not content:
            fault = Fault("file", NO_FILE)
            return await run_in_threadpool(people_page, _shown(front, member), desk, base, fault)
        await run_in_threadpool(desk.offer, content)
        return go_to(base)

    @router.post("/people/withdraw")
    def withdraw(request: Request) -> Response:
        _enter(front, request)[1].withdraw()
        return go_to(base)

    @router.get("/people/template.csv")
    def template(request: Request) -> Response:
        return download(_enter(front, request)[1].template(), "staff-template.csv", "text/csv")

    @router.get("/people/list.csv")
    def offered(request: Request) -> Response:
        return download(_enter(front, request)[1].offered_text(), "staff.csv", "text/csv")


def _add_people_kept(router: APIRouter, front: Front) -> None:
    base = f"{BASE}/people"

    @router.post("/people/fetch")
    async def fetch(request: Request) -> Response:
        member, desk = await run_in_threadpool(_enter, front, request)
        directory = (await read_form(request)).word("directory")
        if said := await run_in_threadpool(desk.fetch, directory):
            fault = Fault("file", said)
            return await run_in_threadpool(people_page, _shown(front, member), desk, base, fault)
        return go_to(base)

    @router.post("/people/confirm")
    async def confirm(request: Request) -> Response:
        member, desk = await run_in_threadpool(_enter, front, request)
        await run_in_threadpool(_prove, front, request, base)
        stamp = (await read_form(request)).word("stamp")
        if not await run_in_threadpool(desk.confirm, stamp, member.staff_id):
            fault = Fault("main-content", CHANGED)
            return await run_in_threadpool(people_page, _shown(front, member), desk, base, fault)
        return go_to(f"{BASE}/kept")


def _prove(front: Front, request: Request, back: str) -> None:
    front.proven(request, back, within=FORM_TIME)


def _add_roles(router: APIRouter, front: Front) -> None:
    base = f"{BASE}/roles"

    @router.get("/roles")
    def roles(request: Request) -> Response:
        member, desk = _enter(front, request)
        front.proven(request, base)
        return roles_page(_shown(front, member), desk, base)

    @router.post("/roles")
    async def give(request: Request) -> Response:
        member, desk = await run_in_threadpool(_enter, front, request)
        await run_in_threadpool(_prove, front, request, base)
        chosen = chosen_roles(await read_form(request))
        faults = await run_in_threadpool(desk.give, chosen, member.staff_id)
        if faults:
            show = _shown(front, member)
            return await run_in_threadpool(roles_page, show, desk, base, faults, chosen)
        return go_to(f"{BASE}/kept")

    @router.get("/kept")
    def kept(request: Request) -> Response:
        member, desk = _enter(front, request)
        return _shown(front, member)("set_up_kept.html", doubts=desk.doubts())


def _add_absences(router: APIRouter, front: Front) -> None:
    @router.get("/absences")
    def absences(request: Request) -> Response:
        member, desk = _enter(front, request)
        return _absences_page(front, member, desk)

    @router.post("/absences")
    async def add(request: Request) -> Response:
        member, desk = await run_in_threadpool(_enter, front, request)
        form = await read_form(request)
        absence, faults = _absence(form, [one.staff_id for one in desk.choices()])
        if absence is None:
            return await run_in_threadpool(_absences_page, front, member, desk, faults, form)
        await run_in_threadpool(desk.add_absence, absence, member.staff_id)
        return go_to(f"{BASE}/absences")

    @router.post("/absences/remove")
    async def remove(request: Request) -> Response:
        member, desk = await run_in_threadpool(_enter, front, request)
        form = await read_form(request)
        told = [one.absence for one in desk.absences() if one.by_hand]
        wanted = (form.word("staff"), form.word("from"), form.word("until"))
        for one in told:
            if (one.staff_id, one.away_from.isoformat(), one.until.isoformat()) == wanted:
                await run_in_threadpool(desk.remove_absence, one, member.staff_id)
        return go_to(f"{BASE}/absences")


def _absence(form: Form, known: Sequence[str]) -> tuple[Absence | None, list[Fault]]:
    faults = []
    staff_id = form.word("staff")
    if staff_id not in known:
        faults.append(Fault("staff", "Choose who is away."))
    days = []
    for name, what in (("from", "first"), ("until", "last")):
        try:
            days.append(
                date(*(int(form.word(f"{name}-{part}")) for part in ("year", "month", "day")))
            )
        except ValueError:
            faults.append(Fault(f"{name}-day", f"Enter the {what} day, like 21 12 2026."))
    if faults:
        return None, faults
    if days[1] < days[0]:
        return None, [Fault("until-day", "The last day is before the first.")]
    return Absence(staff_id, *days), []


def _absences_page(
    front: Front,
    member: StaffMember,
    desk: SetUp,
    faults: Sequence[Fault] = (),
    form: Form | None = None,
) -> Response:
    words = form.words if form else {}
    return _shown(front, member)(
        "set_up_absences.html",
        status=400 if faults else 200,
        away=desk.absences(),
        choices=[
            {"value": "", "text": "Choose somebody"},
            *(
                {
                    "value": one.staff_id,
                    "text": one.words,
                    "selected": one.staff_id == words.get("staff"),
                }
                for one in desk.choices()
            ),
        ],
        words=words,
        faults=faults,
    )


def _add_channels(router: APIRouter, front: Front) -> None:
    @router.get("/channels")
    def channels(request: Request) -> Response:
        member, desk = _enter(front, request)
        return _channels_page(front, member, desk)

    @router.post("/channels/try")
    def ask(request: Request) -> Response:
        member, desk = _enter(front, request)
        return _channels_page(front, member, desk, tried=desk.channel_faults())

    @router.post("/channels/test")
    async def test(request: Request, later: BackgroundTasks) -> Response:
        member, desk = await run_in_threadpool(_enter, front, request)
        staff_id = (await read_form(request)).word("staff")
        # After the answer: a slow mail server would hold up the page.
        later.add_task(desk.send_tests, staff_id, member.staff_id)
        return go_to(f"{BASE}/channels/sent")

    @router.get("/channels/sent")
    def sent(request: Request) -> Response:
        member, desk = _enter(front, request)
        return _channels_page(front, member, desk, sent=True)


def _channels_page(front: Front, member: StaffMember, desk: SetUp, **words: object) -> Response:
    zone = front.desk.organisation.calendar.zone

    def row(one: Reach) -> dict[str, object]:
        if one.confirmed_at:
            state = "Confirmed", moment_words(one.confirmed_at, zone)
        elif one.fault:
            state = "Not sent", f"The channel said: {one.fault}."
        elif one.sent_at:
            state = "Not confirmed", f"since the test of {moment_words(one.sent_at, zone)}"
        else:
            state = "Never tested" if one.channel else "Not reached", ""
        return {"reach": one, "state": state}

    rows = [row(one) for one in desk.reaches()]
    filled = {"rows": rows, "tried": None, "sent": False, **words}
    return _shown(front, member)("set_up_channels.html", **filled)


def _add_rest(router: APIRouter, front: Front) -> None:
    @router.get("/dry-run")
    def dry_run(request: Request) -> Response:
        member, desk = _enter(front, request)
        run = desk.dry_run()
        rates = [one.a_week for one in run.parts if one.a_week is not None]
        return _shown(front, member)(
            "set_up_dry_run.html", run=run, a_week=sum(rates) if rates else None
        )

    @router.post("/dry-run")
    def begin(request: Request) -> Response:
        member, desk = _enter(front, request)
        desk.begin_dry_run(member.staff_id)
        return go_to(f"{BASE}/dry-run")

    @router.get("/papers")
    def papers(request: Request) -> Response:
        member, desk = _enter(front, request)
        return _shown(front, member)("set_up_papers.html", papers=desk.papers())

    @router.get("/papers/{name}")
    def paper(request: Request, name: str) -> Response:
        _, desk = _enter(front, request)
        found = {one.name: one for one in desk.papers()}
        if name not in found:
            raise HTTPException(404)
        return download(found[name].text, f"{name}.md", "text/markdown")
