"""Posts from a file of Post JSON Lines: for practice, for trials, for other programs' posts."""

import codecs
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import Field, field_validator, model_validator

from monitors.answer import FROM_FILE, no_answer
from monitors.errors import SourceError
from monitors.options import Options, read_options
from monitors.polling import pause
from monitors.source import Received, Source
from monitors.sources.replay_file import LineFile, PlaceGoneError, UnpackingError
from records.post import PostUnreadableError, read_post

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 0.2


class ReplayOptions(Options):
    """Which file, how fast, and whether to wait for more."""

    path: Path
    pace: float = Field(default=0.0, ge=0, le=86400)
    """Seconds between two posts."""
    follow: bool = False
    """Go on waiting for lines that are added; for plain files."""

    @field_validator("path")
    @classmethod
    def _is_given(cls, path: Path) -> Path:
        if path == Path():
            raise ValueError("it is empty")
        return path.expanduser()

    @model_validator(mode="after")
    def _follows_plain_files(self) -> "ReplayOptions":
        if self.follow and self.path.suffix in {".gz", ".zst"}:
            raise ValueError("only a plain file can be followed, not a compressed one")
        return self


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; the file is opened when it is received from."""
    return ReplaySource(name, read_options(name, ReplayOptions, options))


def reaches(name: str, options: Mapping[str, object]) -> tuple[str, ...]:  # noqa: ARG001
    """Nothing: it reads a file."""
    return ()


@dataclass
class ReplaySource:
    """The posts of one file, in its order.

    `record` is a line's bytes as they stand, without the newline. The cursor is the byte after
    the line, in the file as it is when unpacked.
    """

    name: str
    options: ReplayOptions
    skipped: int = 0
    reads_back = timedelta.max

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Received | None]:
        """Every post after `cursor`; a line that is not a post is counted and left out."""
        try:
            with closing(LineFile(self.options.path, self._start(cursor))) as file:
                for received in self._posts(file, stop):
                    yield received
                    if received is not None:
                        yield from pause(self.options.pace, stop)
        except PlaceGoneError:
            raise SourceError(
                f"The file of the source {self.name!r} is not the one that was read before.",
                again=False,
            ) from None
        except UnpackingError:
            raise SourceError(
                f"The file of the source {self.name!r} is damaged or ends too early.", again=False
            ) from None
        except OSError as error:
            why = error.strerror or "unknown reason"
            raise SourceError(
                f"The file of the source {self.name!r} can't be read: {why}."
            ) from None

    def _start(self, cursor: str | None) -> int:
        if cursor is None:
            return 0
        if not (cursor.isascii() and cursor.isdigit()):
            raise SourceError(
                f"The place kept for the source {self.name!r} is not a place in a file.",
                again=False,
            )
        return int(cursor)

    def _posts(self, file: LineFile, stop: threading.Event) -> Iterator[Received | None]:
        while not stop.is_set():
            at = file.place
            line = file.next_line(finished=not self.options.follow)
            if file.place == at:
                if not self.options.follow:
                    return
                yield from pause(LOOK_AGAIN_SECONDS, stop)
                yield None
            elif line is None:
                self._skip(at, "it is longer than any post")
            elif line.strip():
                received = self._received(line, at, file.place)
                if received is not None:
                    yield received

    def _received(self, line: bytes, at: int, after: int) -> Received | None:
        try:
            post = read_post(line if at else line.removeprefix(codecs.BOM_UTF8))
        except PostUnreadableError as error:
            self._skip(at, str(error))
            return None
        return Received(post, line, str(after), answer=no_answer(FROM_FILE))

    def _skip(self, at: int, why: str) -> None:
        self.skipped += 1
        if self.skipped.bit_count() == 1:  # the 1st, 2nd, 4th, 8th …: a flood must not fill the log
            log.warning("The line at byte %d of %s was left out: %s", at, self.name, why)
