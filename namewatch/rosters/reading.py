"""What reading any directory has in common: patience with it, and limits to it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from alerts.asking import Answer, Request, ask
from alerts.errors import DeliveryError
from records.errors import ConfigurationError, NamewatchError

MOST_PEOPLE = 20_000
MOST_PAGES = 1_000
SECONDS_EACH = 30.0
SECONDS_IN_ALL = 300.0
MOST_WAITS = 8
LONGEST_WAIT = 60.0
WAIT_UNLESS_SAID = 5.0
GOOD, NOT_SIGNED_IN, NOT_ALLOWED = 200, 401, 403


class DirectoryError(NamewatchError):
    """The directory could not be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody as the directory has them; `line_manager` is another entry's id."""

    id: str
    full_name: str
    email: str = ""
    role_title: str = ""
    team: str = ""
    line_manager: str = ""
    teams_id: str = ""


def only_theirs(url: str, own: str, setting: str) -> str:
    """`url` if it is the vendor's own or on this machine; raises ConfigurationError."""
    wanted = (url or own).rstrip("/")
    parts = urlsplit(wanted)
    if wanted == own or (parts.scheme == "http" and _on_this_machine(parts.hostname or "")):
        return wanted
    raise ConfigurationError(f"{setting} may only be {own}, or an address on this machine.")


def _on_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Reading:
    """One reading of a directory: it waits when asked to, and ends in time."""

    def __init__(
        self, title: str, sign_in: Callable[["Reading"], str], sleep: Callable[[float], None]
    ) -> None:
        """`sign_in` fetches a token; `title` is what the directory is called to people."""
        self.title = title
        self._sign_in = sign_in
        self._sleep = sleep
        self._token = ""
        self._ends = time.monotonic() + SECONDS_IN_ALL
        self._waits = 0

    def get(self, url: str, query: dict[str, str] | None = None) -> Answer:
        """One page; a token that has run out is renewed once. Raises DirectoryError."""
        for again in (True, False):
            self._token = self._token or self._sign_in(self)
            headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
            answer = self.ask(Request("GET", url, headers, query=query))
            if answer.status != NOT_SIGNED_IN or not again:
                break
            self._token = ""
        if answer.status == NOT_ALLOWED:
            raise DirectoryError(
                f"{self.title} does not let namewatch read the staff; check what it was allowed."
            )
        if answer.status != GOOD or not isinstance(answer.said, dict):
            raise DirectoryError(f"{self.title} gave no answer that can be read ({answer.status}).")
        return answer

    def ask(self, request: Request) -> Answer:
        """The answer, after as many waits as it asks for; raises DirectoryError."""
        while True:
            left = self._ends - time.monotonic()
            if left <= 0:
                raise DirectoryError(f"{self.title} took too long; try again later.")
            try:
                return ask(request, min(SECONDS_EACH, left))
            except DeliveryError as fault:
                self._wait(fault)

    def _wait(self, fault: DeliveryError) -> None:
        self._waits += 1
        if self._waits > MOST_WAITS or fault.code == "certificate not trusted":
            raise DirectoryError(f"{self.title} can't be read now ({fault.code}).") from None
        said = WAIT_UNLESS_SAID if fault.retry_after is None else fault.retry_after
        if said > LONGEST_WAIT:
            raise DirectoryError(
                f"{self.title} asks to be left alone for {said:.0f} seconds; try again then."
            ) from None
        self._sleep(said)


def text_of(value: object, *path: str) -> str:
    """The text at this place, or nothing."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return " ".join(value.split()) if isinstance(value, str) else ""
