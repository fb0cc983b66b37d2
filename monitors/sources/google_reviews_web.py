"""Google's interface for business profiles: signing in, and one page of reviews at a time."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport import Request
from google.oauth2.credentials import Credentials
from google.oauth2.service_account import Credentials as ServiceAccount

from monitors.answer import Answers
from monitors.errors import SourceError, Why
from monitors.sources.lenient import json_of, list_of, number_of, table_of, text_of
from monitors.web import refusal, session, trouble, wait_of
from records.errors import ConfigurationError

TITLE = "Google"
SCOPE = "https://www.googleapis.com/auth/business.manage"
A_PAGE = 50
SignIn = Credentials | ServiceAccount
_REFUSED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 400, 403, 404, 429


class ReviewsWeb:
    """Asks as whoever the credentials stand for; the token goes in a header, never in a URL."""

    def __init__(self, credentials: SignIn, url: str) -> None:
        self._credentials = credentials
        self._url = url.rstrip("/")
        self._session = session()
        self.answers = Answers()
        self.answers.watch(self._session)

    def page(self, title: str, location: str, token: str | None) -> Mapping[str, Any]:
        """Up to 50 reviews of a location, those changed last first."""
        asked = {"pageSize": str(A_PAGE), "orderBy": "updateTime desc"}
        asked |= {"pageToken": token} if token else {}
        headers = {"Authorization": f"Bearer {self._token()}"}
        url = f"{self._url}/{location}/reviews"
        try:
            answer = self._session.get(url, params=asked, headers=headers, allow_redirects=False)
        except requests.RequestException as fault:
            raise trouble(TITLE, fault) from None
        if answer.status_code >= _REFUSED:
            raise _refusal(title, answer)
        return _page_of(answer)

    def _token(self) -> str:
        if not self._credentials.valid:
            try:
                self._credentials.refresh(_Post(self._session))  # type: ignore[no-untyped-call]
            except TransportError:
                raise SourceError(f"{TITLE} can't be reached.", why=Why.NOT_REACHED) from None
            except (GoogleAuthError, ValueError, KeyError, TypeError, RecursionError) as fault:
                again = getattr(fault, "retryable", False) is True
                raise SourceError(
                    f"{TITLE} does not take the sign-in.", again=again, why=Why.SIGN_IN
                ) from None
        return str(self._credentials.token)


def refreshing(client_id: str, client_secret: str, refresh_token: str, url: str) -> Credentials:
    """The sign-in of somebody who manages the profile."""
    return Credentials(  # type: ignore[no-untyped-call]
        None,
        refresh_token=refresh_token,
        token_uri=url,
        client_id=client_id,
        client_secret=client_secret,
        scopes=[SCOPE],
    )


def service_account(name: str, key: str) -> ServiceAccount:
    """The sign-in of a service account, by the JSON of its key."""
    try:
        made: ServiceAccount = ServiceAccount.from_service_account_info(  # type: ignore[no-untyped-call]
            json.loads(key), scopes=[SCOPE]
        )
    except (ValueError, TypeError, AttributeError, RecursionError, GoogleAuthError):
        raise ConfigurationError(
            f"The option 'service_account_key' of the source {name!r} is not right: it is the whole"
            " JSON of a service account's key."
        ) from None
    return made


class _Answer:
    """What Google's library wants of an answer."""

    def __init__(self, answer: requests.Response) -> None:
        self.status = answer.status_code
        self.headers = answer.headers
        self.data = answer.content


class _Post(Request):
    """How Google's library asks for tokens: by our own session."""

    def __init__(self, of: requests.Session) -> None:
        self._session = of

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the session has limits of its own
        **_: Any,
    ) -> _Answer:
        try:
            answer = self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            )
        except requests.RequestException:
            raise TransportError from None
        if answer.status_code == _TOO_MANY:
            raise _too_often(answer)  # the library would not tell for how long
        return _Answer(answer)


def _page_of(answer: requests.Response) -> Mapping[str, Any]:
    odd = SourceError(f"{TITLE} answers in a form that is not known.", why=Why.ODD_ANSWER)
    try:
        page = json_of(answer.content)
    except ValueError:
        raise odd from None
    if not isinstance(page, dict) or not isinstance(page.get("reviews", []), list):
        raise odd
    return page


def _too_often(answer: requests.Response) -> SourceError:
    return SourceError(
        f"{TITLE} asks us to wait, since we have asked too often.",
        wait_seconds=wait_of(answer.headers.get("Retry-After"), datetime.now(UTC)),
        why=Why.TOO_OFTEN,
    )


def _refusal(title: str, answer: requests.Response) -> SourceError:
    reasons = _reasons(answer)
    if answer.status_code == _TOO_MANY or "RATE_LIMIT_EXCEEDED" in reasons:
        return _too_often(answer)
    if reasons & {"SERVICE_DISABLED", "accessNotConfigured"}:
        return SourceError(
            f"{TITLE}'s interface for reviews is not switched on for this project.",
            again=False,
            why=Why.SIGN_IN,
        )
    if answer.status_code == _FORBIDDEN:
        return SourceError(f"{TITLE} does not let us read {title}.", why=Why.FORBIDDEN)
    named = f"{TITLE} for {title}" if answer.status_code == _NOT_FOUND else TITLE
    refused = refusal(named, answer, datetime.now(UTC))
    return refused or SourceError(f"{TITLE} refused (HTTP {answer.status_code}).")


def _reasons(answer: requests.Response) -> set[str]:
    try:
        error = table_of(table_of(json_of(answer.content)).get("error"))
    except ValueError:
        return set()
    told = [*list_of(error.get("details")), *list_of(error.get("errors"))]
    return {reason for one in told if (reason := text_of(table_of(one).get("reason")))}


def told_count(page: Mapping[str, Any]) -> int | None:
    """How many reviews the location has, as Google counts."""
    return number_of(page.get("totalReviewCount"))
