"""The second thing, after a code by mail: asked for where there is one, else set up right here.

Whoever is here has shown that a mailbox is theirs, and nothing more: these pages show nothing of
any record, and they add a way to sign in only for who has none.
"""

from fastapi import APIRouter, BackgroundTasks, Request
from starlette.responses import Response

from console.arriving import device, let_in
from console.errors import SignInNeededError
from console.faults import Fault
from console.front import SECOND, Front, go_to
from console.owner_notes import tell_owner
from console.passwords import SHORTEST, weakness
from console.sessions import Way, device_words
from console.views.sign_in import Typed
from console.views.sign_in_passkey import Answered, asked
from console.views.sign_in_password import Secret
from console.ways_back import Place
from records.roster import StaffMember

PASSWORD = f"{SECOND}/password"
NOT_SET_UP = "The passkey could not be set up. Try again, or use a password instead."
WRONG = "This password is not right. Check it, and try again."


def routes(front: Front) -> APIRouter:
    """The page that asks, and what its buttons do."""
    router = APIRouter()

    @router.get(SECOND)
    def choose(request: Request, r: str = "", back: str = "") -> Response:
        place = Place.asked(r, back)
        if front.who(request):
            return go_to(place.address or "/")
        member = front.half(request)
        if member is None:
            return go_to(place.carried_to("/sign-in"))
        if _password_only(front, member):
            return go_to(place.carried_to(PASSWORD))
        return second_page(front, member, place)

    _password_routes(front, router)
    _passkey_routes(front, router)
    return router


def _password_routes(front: Front, router: APIRouter) -> None:
    @router.get(PASSWORD)
    def ask_password(request: Request, r: str = "", back: str = "") -> Response:
        place = Place.asked(r, back)
        if front.who(request):
            return go_to(place.address or "/")
        member = front.half(request)
        if member is None or not _may_use_password(front, member):
            return go_to(place.carried_to(SECOND if member else "/sign-in"))
        return _password_page(front, member, place)

    @router.post(PASSWORD)
    def take_password(
        request: Request,
        later: BackgroundTasks,
        password: Secret = "",
        reference: Typed = "",
        back: Typed = "",
    ) -> Response:
        member, place = front.half_in(request), Place.asked(reference, back)
        if front.door.ways_of(member).beside is not None:
            return _try_password(front, request, member, password, place)
        if not _may_use_password(front, member):
            return go_to(place.carried_to(SECOND))
        if weak := weakness(password, member, front.desk.organisation.name):
            return _password_page(front, member, place, Fault("password", weak))
        if not front.door.beside_code.choose(member, password):
            return go_to(place.carried_to(SECOND))
        later.add_task(tell_owner, front.desk, member, "A password was set.")
        return go_on(front, request, Way.CODE_AND_PASSWORD, place)


def _try_password(
    front: Front, request: Request, member: StaffMember, password: str, place: Place
) -> Response:
    if not front.door.beside_code.check(member, password):
        return _password_page(front, member, place, Fault("password", WRONG))
    return go_on(front, request, Way.CODE_AND_PASSWORD, place)


def _passkey_routes(front: Front, router: APIRouter) -> None:
    passkeys = front.door.passkeys
    if not passkeys.possible:
        return

    @router.post(f"{SECOND}/passkey/begin")
    def begin(request: Request) -> Response:
        token, options = passkeys.ask_to_add(newcomer(front, request))
        return asked(front, token, options)

    @router.post(f"{SECOND}/passkey")
    def add(
        request: Request,
        later: BackgroundTasks,
        answer: Answered = "",
        reference: Typed = "",
        back: Typed = "",
    ) -> Response:
        member, place = newcomer(front, request), Place.asked(reference, back)
        cookie = request.cookies.get(front.door.asked_cookie, "")
        title = device_words(device(request))
        if not passkeys.add(member, cookie, answer, title, first=True):
            return second_page(front, member, place, Fault("passkey", NOT_SET_UP))
        later.add_task(tell_owner, front.desk, member, "A passkey was added.")
        return go_on(front, request, Way.PASSKEY, place)


def second_page(front: Front, member: StaffMember, place: Place, *faults: Fault) -> Response:
    """What this person has, to be shown; or, for who has nothing, what they may set up."""
    door, ways = front.door, front.door.ways_of(member)
    return front.pages.show(
        "sign_in_second.html",
        status=400 if faults else 200,
        place=place,
        faults=faults,
        first=ways.none_yet,
        passkeys=door.passkeys.possible and (ways.none_yet or bool(ways.passkeys)),
        provider=door.provider.title if door.provider and (ways.none_yet or ways.linked) else "",
        with_app=ways.password is not None and door.passwords.possible,
        beside=ways.beside is not None,
    )


def newcomer(front: Front, request: Request) -> StaffMember:
    """Whoever has entered a code and has no second thing yet; raises SignInNeededError."""
    member = front.half_in(request)
    if not front.door.ways_of(member).none_yet:
        raise SignInNeededError
    return member


def go_on(front: Front, request: Request, way: Way, place: Place) -> Response:
    """The second thing was right: a whole session, and on to what they came for."""
    token = front.door.complete(front.token(request), way, device(request))
    if token is None:
        return go_to(place.carried_to("/sign-in"))
    return let_in(front, request, token, way, place)


def _may_use_password(front: Front, member: StaffMember) -> bool:
    """Whether this person has one to enter, or may choose one."""
    ways = front.door.ways_of(member)
    return ways.none_yet or ways.beside is not None


def _password_only(front: Front, member: StaffMember) -> bool:
    """Whether there is nothing to choose from."""
    ways = front.door.ways_of(member)
    nothing_else = not front.door.passkeys.possible and front.door.provider is None
    return (ways.none_yet and nothing_else) or (ways.beside is not None and not ways)


def _password_page(front: Front, member: StaffMember, place: Place, *faults: Fault) -> Response:
    first = front.door.ways_of(member).none_yet
    return front.pages.show(
        "sign_in_second_password.html",
        status=400 if faults else 200,
        place=place,
        faults=faults,
        first=first,
        shortest=SHORTEST,
        alone=_password_only(front, member),
    )
