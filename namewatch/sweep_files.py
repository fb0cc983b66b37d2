"""Archives of posts for a sweep: line by line from the kept place, in constant memory."""

import codecs
import hashlib
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from monitors.answer import FROM_FILE, no_answer
from monitors.errors import SourceError
from monitors.source import Arrival, Received, Unread
from monitors.sources.replay_file import LineFile
from records.errors import ConfigurationError
from records.post import PostUnreadableError, read_post
from records.sealing import keyed_hash
from workflows.looking_back import LookingBack

MOST_POSTS, MOST_BYTES = 1000, 4 * 1024 * 1024
"""In one batch."""
_ENDS = 1024 * 1024
_TOO_LONG = "it is longer than any post."

Complain = Callable[[str], None]
Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Archive:
    """One file that was asked for; it is spoken of by its number, since its name may be a name."""

    number: int
    path: Path
    size: int
    identity: str
    """A keyed hash of its size, its time and its ends; the same file is known again by it."""

    @property
    def title(self) -> str:
        """How it is spoken of."""
        return f"file {self.number}"


def archives(paths: list[Path], pepper: bytes) -> list[Archive]:
    """The files, each once; raises ConfigurationError when one can't be read."""
    found: dict[str, Archive] = {}
    for number, path in enumerate(paths, 1):
        try:
            size, identity = path.stat().st_size, _identity(path, pepper)
        except OSError as error:
            why = error.strerror or "unknown reason"
            raise ConfigurationError(f"file {number} can't be read ({why}).") from None
        found.setdefault(identity, Archive(number, path, size, identity))
    return list(found.values())


def _identity(path: Path, pepper: bytes) -> str:
    seen = hashlib.sha256()
    with path.open("rb") as file:
        state = path.stat()
        seen.update(f"{state.st_size} {state.st_mtime_ns}".encode())
        seen.update(file.read(_ENDS))
        if state.st_size > _ENDS:
            file.seek(max(_ENDS, state.st_size - _ENDS))
            seen.update(file.read(_ENDS))
    return keyed_hash(pepper, "swept file", seen.hexdigest())


def read_archive(
    archive: Archive,
    back: LookingBack,
    stop: threading.Event,
    *,
    complain: Complain,
    advance: Advance,
) -> str | None:
    """Sweep it to its end or until `stop`; a sentence if it can't be read further."""
    start, line = _place(back.cursor(archive.identity))
    try:
        with closing(LineFile(archive.path, start)) as file:
            reading = _Reading(file, line)
            while not stop.is_set():
                batch = reading.next_batch(complain, archive.title)
                if batch:
                    back.take(archive.identity, batch)
                elif reading.is_over:
                    back.finish(archive.identity)
                    return None
                advance(file.bytes_read)
    except OSError as error:
        return f"It can't be read: {error.strerror or 'unknown reason'}."
    except SourceError:
        return "It is damaged or ends too early; what stands before was swept."
    finally:
        back.pause(archive.identity)
    return None


def _place(cursor: str | None) -> tuple[int, int]:
    """The byte and the number of lines before it."""
    at, _, line = (cursor or "0:0").partition(":")
    return int(at), int(line)


class _Reading:
    def __init__(self, file: LineFile, line: int) -> None:
        self._file = file
        self._line = line
        self._fault: SourceError | None = None
        """Damage that was met; what stands before it is taken first."""
        self.is_over = False

    def next_batch(self, complain: Complain, title: str) -> list[Arrival]:
        """The next lines, as many together as memory should hold; none at the end."""
        if self._fault:
            raise self._fault
        batch: list[Arrival] = []
        size = 0
        while len(batch) < MOST_POSTS and size < MOST_BYTES:
            at = self._file.place
            try:
                line = self._file.next_line(finished=True)
            except SourceError as fault:
                self._fault = fault
                break
            if self._file.place == at:
                self.is_over = True
                break
            self._line += 1
            arrival = self._arrival(line, at)
            if isinstance(arrival, Unread):
                complain(f"{title}, line {self._line}: {arrival.why}")
            if arrival is not None:
                batch.append(arrival)
                size += len(line or b"")
        return batch

    def _arrival(self, line: bytes | None, at: int) -> Arrival | None:
        cursor = f"{self._file.place}:{self._line}"
        if line is None:
            return Unread(b"", _TOO_LONG, cursor)
        if not line.strip():
            return None
        try:
            post = read_post(line if at else line.removeprefix(codecs.BOM_UTF8))
        except PostUnreadableError as fault:
            return Unread(b"", f"{str(fault).rstrip('.')}.", cursor)
        return Received(post, line, cursor, answer=no_answer(FROM_FILE))
