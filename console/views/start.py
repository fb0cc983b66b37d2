"""The first page: what this is, and who signs in here."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.front import Front


def routes(front: Front) -> APIRouter:
    """The start page."""
    router = APIRouter()

    @router.get("/")
    def start(request: Request) -> Response:
        return front.pages.show("start.html", signed_in=front.name(request))

    return router
