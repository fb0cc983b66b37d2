"""Change the password that is asked for beside each code by mail."""

from fastapi import APIRouter, BackgroundTasks, Request
from starlette.responses import Response

from console.faults import Fault
from console.front import Front, go_to
from console.owner_notes import tell_owner
from console.passwords import SHORTEST, weakness
from console.views.sign_in_password import Secret
from records.roster import StaffMember

HERE = "/account/code-password"


def routes(front: Front) -> APIRouter:
    """One page, for who has such a password."""
    router = APIRouter()

    @router.get(HERE)
    def ask(request: Request) -> Response:
        member = front.proven(request, HERE)
        if front.door.ways_of(member).beside is None:
            return go_to("/account")
        return _page(front, member)

    @router.post(HERE)
    def change(request: Request, later: BackgroundTasks, password: Secret = "") -> Response:
        member = front.proven(request, HERE)
        if front.door.ways_of(member).beside is None:
            return go_to("/account")
        if weak := weakness(password, member, front.desk.organisation.name):
            return _page(front, member, Fault("password", weak))
        front.door.beside_code.change(member, password)
        later.add_task(tell_owner, front.desk, member, "Your password was changed.")
        return go_to("/account?done=password-changed")

    return router


def _page(front: Front, member: StaffMember, *faults: Fault) -> Response:
    return front.show(
        member,
        "account_code_password.html",
        status=400 if faults else 200,
        faults=faults,
        shortest=SHORTEST,
    )
