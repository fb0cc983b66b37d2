"""What a platform answered when a post came: told in the evidence, with the post's exact bytes.

Most posts matter to nobody, and an answer holds the posts of many people. So an answer is only
pointed at until a post matters; then the part about that post is cut out, and the rest let go of.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import requests

from monitors.exact import JsonBody, Span

WHOLE = "the whole answer, exactly as it came"
ENTRY = "one entry of a longer answer, exactly as it came"
JOINED = "entries of a longer answer, each exactly as it came, put together"
AGAIN = "one entry of a longer answer, written out again"
PARAGRAPH = "one paragraph of a page, written out as JSON"
MESSAGE = "one WebSocket message, exactly as it came"
UNPACKED = "one WebSocket message, exactly as it came but for its compression"
EVENT = "one event of a stream over HTTP, exactly as it came"
FROM_FILE = "one line of a file that was read; no platform was asked"
REPORTED = "what somebody reported, as namewatch keeps it; no platform answered"

MOST_HELD = 64_000_000
"""So many bytes of one look's answers are kept at hand; a post of an earlier one is written out."""
_MOST_OF_A_HEADER = 2000
_SECRET = re.compile(
    r"cookie|auth|token|secret|session|signature|credential|csrf|xsrf|password|api-?key",
    re.IGNORECASE,
)
_LEAST_SECRET = 8
_KEYS = ("Authorization", "X-Goog-Api-Key")

Told = Mapping[str, Any]
Part = tuple[bytes, Told]
"""The bytes that are kept, and what is told of them."""


class Answer(Protocol):
    """From what a post was taken."""

    def part(self, record: bytes) -> Part:
        """What of it is about the post of `record`, and how it came; asks nothing, raises nothing.

        `record` is the post as its source gives it, which is kept where it can't be found again.
        """


@dataclass(frozen=True, slots=True)
class Settled:
    """What has been told of an answer that is let go of, or that there was none."""

    told: Told

    def part(self, record: bytes) -> Part:
        """As it is."""
        return record, self.told


def no_answer(what: str) -> Settled:
    """There was no platform to answer: `what` the bytes are instead."""
    return Settled({"answered": False, "bytes": what})


@dataclass(slots=True)
class Message:
    """One WebSocket message, which has no headers of its own."""

    packed: bool = False
    """Whether it came compressed."""
    at: float = field(default_factory=time.time)

    def part(self, record: bytes) -> Part:
        """The message itself."""
        what = UNPACKED if self.packed else MESSAGE
        return record, {"answered": True, "bytes": what, "received_at": _moment(self.at)}


@dataclass(slots=True)
class StreamEvent:
    """One event of a stream over HTTP, which began with this answer."""

    answer: requests.Response | None
    at: float = field(default_factory=time.time)

    def part(self, record: bytes) -> Part:
        """The event itself, with the status and headers of its stream."""
        began = _told(self.answer) if self.answer is not None else {}
        told = {"answered": True, "bytes": EVENT, "received_at": _moment(self.at)}
        return record, {**told, **began}


