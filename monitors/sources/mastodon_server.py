"""One Mastodon server, asked through the library: pages of posts, and its stream."""

import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Literal

import requests
from mastodon import Mastodon, StreamListener
from mastodon.errors import MastodonDeprecationWarning, MastodonWarning
from urllib3.exceptions import HTTPError, ReadTimeoutError

from monitors import web
from monitors.answer import Answers
from monitors.errors import SourceError, Why
from monitors.sources.mastodon_events import Event, EventTooLargeError, events
from monitors.sources.mastodon_posts import AnswerUnreadableError, listed, searched

TITLE = "Mastodon"
PAGE = 40
_VERSION = "4.2.0"
"""Whose calls we use; said to the library so that it need not ask each server."""
_PIECE = 65_536
_ANSWERS = ("/api/v1/timelines/", "/api/v2/search")


@dataclass(frozen=True, slots=True)
class Channel:
    """What is read of a server: a timeline (`public`, `local`, `remote`), a hashtag, a search."""

    kind: Literal["timeline", "hashtag", "search"]
    value: str

    def key(self, server: str) -> str:
        """Under which its place is kept; tells neither the server nor the words."""
        return sha256(f"{server}\n{self.kind}\n{self.value}".encode()).hexdigest()[:12]


class _KeptError(Exception):
    """The answer is here as it came.

    It ends the call before the library makes objects of the answer, which would take it a second
    for forty posts, and fail for all of them where one is odd.
    """


class MastodonServer:
    """One connection's worth of a server: for one thread."""

    def __init__(self, url: str, token: str | None, silence_seconds: float) -> None:
        # The library's warnings quote the address asked for, and so what is searched for.
        for kind in (MastodonWarning, MastodonDeprecationWarning):
            warnings.filterwarnings("ignore", category=kind)
        self._asking = asking = web.session()
        asking.hooks["response"] = [self._look_at]
        self.answers = Answers()
        self.answers.watch(asking)
        self._signed_in = token is not None
        self._silence_seconds = silence_seconds
        self._body: bytes | None = None
        self._client = Mastodon(
            api_base_url=url,
            access_token=token,
            session=asking,
            ratelimit_method="throw",
            request_timeout=web.CONNECT_SECONDS,
            mastodon_version=_VERSION,
            version_check_mode="created",
            user_agent="namewatch",
        )
        self.left: tuple[int, int] | None = None

    def close(self) -> None:
        """Let go of the connections."""
        self._asking.close()

    def check_shown(self, channel: Channel) -> None:
        """Raise SourceError where the server says that it shows this feed to nobody like us."""
        if channel.kind == "search":
            return
        with _told():
            shown = self._client.timeline_is_available(
                "public" if channel.kind == "timeline" else "hashtag",
                with_auth=self._signed_in,
                **_part(channel),
            )
        if not shown:
            raise SourceError(
                f"{TITLE} does not show this feed: the server has it switched off.",
                why=Why.SWITCHED_OFF,
            )

    def page(
        self, channel: Channel, min_id: str | None = None, max_id: str | None = None
    ) -> list[tuple[bytes, Any]]:
        """At most 40 posts, each with its bytes; of a feed those just after `min_id`.

        A search gives the newest ones after `min_id` and before `max_id` instead.
        """
        self._body = None
        with _told():
            try:
                self._ask(channel, min_id, max_id)
            except Exception:
                # Once the bytes are kept the call is ended from within; what it raises then, or
                # makes of the bytes, is of no account: they are read here.
                if self._body is None:
                    raise
        if self._body is None:
            raise AnswerUnreadableError(
                f"{TITLE} answers with something that can't be read.", why=Why.ODD_ANSWER
            )
        try:
            return (searched if channel.kind == "search" else listed)(self._body)
        except AnswerUnreadableError:
            raise AnswerUnreadableError(
                f"{TITLE} answers with something that can't be read.", why=Why.ODD_ANSWER
            ) from None

    def stream(self, channel: Channel, listener: "Listener") -> None:
        """Listen until the connection ends, which is a SourceError unless the listener closed."""
        with _told():
            if channel.kind == "hashtag":
                self._client.stream_hashtag(channel.value, listener, timeout=self._silence_seconds)
            else:
                self._client.stream_public(
                    listener, timeout=self._silence_seconds, **_part(channel)
                )
        if not listener.closed:
            raise SourceError(f"{TITLE} closed the connection.")

    def _ask(self, channel: Channel, min_id: str | None, max_id: str | None) -> None:
        if channel.kind == "search":
            self._client.search_v2(
                channel.value,
                resolve=False,
                result_type="statuses",
                min_id=min_id,
                max_id=max_id,
                limit=PAGE,
            )
        elif channel.kind == "hashtag":
            self._client.timeline_hashtag(channel.value, min_id=min_id, limit=PAGE)
        else:
            self._client.timeline_public(min_id=min_id, limit=PAGE, **_part(channel))

    def _look_at(self, answer: requests.Response, **_: object) -> None:
        """Keep what the library would not tell: the bytes, and how long a refusal lasts."""
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            _say_when(answer)
        if refused := web.refusal(TITLE, answer, datetime.now(UTC)):
            answer.close()
            raise refused
        with suppress(KeyError, ValueError):
            limits = answer.headers
            self.left = (int(limits["X-RateLimit-Remaining"]), int(limits["X-RateLimit-Limit"]))
        if any(part in answer.url for part in _ANSWERS):
            self._body = answer.content
            raise _KeptError


