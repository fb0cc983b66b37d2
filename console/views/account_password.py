"""Set a password with its second factor, where the body wants it; and take both away."""

from fastapi import APIRouter, BackgroundTasks, Request
from starlette.responses import Response

from console.arriving import drop, keep
from console.challenges import LIVES
from console.faults import Fault
from console.front import Front, go_to
from console.owner_notes import tell_owner
from console.passwords import SHORTEST, weakness
from console.views.sign_in import Typed
from console.views.sign_in_password import Secret
from records.roster import StaffMember

HERE = "/account/password"
CODE_WRONG = "This code is not right. Enter the newest code that your app shows."


def routes(front: Front) -> APIRouter:
    """Where passwords are off there is no such page."""
    router = APIRouter()
    passwords = front.door.passwords
    if not passwords.possible:
        return router

    @router.get(HERE)
    def explain(request: Request) -> Response:
        member = front.proven(request, HERE)
        return front.show(member, "account_password.html", shortest=SHORTEST)

    @router.post(f"{HERE}/begin")
    def begin(request: Request) -> Response:
        member = front.proven(request, HERE)
        token = passwords.begin(member)
        answer = _form(front, member, token)
        keep(front, answer, front.door.asked_cookie, token, int(LIVES.total_seconds()))
        return answer

    @router.post(HERE)
    def set_it(
        request: Request, later: BackgroundTasks, password: Secret = "", code: Typed = ""
    ) -> Response:
        member = front.proven(request, HERE)
        token = request.cookies.get(front.door.asked_cookie, "")
        if weak := weakness(password, member, front.desk.organisation.name):
            return _form(front, member, token, Fault("password", weak))
        codes = passwords.set(member, token, password, code)
        if codes is None:
            return _form(front, member, token, Fault("code", CODE_WRONG))
        later.add_task(tell_owner, front.desk, member, "A password was set.")
        shown = front.show(member, "recovery_codes.html", codes=codes)
        drop(front, shown, front.door.asked_cookie)
        return shown

    @router.post(f"{HERE}/codes")
    def renew(request: Request, later: BackgroundTasks) -> Response:
        member = front.proven(request, "/account")
        codes = passwords.renew_codes(member)
        if not codes:
            return go_to(HERE)
        later.add_task(tell_owner, front.desk, member, "New recovery codes were made.")
        return front.show(member, "recovery_codes.html", codes=codes)

    @router.post(f"{HERE}/remove")
    def remove(request: Request, later: BackgroundTasks) -> Response:
        member = front.proven(request, "/account")
        passwords.remove(member)
        later.add_task(tell_owner, front.desk, member, "Your password was removed.")
        return go_to("/account?done=password-removed")

    return router


def _form(front: Front, member: StaffMember, token: str, *faults: Fault) -> Response:
    """The key of the second factor, and the two questions; too late, and it begins anew."""
    factor = front.door.passwords.second_factor(member, token)
    if factor is None:
        return go_to(HERE)
    return front.show(
        member,
        "account_password_new.html",
        status=400 if faults else 200,
        faults=faults,
        factor=factor,
        shortest=SHORTEST,
    )
