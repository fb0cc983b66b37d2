"""The first page: what this is, and who signs in here; whoever is in goes on to their inbox."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.front import Front, go_to


def routes(front: Front) -> APIRouter:
    """The start page."""
    router = APIRouter()

    @router.get("/")
    def start(request: Request) -> Response:
        if front.who(request):
            return go_to("/inbox")
        return front.pages.show("start.html")

    return router