class Listener(StreamListener):
    """Reads a stream event by event, each with its bytes; one bad event does not end it.

    The library's own reader takes one byte at a time and ends with the first event that is no
    JSON. `opened` is called once the server has begun to answer.
    """

    def __init__(self, opened: Callable[[], None], take: Callable[[Event | None], None]) -> None:
        self._opened = opened
        self._take = take
        self._response: requests.Response | None = None
        self.answer: requests.Response | None = None
        self._lock = threading.Lock()
        self.closed = False

    def handle_stream(self, response: requests.Response) -> None:
        """As the library calls it; raises SourceError."""
        with self._lock:
            self._response = response
            if self.closed:
                return
        self.answer = response
        self._opened()
        try:
            for event in events(self._pieces(response)):
                self._take(event)
        except EventTooLargeError:
            raise SourceError(f"An event of {TITLE} is larger than it may be.") from None

    def close(self) -> None:
        """Hang up, from another thread."""
        with self._lock:
            self.closed = True
            if self._response is not None:
                with suppress(OSError, HTTPError, RuntimeError, ValueError, AttributeError):
                    self._response.raw.shutdown()

    def _pieces(self, response: requests.Response) -> Iterator[bytes]:
        try:
            while not self.closed and (piece := response.raw.read1(_PIECE, decode_content=True)):
                yield piece
        except ReadTimeoutError:
            raise SourceError(f"{TITLE} has been silent for too long.") from None
        except (HTTPError, OSError, ValueError):
            if not self.closed:
                raise SourceError(f"{TITLE} closed the connection.") from None


def _part(channel: Channel) -> Mapping[str, bool]:
    return {channel.value: True} if channel.value in {"local", "remote"} else {}


def _say_when(answer: requests.Response) -> None:
    """Mastodon tells the end of a wait as a moment, in a header of its own."""
    if "Retry-After" in answer.headers:
        return
    with suppress(KeyError, ValueError, TypeError):
        moment = datetime.fromisoformat(answer.headers["X-RateLimit-Reset"])
        answer.headers["Retry-After"] = str(max(0.0, moment.timestamp() - time.time()))


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the library raises into a sentence of ours; its own sentences quote answers."""
    try:
        yield
    except Exception as fault:  # noqa: BLE001 - the library raises what its parts raise
        raise _sentence_of(fault) from None


def _sentence_of(fault: Exception) -> SourceError:
    for one in (fault, fault.__cause__, fault.__context__):
        if isinstance(one, SourceError):
            return one
        if isinstance(one, requests.RequestException):
            return web.trouble(TITLE, one)
    return SourceError(f"{TITLE} answers with something that can't be read.", why=Why.ODD_ANSWER)