@dataclass(slots=True)
class Listing:
    """An answer that came as a whole, with one entry or many in it."""

    answer: requests.Response
    span: Callable[[bytes], Span | None] | None = None
    """Where the entry stands, for what is not JSON."""
    again: str = AGAIN
    hides_path: bool = False
    """Whether the address asked for is a secret, as that of a private feed."""
    at: float = field(default_factory=time.time)
    _body: JsonBody | None = None

    def part(self, record: bytes) -> Part:
        """The entry, cut out of the answer where it stands there."""
        return self.cut(record) or (record, self._told(self.again))

    def cut(self, record: bytes) -> Part | None:
        """The same, or None where it can't be found."""
        body = self.answer.content
        json = self._body = self._body or JsonBody(body)
        span = self.span(body) if self.span else json.span(record)
        if span is None:
            joined = None if self.span else json.joined(record)
            return (joined, self._told(JOINED)) if joined else None
        first, end = span
        whole = not (body[:first].strip() or body[end:].strip())
        if whole:
            return body, self._told(WHOLE)
        return body[first:end], self._told(ENTRY, first)

    def _told(self, what: str, first: int | None = None) -> Told:
        body = self.answer.content
        whole: dict[str, Any] = {
            "bytes": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        whole |= {} if first is None else {"entry_begins_at": first}
        told = {"answered": True, "bytes": what, "received_at": _moment(self.at)}
        return {
            **told,
            **_told(self.answer, hides_path=self.hides_path),
            "whole_answer": whole,
        }


@dataclass(frozen=True, slots=True)
class Among:
    """One of several answers; in which of them the post stands is looked for when it matters."""

    answers: Sequence[Listing]

    def part(self, record: bytes) -> Part:
        """The entry, cut out of the first answer in which it stands."""
        held = tuple(self.answers)
        found = next((cut for one in held if (cut := one.cut(record))), None)
        if found is None and len(held) == 1:
            found = held[0].part(record)
        return found or (record, {"answered": True, "bytes": AGAIN})


class Answers:
    """What one look at a platform is answered, for as long as a post of it may matter."""

    def __init__(self) -> None:
        self._of_this_look: list[Listing] = []

    def watch(self, session: requests.Session) -> None:
        """From now on, keep at hand what is answered to this session."""
        session.hooks["response"].insert(0, self._came)

    def begin(self) -> None:
        """A look begins: what was answered before is of use only to posts that came of it."""
        self._of_this_look = []

    @property
    def now(self) -> Among:
        """For a post of this look."""
        return Among(self._of_this_look)

    def _came(self, answer: requests.Response, **how: Any) -> None:
        if how.get("stream") or not answer.ok or answer.request.method != "GET":
            return  # what is posted is a sign-in, and its answer a secret
        held = self._of_this_look
        held.append(Listing(answer))
        left = MOST_HELD - sum(len(one.answer.content) for one in held)
        while left < 0 and len(held) > 1:
            left += len(held.pop(0).answer.content)


def _told(answer: requests.Response, *, hides_path: bool = False) -> dict[str, Any]:
    """The request's kind, status and headers, without anything that opens a door."""
    secrets = set(_secrets(answer.request, hides_path=hides_path))
    kept: list[list[str]] = []
    left_out: list[str] = []
    for name, value in _headers(answer):
        if _SECRET.search(name) or any(one in value for one in secrets):
            left_out.append(name)
        else:
            kept.append([name, value[:_MOST_OF_A_HEADER]])
    return {
        "asked": _asked(answer.request, hides_path=hides_path),
        "status": answer.status_code,
        "headers": kept,
        "headers_left_out": left_out,
    }


def _headers(answer: requests.Response) -> Iterator[tuple[str, str]]:
    """As they came, one by one; what our clients made of them stands elsewhere."""
    came = getattr(answer.raw, "headers", None)
    yield from (answer.headers if came is None else came).items()


def _asked(request: requests.PreparedRequest, *, hides_path: bool) -> str:
    """The method and the address without its questions."""
    parts = urlsplit(request.url or "")
    place = parts.netloc.rpartition("@")[2]
    return f"{request.method} {parts.scheme}://{place}{'/…' if hides_path else parts.path}"


def _secrets(request: requests.PreparedRequest, *, hides_path: bool) -> Iterator[str]:
    """Whatever of our request a platform may repeat in its answer and nobody else may see."""
    parts = urlsplit(request.url or "")
    values = [value for _, value in parse_qsl(parts.query)]
    values += [str(request.headers.get(name, "")).rpartition(" ")[2] for name in _KEYS]
    values += [parts.username or "", parts.password or ""]
    values += [*parts.path.split("/"), parts.query] if hides_path else []
    yield from (one for one in values if len(one) >= _LEAST_SECRET)


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
