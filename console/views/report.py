"""Report something by hand: open to everybody who works here, and the record is not."""

from datetime import timedelta

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from starlette.responses import Response

from casework.areas import Area
from console.errors import TooManyTriesError
from console.faults import Fault
from console.front import Front, go_to
from console.limits import Limiter
from console.report_page import ME, Form, about_items, checked
from console.upload import FormUnreadableError, Upload, read_upload
from evidence.vault import PublicKeys
from records.database import transaction
from records.roster import StaffMember
from workflows.reporting import MOST_MAIL_BYTES
from workflows.reports import take_report

AT_ONCE = 4
"""So many forms with files are read at the same time, since each is held in memory."""
SECONDS_TO_READ = 300


def routes(front: Front) -> APIRouter:
    """The form, and what happens next; without the keys that seal a report there is none."""
    router = APIRouter()
    if front.desk.public_keys is None:
        return router
    counter = _Counter(front, front.desk.public_keys)

    @router.get("/report")
    def ask(request: Request) -> Response:
        member = front.enter(request, Area.REPORT)
        return counter.form(member, Form.typed({}))

    @router.post("/report")
    async def hand_in(request: Request) -> Response:
        member = await run_sync(front.enter, request, Area.REPORT)
        return await counter.take(member, request)

    @router.get("/report/done")
    def done(request: Request, about: str = "") -> Response:
        member = front.enter(request, Area.REPORT)
        return front.show(member, "report_done.html", here=Area.REPORT, own=about == ME)

    return router


class _Counter:
    """Takes what is handed in."""

    def __init__(self, front: Front, keys: PublicKeys) -> None:
        self._front = front
        self._desk = front.desk
        self._keys = keys
        self._room = anyio.Semaphore(AT_ONCE)
        self._each = Limiter(30, timedelta(hours=1))

    def form(self, member: StaffMember, form: Form, faults: tuple[Fault, ...] = ()) -> Response:
        """The form as it was filled in; files have to be chosen again."""
        return self._front.show(
            member,
            "report.html",
            here=Area.REPORT,
            status=400 if faults else 200,
            form=form,
            faults=faults,
            about=about_items(self._desk, member, form.about),
        )

    async def take(self, member: StaffMember, request: Request) -> Response:
        """Read, check and keep; nothing is kept that isn't sealed."""
        async with self._room:
            try:
                with anyio.fail_after(SECONDS_TO_READ):
                    upload = await read_upload(request, most_bytes=MOST_MAIL_BYTES)
            except FormUnreadableError:
                return await run_sync(self._front.error, request, 400)
            except TimeoutError:
                return await run_sync(self._front.error, request, 408)
            return await run_sync(self._keep, member, upload)

    def _keep(self, member: StaffMember, upload: Upload) -> Response:
        desk, form = self._desk, Form.typed(upload.typed)
        found = checked(desk, member, form, upload, desk.now())
        if found.report is None:
            return self.form(member, form, found.faults)
        if not self._each.allow(member.staff_id, desk.now()):
            raise TooManyTriesError
        with transaction(desk.database) as session:
            take_report(session, self._keys, found.report, now=desk.now())
        return go_to(f"/report/done?about={ME}" if form.about == ME else "/report/done")
