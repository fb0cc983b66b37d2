"""Put the console together."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from casework.errors import (
    KeyDestroyedError,
    NoSuchExhibitError,
    NoSuchIncidentError,
    NotAllowedError,
)
from console.desk import Desk
from console.errors import (
    CodeNeededError,
    ProveAgainError,
    ProviderError,
    SignInNeededError,
    TooManyTriesError,
)
from console.evenly import SPAN, Evenly
from console.front import Front, go_to
from console.guard import SAFE_METHODS, Guard
from console.views import (
    account,
    account_code_password,
    account_passkeys,
    account_password,
    break_glass,
    digest,
    evidence,
    evidence_check,
    export,
    finding,
    inbox,
    new_body,
    posts,
    practice,
    reasons,
    record,
    registers,
    report,
    retention,
    say,
    say_make,
    set_up,
    sign_in,
    sign_in_elsewhere,
    sign_in_passkey,
    sign_in_password,
    sign_in_second,
    start,
    status,
    steps,
    talk,
    timeline,
    triage,
    trial,
    verdict,
)
from console.views.refusal import refuse
from console.ways_back import Place


def create_app(desk: Desk, *, refusals_take: float = SPAN) -> FastAPI:
    """The console as an ASGI application: pages only, no description of itself."""
    front = Front(desk)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    for view in (
        start,
        inbox,
        triage,
        finding,
        status,
        sign_in,
        sign_in_passkey,
        sign_in_elsewhere,
        sign_in_password,
        sign_in_second,
        account,
        account_code_password,
        account_passkeys,
        account_password,
        break_glass,
        record,
        verdict,
        report,
        say_make,
        say,
        steps,
        timeline,
        talk,
        reasons,
        export,
        posts,
        evidence_check,
        evidence,
        digest,
        registers,
        retention,
        new_body,
        set_up,
        trial,
        practice,
    ):
        app.include_router(view.routes(front))
    app.mount("/static", StaticFiles(packages=[("console", "static")]))
    _answer_at_the_door(app, front)
    _answer_faults(app, front)
    app.add_middleware(Evenly, span=refusals_take)
    app.add_middleware(Guard, console_url=desk.console_url, error_page=front.pages.error)
    return app


def _answer_at_the_door(app: FastAPI, front: Front) -> None:
    @app.exception_handler(TooManyTriesError)
    def _too_many(request: Request, _fault: TooManyTriesError) -> Response:
        return front.error(request, 429)

    @app.exception_handler(SignInNeededError)
    def _not_signed_in(request: Request, fault: SignInNeededError) -> Response:
        if fault.reference or request.method not in SAFE_METHODS:
            return front.to_sign_in(request, fault.reference)
        return go_to(Place.asked(back=request.url.path).carried_to(front.door_for(request)))

    @app.exception_handler(ProveAgainError)
    def _not_proven(_request: Request, fault: ProveAgainError) -> Response:
        return go_to(Place.asked(back=fault.back).carried_to("/sign-in/again"))

    @app.exception_handler(CodeNeededError)
    def _no_code(_request: Request, fault: CodeNeededError) -> Response:
        return go_to(fault.leads_to)

    @app.exception_handler(ProviderError)
    def _no_provider(request: Request, _fault: ProviderError) -> Response:
        return front.error(request, 502)


def _answer_faults(app: FastAPI, front: Front) -> None:
    def plain(request: Request, status: int) -> Response:
        return front.error(request, status)

    @app.exception_handler(HTTPException)
    def _refused(request: Request, fault: HTTPException) -> Response:
        return plain(request, fault.status_code)

    @app.exception_handler(RequestValidationError)
    def _incomplete(request: Request, _fault: RequestValidationError) -> Response:
        return plain(request, 400)

    @app.exception_handler(KeyDestroyedError)
    def _erased(request: Request, _fault: KeyDestroyedError) -> Response:
        return plain(request, 410)

    def not_for_you(request: Request, _fault: Exception) -> Response:
        member = front.who(request)
        if member is None:
            return plain(request, 404)
        return refuse(front, member, str(request.path_params.get("reference", "")))

    for kind in (NotAllowedError, NoSuchIncidentError, NoSuchExhibitError):
        app.add_exception_handler(kind, not_for_you)
