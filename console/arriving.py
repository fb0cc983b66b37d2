"""Let a browser in: what it is given, what is taken from it, and where it is led.

After a code by mail alone that is the page that asks for a second thing.
"""

from starlette.requests import Request
from starlette.responses import Response

from console.front import SECOND, Front, go_to
from console.sessions import ABSOLUTE, Way
from console.ways_back import Place

OFFER = "/account/passkeys/new"


def let_in(front: Front, request: Request, token: str, way: Way, place: Place) -> Response:
    """End the session that this browser had, give it the new one, and lead it on."""
    front.door.leave(front.token(request))
    half = front.door.half(token) is not None
    leads_to = place.address or _first_page(front, token, way)
    answer = go_to(place.carried_to(SECOND) if half else leads_to)
    keep(front, answer, front.door.session_cookie, token, int(ABSOLUTE.total_seconds()))
    for name in (front.door.code_cookie, front.door.asked_cookie, front.door.place_cookie):
        if name in request.cookies:
            drop(front, answer, name)
    return answer


def keep(front: Front, answer: Response, name: str, value: str, seconds: int) -> None:
    """Give the browser a cookie that scripts and other sites can't read."""
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=front.door.secure,
        httponly=True,
        samesite="lax",
    )


def drop(front: Front, answer: Response, name: str) -> None:
    """Take a cookie away."""
    answer.delete_cookie(name, path="/", secure=front.door.secure, httponly=True, samesite="lax")


def device(request: Request) -> str:
    """What the browser says of itself."""
    return request.headers.get("user-agent", "")


def _first_page(front: Front, token: str, way: Way) -> str:
    """While practising a code is enough; a passkey is offered all the same."""
    member = front.door.who(token)
    if way is not Way.CODE or member is None or front.door.ways_of(member):
        return "/"
    return OFFER if front.door.passkeys.possible else "/"
