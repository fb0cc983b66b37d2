"""Reading other people's sites as a guest: what robots.txt forbids is left alone, and slowly."""

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

import requests
from protego import Protego

from monitors.errors import SourceError
from monitors.public_web import PrivateAddressError
from monitors.web import refusal, trouble, wait_of
from records.addresses import web_address

CALLED = "namewatch"
"""What robots.txt may call us."""
ROBOTS_SECONDS = 24 * 3600.0
ROBOTS_BYTES = 500_000
LONGEST_DELAY = 600.0
"""A site that asks for more between two requests is asked this often."""
MOST_REDIRECTS = 5
ALIVE_SECONDS = 20.0
_SIGN_IN, _FORBIDDEN, _TOO_MANY, _UNAVAILABLE = 401, 403, 429, 503
_REFUSED, _SERVER_FAULT = 400, 500

Waiting = Generator[None, None, requests.Response]
"""Gives None now and then while it waits, and the answer at its end."""

Barred = Callable[[str], str | None]
"""Why an address must not be asked for, as the end of a sentence that says where it leads."""


class ForbiddenByRobotsError(SourceError):
    """The site's robots.txt does not let programs read this."""


class AnsweredError(SourceError):
    """The site answers, but with an error."""


class StoppedError(Exception):
    """We were told to stop while waiting."""


@dataclass
class _Site:
    """What is known of one server: no place of it."""

    rules: Protego | None = None
    """None: robots.txt has not been read, or there is none."""
    closed: bool = False
    read_at: float | None = None
    next_at: float = 0.0
    held_until: float = 0.0
    delay: float = 0.0


class Guest:
    """Asks one server no oftener than it wants, and for nothing that it keeps from programs."""

    def __init__(self, session: requests.Session, *, seconds_between: float, contact: str) -> None:
        self._session = session
        self._seconds_between = seconds_between
        self._sites: dict[str, _Site] = {}
        session.headers["User-Agent"] = f"{CALLED} (+{contact})" if contact else CALLED

    def get(
        self, title: str, url: str, headers: dict[str, str], stop: threading.Event, barred: Barred
    ) -> Waiting:
        """The answer, also a 304; SourceError for any that brings nothing."""
        answer = yield from self._followed(title, url, headers, stop, barred)
        self._raise_for(title, answer)
        return answer

    def _followed(
        self,
        title: str,
        url: str,
        headers: dict[str, str],
        stop: threading.Event,
        barred: Barred | None = None,
    ) -> Waiting:
        """The answer at the end of all redirects; without `barred` it is robots.txt itself."""
        first = _site_of(url)
        for _ in range(MOST_REDIRECTS + 1):
            key = _site_of(url)
            if key is None:
                raise SourceError(f"{title} leads to what is no address of a page.", again=False)
            if barred is not None:
                if why := barred(url):
                    raise SourceError(f"{title} leads {why}", again=False)
                yield from self._ask_leave(title, key, url, stop)
            answer = yield from self._in_turn(
                title, self._site(key), url, headers if key == first else {}, stop
            )
            if not answer.is_redirect:
                return answer
            url = urljoin(url, answer.headers["Location"])
        raise trouble(title, requests.TooManyRedirects())

    def _site(self, key: str) -> _Site:
        return self._sites.setdefault(key, _Site(delay=self._seconds_between))

    def _in_turn(
        self, title: str, site: _Site, url: str, headers: dict[str, str], stop: threading.Event
    ) -> Waiting:
        left = site.held_until - time.monotonic()
        if left > 0:
            raise SourceError(f"The site of {title} asks us to wait.", wait_seconds=left)
        while (left := site.next_at - time.monotonic()) > 0:
            if stop.wait(min(left, ALIVE_SECONDS)):
                raise StoppedError
            if site.next_at > time.monotonic():
                yield
        try:
            return self._session.get(url, headers=headers, allow_redirects=False)
        except PrivateAddressError:
            sentence = f"{title} leads into a private network, where nothing is public."
            raise SourceError(sentence, again=False) from None
        except (requests.RequestException, UnicodeError) as fault:
            raise trouble(title, fault) from None
        finally:
            site.next_at = time.monotonic() + site.delay

    # robots.txt

    def _ask_leave(
        self, title: str, key: str, url: str, stop: threading.Event
    ) -> Generator[None, None, None]:
        site = self._site(key)
        if site.read_at is None or time.monotonic() - site.read_at > ROBOTS_SECONDS:
            yield from self._read_robots(title, key, site, stop)
        if site.closed or not (site.rules is None or site.rules.can_fetch(url, CALLED)):
            raise ForbiddenByRobotsError(
                f"The robots.txt of {title} does not let programs read it.", again=False
            )

    def _read_robots(
        self, title: str, key: str, site: _Site, stop: threading.Event
    ) -> Generator[None, None, None]:
        of = f"The robots.txt of {title}"
        answer = yield from self._followed(of, f"{key}/robots.txt", {}, stop)
        status = answer.status_code
        if status == _TOO_MANY or status >= _SERVER_FAULT:
            self._raise_for(of, answer)
        site.closed = status in {_SIGN_IN, _FORBIDDEN}
        site.rules = None
        if status < _REFUSED:
            text = answer.content[:ROBOTS_BYTES].decode("utf-8", errors="replace")
            site.rules = Protego.parse(text.replace("\0", ""))
        asked = (site.rules.crawl_delay(CALLED) if site.rules else None) or 0.0
        site.delay = min(max(self._seconds_between, asked), LONGEST_DELAY)
        site.next_at = time.monotonic() + site.delay
        site.read_at = time.monotonic()

    def _raise_for(self, title: str, answer: requests.Response) -> None:
        now = datetime.now(UTC)
        refused = refusal(title, answer, now)
        if refused is None:
            return
        wait = None
        if answer.status_code in {_TOO_MANY, _UNAVAILABLE}:
            wait = wait_of(answer.headers.get("Retry-After"), now)
            self._site(_site_of(answer.url) or "").held_until = time.monotonic() + (wait or 0.0)
        raise AnsweredError(str(refused), again=refused.again, wait_seconds=wait)


def _site_of(url: str) -> str | None:
    """Scheme, name and port, without the place."""
    parts = web_address(url)
    return f"{parts.scheme}://{parts.netloc.lower()}" if parts else None
