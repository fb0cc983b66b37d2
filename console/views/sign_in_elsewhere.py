"""Sign in at the body's identity provider: on the way there, and on the way back.

The way back is the only address where a GET does something: it works once, within five minutes, in
the one browser that was sent there, and with an answer that the provider signed for it.
"""

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.arriving import device, keep, let_in
from console.challenges import LIVES, Purpose
from console.errors import ProviderError
from console.faults import Fault
from console.front import Front, go_to
from console.provider import BACK, Provider
from console.sessions import Way
from console.views.sign_in import Typed, sign_in_page
from console.ways_back import Place

LINKING = "/account/elsewhere"
NOT_LINKED = (
    "This account is not linked to anybody here yet, or it could not be checked. Sign in another"
    " way, and then link it under “Your account”."
)
NO_ANSWER = "The other service does not answer as it should. Sign in another way."


def routes(front: Front) -> APIRouter:
    """There and back; without a provider there is no such address."""
    router = APIRouter()
    provider = front.door.provider
    if provider is None:
        return router

    @router.post("/sign-in/elsewhere")
    def go(request: Request, reference: Typed = "", back: Typed = "") -> Response:
        place = Place.asked(reference, back)
        # Whoever is signed in has been asked to prove anew who they are.
        anew = front.who(request) is not None
        try:
            token, address = provider.ask(
                Purpose.PROVE_ELSEWHERE if anew else Purpose.ENTER_ELSEWHERE
            )
        except ProviderError:
            return sign_in_page(front, request, place, Fault("address", NO_ANSWER))
        return send_there(front, request, provider, token, address, place.address)

    @router.get(BACK)
    def come_back(request: Request) -> Response:
        token = request.cookies.get(front.door.asked_cookie, "")
        wanted = request.cookies.get(front.door.place_cookie, "")
        if wanted == LINKING:
            return _link(front, request, provider, token)
        place = Place.asked(back=wanted)
        try:
            kept = front.door.enter_from_elsewhere(
                token, dict(request.query_params), device(request)
            )
        except ProviderError:
            return sign_in_page(front, request, place, Fault("address", NO_ANSWER))
        if kept is None:
            return sign_in_page(front, request, place, Fault("address", NOT_LINKED))
        return let_in(front, request, kept, Way.ELSEWHERE, place)

    @router.post(LINKING)
    def link(request: Request) -> Response:
        member = front.proven(request, "/account")
        token, address = provider.ask(Purpose.LINK_ELSEWHERE, member.staff_id)
        return send_there(front, request, provider, token, address, LINKING)

    @router.post(f"{LINKING}/remove")
    def unlink(request: Request) -> Response:
        provider.unlink(front.proven(request, "/account"))
        return go_to("/account?done=unlinked")

    return router


def send_there(
    front: Front, request: Request, provider: Provider, token: str, address: str, wanted: str
) -> Response:
    """A page that leads on by itself.

    Browsers that keep to `form-action 'self'` follow no redirect from a form to another site.
    """
    answer = front.pages.show(
        "sent_elsewhere.html", signed_in=front.name(request), title=provider.title, address=address
    )
    answer.headers["refresh"] = f"0; url={address}"
    seconds = int(LIVES.total_seconds())
    keep(front, answer, front.door.asked_cookie, token, seconds)
    keep(front, answer, front.door.place_cookie, wanted, seconds)
    return answer


def _link(front: Front, request: Request, provider: Provider, token: str) -> Response:
    member = front.signed_in(request)
    done = provider.link(member, token, dict(request.query_params))
    return go_to("/account?done=linked" if done else "/account?done=not-linked")
