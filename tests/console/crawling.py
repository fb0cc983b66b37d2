"""A crawler that follows every link, and asks every form's address, without pressing anything."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from starlette.testclient import TestClient

MOST = 400
"""A console that has more addresses for one person has lost itself."""
_AT_RANDOM = re.compile(r"[A-Za-z0-9_-]{22,}")
"""Tokens and sums, which are other ones in every world."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody was answered at an address."""

    status: int
    leads_to: str
    text: str

    @property
    def told(self) -> tuple[int, str, str]:
        """The same, what is drawn at random aside."""
        return self.status, _AT_RANDOM.sub("*", self.leads_to), _AT_RANDOM.sub("*", self.text)


class Addresses(HTMLParser):
    """Every address that a page leads to, and what its search forms would ask for."""

    def __init__(self, page: str, words: Iterable[str] = ()) -> None:
        super().__init__()
        self.found: list[str] = []
        self._words = list(words)
        self._searches: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found += [
            given[one] for one in ("href", "src", "action", "formaction") if one in given
        ]
        if tag == "form":
            is_search = given.get("method", "get").lower() == "get"
            self._searches = given.get("action", "") if is_search else None
        elif tag in {"input", "textarea", "select"} and self._searches is not None:
            asked = given.get("name", "")
            self.found += [f"{self._searches}?{urlencode({asked: one})}" for one in self._words]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._searches = None


def crawl(
    browser: TestClient, starts: Iterable[str], words: Iterable[str] = ()
) -> dict[str, Shown]:
    """What is shown at each address that can be reached; `words` is what is searched for."""
    shown: dict[str, Shown] = {}
    waiting = list(starts)
    while waiting:
        address = waiting.pop(0)
        if address in shown or urlsplit(address).path.startswith("/static"):
            continue
        assert len(shown) < MOST, "The console goes on and on."
        answer = browser.get(address)
        is_text = answer.headers.get("content-type", "").startswith(("text", "application/json"))
        place = answer.headers.get("location", "")
        shown[address] = Shown(answer.status_code, place, answer.text if is_text else "")
        found = [place, *Addresses(shown[address].text, words).found]
        waiting += [own for one in found if one and (own := _own(address, one))]
    return shown


def _own(page: str, address: str) -> str:
    """The address as it is asked of the console; empty when it is another site's."""
    whole = urlsplit(urljoin(f"http://127.0.0.1{page}", address))
    if whole.netloc != "127.0.0.1":
        return ""
    return f"{whole.path}?{whole.query}" if whole.query else whole.path
