"""How far Bluesky has been read, what is still to be searched for, and which server is listened to.

Pure rules: no network, no clock of their own.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitors.errors import SourceError
from monitors.sources.bluesky_events import EPOCH

CLOCKS_DIFFER_MICROS = 60_000_000
"""How much earlier one server may have seen an event than another."""
NEVER_QUIET_MICROS = 600_000_000
"""The whole network is never quiet for so long: a stream that begins later has lost something."""
_FORM = re.compile(r"(\d+)(?: (\d+)-(\d+))?", re.ASCII)


def moment(micros: int) -> datetime:
    """The moment that unix microseconds mean."""
    return EPOCH + timedelta(microseconds=micros)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, in unix microseconds."""

    began: int
    ended: int

    def with_other(self, other: "Span | None") -> "Span":
        """What holds both."""
        if other is None:
            return self
        return Span(min(self.began, other.began), max(self.ended, other.ended))


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the stream, and the time before it that is still to be searched."""

    at: str
    missing: Span | None = None

    def __str__(self) -> str:
        """As it is kept: the place alone, or with what is missing."""
        if self.missing is None:
            return self.at
        return f"{self.at} {self.missing.began}-{self.missing.ended}"

    def a_little_earlier(self) -> "Place":
        """Where another server certainly has not gone beyond."""
        return replace(self, at=str(max(0, int(self.at) - CLOCKS_DIFFER_MICROS)))


def read_place(cursor: str) -> Place:
    """What `str(Place)` wrote; raises SourceError if it is none of ours."""
    read = _FORM.fullmatch(cursor)
    if read is None:
        raise SourceError("The place kept for Bluesky is not one of Bluesky's.", again=False)
    at, began, ended = read.groups()
    return Place(at, Span(int(began), int(ended)) if began else None)


def lost(asked: str | None, began: str, *, told: bool) -> Span | None:
    """What is missing when a stream that was asked for `asked` begins with `began`.

    `told`: the server has said that it could not begin where it was asked to.
    """
    if asked is None:
        return None
    span = Span(int(asked), int(began))
    least = 0 if told else NEVER_QUIET_MICROS
    return span if span.ended - span.began > least else None


class Hosts:
    """Which of two servers to listen to: the first, unless it has failed again and again."""

    def __init__(self, *, second: bool, tries: int, stay_seconds: float) -> None:
        self._second = second
        self._tries = tries
        self._stay_seconds = stay_seconds
        self._failures = 0
        self._until = 0.0

    def on_second(self, now: float) -> bool:
        """Whether the second is to be listened to at `now`."""
        return now < self._until

    def came(self, *, second: bool) -> None:
        """Something came from this server, so it works."""
        if not second:
            self._failures = 0

    def failed(self, now: float, *, second: bool) -> bool:
        """This server failed; whether the other one is to be tried at once."""
        if second:
            self._until = 0.0
            return False
        self._failures += 1
        if self._second and self._failures >= self._tries:
            self._until = now + self._stay_seconds
            return True
        return False
