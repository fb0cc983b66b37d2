"""Staff from Microsoft Entra, by Graph, in the name of an application of the body's own.

It needs the application permission User.Read.All and nothing else.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

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

TITLE = "Microsoft Entra"
GRAPH_URL = "https://graph.microsoft.com"
SIGN_IN_URL = "https://login.microsoftonline.com"
_TENANT = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,99}")
_QUERY = {
    "$select": "id,displayName,mail,jobTitle,department,accountEnabled,userType",
    "$expand": "manager($select=id)",
    "$top": "100",
}


@dataclass(frozen=True, slots=True)
class EntraAccess:
    """How the directory is read; raises ConfigurationError."""

    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    graph_url: str = ""
    sign_in_url: str = ""

    def __post_init__(self) -> None:
        only_theirs(self.graph_url, GRAPH_URL, "entra: graph_url")
        only_theirs(self.sign_in_url, SIGN_IN_URL, "entra: sign_in_url")
        if not _TENANT.fullmatch(self.tenant):
            raise ConfigurationError("entra: tenant must be an id or a domain as Entra shows it.")
        if not (self.client_id and self.client_secret):
            raise ConfigurationError("entra: client_id and client_secret are both needed.")


def read_staff(access: EntraAccess, sleep: Callable[[float], None] = time.sleep) -> list[Entry]:
    """Every employee with an account in use; raises DirectoryError."""
    people: list[Entry] = []
    for page in _pages(access, Reading(TITLE, lambda reading: _sign_in(access, reading), sleep)):
        people += _entries(page)
        if len(people) > MOST_PEOPLE:
            raise DirectoryError(f"{TITLE} holds more people than namewatch is made for.")
    return people


def _pages(access: EntraAccess, reading: Reading) -> Iterator[dict[str, Any]]:
    graph = only_theirs(access.graph_url, GRAPH_URL, "graph_url")
    url, query = f"{graph}/v1.0/users", dict(_QUERY)
    for _ in range(MOST_PAGES):
        said = reading.get(url, query or None).said
        yield said
        url, query = text_of(said, "@odata.nextLink"), {}
        if not url:
            return
        # The token must go nowhere else, whatever an answer says.
        if urlsplit(url)[:2] != urlsplit(graph)[:2]:
            raise DirectoryError(f"{TITLE} sent namewatch on to somebody else's address.")
    raise DirectoryError(f"{TITLE} never came to an end.")


def _entries(page: dict[str, Any]) -> Iterator[Entry]:
    found = page.get("value")
    for one in found if isinstance(found, list) else ():
        named, email = text_of(one, "displayName"), text_of(one, "mail")
        guest = text_of(one, "userType") == "Guest"
        if not (text_of(one, "id") and named) or guest or one.get("accountEnabled") is False:
            continue
        yield Entry(
            id=text_of(one, "id"),
            full_name=named,
            email=email,
            role_title=text_of(one, "jobTitle"),
            team=text_of(one, "department"),
            line_manager=text_of(one, "manager", "id"),
            teams_id=text_of(one, "id"),
        )


def _sign_in(access: EntraAccess, reading: Reading) -> str:
    place = only_theirs(access.sign_in_url, SIGN_IN_URL, "sign_in_url")
    form = {
        "grant_type": "client_credentials",
        "client_id": access.client_id,
        "client_secret": access.client_secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    url = f"{place}/{access.tenant}/oauth2/v2.0/token"
    answer = reading.ask(Request("POST", url, form=form))
    token = answer.text("access_token")
    if answer.status != GOOD or not token:
        raise DirectoryError(
            f"{TITLE} refuses the application; check tenant, client_id and client_secret."
        )
    return token
