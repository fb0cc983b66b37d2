"""One's own account: the ways to sign in, and the sessions that are open."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from console.account_page import DONE, FAILED, account_page
from console.front import Front, go_to

Handle = Annotated[str, Form(max_length=64)]


def routes(front: Front) -> APIRouter:
    """The page, and the buttons beside each session."""
    router = APIRouter()
    sessions = front.door.sessions

    @router.get("/account")
    def show(request: Request, done: str = "") -> Response:
        member = front.signed_in(request)
        page = account_page(front.desk, front.door, member, front.token(request))
        said, failed = DONE.get(done, ""), FAILED.get(done, "")
        return front.show(member, "account.html", page=page, said=said, failed=failed)

    @router.post("/account/sessions/end")
    def end(request: Request, handle: Handle = "") -> Response:
        sessions.end_one(front.signed_in(request).staff_id, handle)
        return go_to("/account?done=ended")

    @router.post("/account/sessions/end-others")
    def end_others(request: Request) -> Response:
        sessions.end_others(front.signed_in(request).staff_id, front.token(request))
        return go_to("/account?done=others-ended")

    return router
