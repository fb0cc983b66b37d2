"""Fill in the templates: strict about our own, with GOV.UK Frontend's macros at hand."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import cast

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined
from starlette.responses import HTMLResponse

from console.desk import Desk
from console.faults import fault_at, fault_list
from console.visible import one_line, pieces

_MACROS = {
    "back-link": "govukBackLink",
    "button": "govukButton",
    "character-count": "govukCharacterCount",
    "checkboxes": "govukCheckboxes",
    "date-input": "govukDateInput",
    "details": "govukDetails",
    "error-message": "govukErrorMessage",
    "error-summary": "govukErrorSummary",
    "exit-this-page": "govukExitThisPage",
    "fieldset": "govukFieldset",
    "file-upload": "govukFileUpload",
    "generic-header": "govukGenericHeader",
    "input": "govukInput",
    "inset-text": "govukInsetText",
    "notification-banner": "govukNotificationBanner",
    "pagination": "govukPagination",
    "panel": "govukPanel",
    "password-input": "govukPasswordInput",
    "phase-banner": "govukPhaseBanner",
    "radios": "govukRadios",
    "select": "govukSelect",
    "service-navigation": "govukServiceNavigation",
    "skip-link": "govukSkipLink",
    "summary-list": "govukSummaryList",
    "table": "govukTable",
    "tabs": "govukTabs",
    "tag": "govukTag",
    "task-list": "govukTaskList",
    "textarea": "govukTextarea",
    "warning-text": "govukWarningText",
}
_LIBRARY = "govuk_frontend_jinja"
ERRORS: Mapping[int, tuple[str, str]] = {
    400: ("This request is not complete", "Go back, and try again."),
    403: (
        "This request was refused",
        "It did not come from a page of this service. Open the link in your alert again.",
    ),
    404: (
        "There is no such page for you",
        "Either it does not exist, or it is not for you to see. Check that the link is complete.",
    ),
    405: ("This request was refused", "Open the link in your alert again."),
    408: ("This took too long", "Check your connection, and try again."),
    410: (
        "This record has been erased",
        "It was kept as long as your policy says, and can't be brought back.",
    ),
    413: ("This is too large", "Go back, and send less."),
    429: ("Too many tries", "Wait 15 minutes, and try again."),
    500: (
        "Something went wrong",
        "Try again in a minute. If it happens again, tell whoever looks after this service.",
    ),
    502: (
        "The other service does not answer",
        "Sign in another way, or try again in a few minutes.",
    ),
}


class Pages:
    """Makes the answers that people see."""

    def __init__(self, desk: Desk) -> None:
        self._environment = Environment(
            loader=PackageLoader("console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # asking each file's time for each page takes as long as filling it
        )
        self._environment.globals.update(_macros())
        self._environment.globals.update(
            organisation=desk.organisation.name, practice=desk.practice
        )
        self._environment.filters.update(pieces=pieces, one_line=one_line)
        self._environment.globals.update(fault_list=fault_list, fault_at=fault_at)

    def show(
        self,
        template: str,
        *,
        status: int = 200,
        signed_in: str = "",
        navigation: Sequence[Mapping[str, object]] = (),
        **words: object,
    ) -> HTMLResponse:
        """Fill in `template`; `signed_in` is the name of whoever is signed in."""
        filled = self._environment.get_template(template).render(
            signed_in=signed_in, navigation=navigation, **words
        )
        # What can't be encoded (half of a broken pair) has no place in a page.
        return HTMLResponse(filled.encode("utf-8", "replace"), status_code=status)

    def error(self, status: int, *, signed_in: str = "") -> HTMLResponse:
        """The plain page for a status that went wrong; it says nothing about the request."""
        heading, advice = ERRORS.get(status, ERRORS[500 if status > 499 else 400])  # noqa: PLR2004
        return self.show(
            "error.html", status=status, signed_in=signed_in, heading=heading, advice=advice
        )


def _macros() -> dict[str, object]:
    """GOV.UK Frontend's macros, each read when a page first uses it: all take half a second."""
    return {macro: _when_used(component, macro) for component, macro in _MACROS.items()}


def _when_used(component: str, macro: str) -> Callable[..., str]:
    def fill_in(*arguments: object, **options: object) -> str:
        return _macro(component, macro)(*arguments, **options)

    return fill_in


@cache
def _macro(component: str, macro: str) -> Callable[..., str]:
    module = _library().get_template(f"{_LIBRARY}/components/{component}/macro.html").module
    return cast("Callable[..., str]", getattr(module, macro))


@cache
def _library() -> Environment:
    """They ask for options that nobody gave, so they aren't strict."""
    loader = PrefixLoader({_LIBRARY: PackageLoader(_LIBRARY)})
    return Environment(loader=loader, autoescape=True, auto_reload=False)
