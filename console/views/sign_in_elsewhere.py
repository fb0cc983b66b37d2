"""Sign in at the body's identity provider: on the way there, and on the way back.

The way back is the only address where a GET does something: it works once, within five minutes, in
the one browser that was sent there, and with an answer that the provider signed for it.
"""

from urllib.parse import parse_qsl

from fastapi import APIRouter, BackgroundTasks, Request
from starlette.responses import Response

from console.arriving import device, keep, let_in
from console.challenges import LIVES, Purpose
from console.errors import ProviderError
from console.faults import Fault
from console.front import SECOND, Front, go_to
from console.owner_notes import tell_owner
from console.provider import BACK, Provider
from console.sessions import Way
from console.views.sign_in import Typed, sign_in_page
from console.views.sign_in_second import go_on, newcomer, second_page
from console.ways_back import Place

LINKING = "/account/elsewhere"
NOT_LINKED = (
    "This account is not linked to anybody here yet, or it could not be checked. Sign in another"
    " way, and then link it under “Your account”."
)
NOT_YOURS = (
    "That account could not be checked, or somebody else has linked it. Try again, or use another"
    " way."
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
    def come_back(request: Request, later: BackgroundTasks) -> Response:
        token = request.cookies.get(front.door.asked_cookie, "")
        wanted = request.cookies.get(front.door.place_cookie, "")
        if wanted == LINKING:
            return _link(front, request, provider, token)
        if wanted.startswith(SECOND):
            return _link_as_second(front, request, provider, token, later)
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

    _linking(front, router, provider)
    return router


def _linking(front: Front, router: APIRouter, provider: Provider) -> None:
    @router.post(f"{SECOND}/elsewhere")
    def go_for_second(request: Request, reference: Typed = "", back: Typed = "") -> Response:
        member, place = newcomer(front, request), Place.asked(reference, back)
        try:
            token, address = provider.ask(Purpose.LINK_ELSEWHERE, member.staff_id)
        except ProviderError:
            return second_page(front, member, place, Fault("elsewhere", NO_ANSWER))
        return send_there(front, request, provider, token, address, place.carried_to(SECOND))

    @router.post(LINKING)
    def link(request: Request) -> Response:
        member = front.proven(request, "/account")
        token, address = provider.ask(Purpose.LINK_ELSEWHERE, member.staff_id)
        return send_there(front, request, provider, token, address, LINKING)

    @router.post(f"{LINKING}/remove")
    def unlink(request: Request) -> Response:
        provider.unlink(front.proven(request, "/account"))
        return go_to("/account?done=unlinked")


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


def _link_as_second(
    front: Front, request: Request, provider: Provider, token: str, later: BackgroundTasks
) -> Response:
    """For who has entered a code and has nothing else yet: then they are in."""
    wanted = request.cookies.get(front.door.place_cookie, "")
    asked = dict(parse_qsl(wanted.partition("?")[2]))
    place = Place.asked(asked.get("r", ""), asked.get("back", ""))
    member = front.half_in(request)
    try:
        done = provider.link(member, token, dict(request.query_params), first=True)
    except ProviderError:
        return second_page(front, member, place, Fault("elsewhere", NO_ANSWER))
    if not done:
        return second_page(front, member, place, Fault("elsewhere", NOT_YOURS))
    later.add_task(tell_owner, front.desk, member, f"Your account at {provider.title} was linked.")
    return go_on(front, request, Way.ELSEWHERE, place)
