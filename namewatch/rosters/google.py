"""Staff from Google Workspace, by its Directory API, in the name of a service account.

The account needs domain-wide delegation for admin.directory.user.readonly and nothing else.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.auth import crypt, jwt

from alerts.asking import Request
from namewatch.rosters.reading import (
    GOOD,
    MOST_PAGES,
    MOST_PEOPLE,
    DirectoryError,
    Entry,
    Reading,
    only_theirs,
    text_of,
)
from records.errors import ConfigurationError

TITLE = "Google Workspace"
API_URL = "https://admin.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com"  # noqa: S105 - an address
_SCOPE = "https://www.googleapis.com/auth/admin.directory.user.readonly"
_QUERY = {"customer": "my_customer", "maxResults": "50", "projection": "full"}
_TOKEN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class GoogleAccess:
    """How the directory is read; raises ConfigurationError.

    `key_file` is the service account's key; `admin` the administrator in whose name it reads.
    """

    key_file: Path
    admin: str
    api_url: str = ""
    token_url: str = ""

    def __post_init__(self) -> None:
        only_theirs(self.api_url, API_URL, "google: api_url")
        only_theirs(self.token_url, TOKEN_URL, "google: token_url")
        if "@" not in self.admin:
            raise ConfigurationError("google: admin must be an administrator's e-mail address.")


def read_staff(access: GoogleAccess, sleep: Callable[[float], None] = time.sleep) -> list[Entry]:
    """Every employee with an account in use; raises DirectoryError or ConfigurationError."""
    signer, account = _signer(access.key_file)
    reading = Reading(TITLE, lambda asked: _sign_in(access, signer, account, asked), sleep)
    people: list[Entry] = []
    for page in _pages(access, reading):
        people += _entries(page)
        if len(people) > MOST_PEOPLE:
            raise DirectoryError(f"{TITLE} holds more people than namewatch is made for.")
    ids = {one.email.casefold(): one.id for one in people}
    return [
        Entry(
            one.id,
            one.full_name,
            one.email,
            one.role_title,
            one.team,
            ids.get(one.line_manager.casefold(), one.line_manager),
        )
        for one in people
    ]


def _pages(access: GoogleAccess, reading: Reading) -> Iterator[dict[str, Any]]:
    url = f"{only_theirs(access.api_url, API_URL, 'api_url')}/admin/directory/v1/users"
    query = dict(_QUERY)
    for _ in range(MOST_PAGES):
        said = reading.get(url, query).said
        yield said
        following = text_of(said, "nextPageToken")
        if not following:
            return
        query = {**_QUERY, "pageToken": following}
    raise DirectoryError(f"{TITLE} never came to an end.")


def _entries(page: dict[str, Any]) -> Iterator[Entry]:
    found = page.get("users")
    for one in found if isinstance(found, list) else ():
        named = text_of(one, "name", "fullName")
        if not (text_of(one, "id") and named) or one.get("suspended") or one.get("archived"):
            continue
        place = _first(one, "organizations", "primary", value=True)
        leader = _first(one, "relations", "type", value="manager")
        yield Entry(
            id=text_of(one, "id"),
            full_name=named,
            email=text_of(one, "primaryEmail"),
            role_title=text_of(place, "title"),
            team=text_of(place, "department"),
            line_manager=text_of(leader, "value"),
        )


def _first(one: dict[str, Any], what: str, key: str, *, value: object) -> dict[str, Any]:
    listed = one.get(what)
    if not isinstance(listed, list):
        return {}
    return next((each for each in listed if isinstance(each, dict) and each.get(key) == value), {})


def _signer(file: Path) -> tuple[crypt.Signer, str]:
    try:
        content = json.loads(file.read_text("utf-8"))
        signer = crypt.RSASigner.from_service_account_info(content)  # type: ignore[no-untyped-call]
        return signer, str(content["client_email"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigurationError(
            "this is no key of a service account that can be read.", file=file
        ) from None


def _sign_in(access: GoogleAccess, signer: crypt.Signer, account: str, reading: Reading) -> str:
    place = only_theirs(access.token_url, TOKEN_URL, "token_url")
    now = int(time.time())
    claims = {
        "iss": account,
        "sub": access.admin,
        "scope": _SCOPE,
        "aud": f"{TOKEN_URL}/token",
        "iat": now,
        "exp": now + _TOKEN_SECONDS,
    }
    assertion = jwt.encode(signer, claims)  # type: ignore[no-untyped-call]
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": assertion.decode(),
    }
    answer = reading.ask(Request("POST", f"{place}/token", form=form))
    token = answer.text("access_token")
    if answer.status != GOOD or not token:
        raise DirectoryError(
            f"{TITLE} refuses the service account; check its key, its delegation and admin."
        )
    return token
