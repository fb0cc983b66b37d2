"""Server-sent events, cut from a stream of bytes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitors.errors import SourceError

MOST_BYTES = 5_000_000


class EventTooLargeError(SourceError):
    """An event is larger than it may be."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: what kind, and its content as it was sent."""

    name: str
    content: bytes


def events(pieces: Iterable[bytes]) -> Iterator[Event | None]:
    """Each event; None for a line by which the server only says that it is there."""
    name, content, size = "", [], 0
    for line in _lines(pieces):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        size += len(line)
        if size > MOST_BYTES:
            raise EventTooLargeError
        if line.startswith(b":"):
            yield None
        elif field == b"event":
            name = value.decode("utf-8", "replace")
        elif field == b"data":
            content.append(value)
        elif not line:
            if name and content:
                yield Event(name, b"\n".join(content))
            name, content, size = "", [], 0


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = bytearray()
    for piece in pieces:
        begin = max(0, len(rest) - 1)
        rest += piece
        if rest.find(b"\n", begin) < 0:
            if len(rest) > MOST_BYTES:
                raise EventTooLargeError
            continue
        *lines, last = bytes(rest).split(b"\n")
        rest = bytearray(last)
        yield from (line.removesuffix(b"\r") for line in lines)
