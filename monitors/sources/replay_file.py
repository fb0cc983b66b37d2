"""Lines of a plain, gzip or zstd file, with their places, none longer than memory bears."""

import io
from collections.abc import Callable
from pathlib import Path

from monitors.errors import SourceError
from records.post_file import BREAKS_OFF, CHUNK, LONGEST_LINE, bytes_read, open_posts


class PlaceGoneError(SourceError):
    """The file has nothing at the place that was reached before."""


class UnpackingError(SourceError):
    """The compressed file is damaged or ends too early."""


class LineFile:
    """A file read line by line from a place, which is a byte of the file when unpacked.

    Raises PlaceGoneError if no line begins at `start`, UnpackingError, or OSError.
    """

    def __init__(self, path: Path, start: int) -> None:
        self.place = start
        self._file = open_posts(path)
        try:
            self._go_to(start)
        except BaseException:
            self.close()
            raise

    def next_line(self, *, finished: bool) -> bytes | None:
        """The next line without its newline; None if it is too long or isn't there yet.

        `place` moves past what was read. A last line without a newline counts only if the file
        is `finished`; until then it may still be growing, and `place` stays before it.
        """
        line = self._read(LONGEST_LINE + 1)
        if line.endswith(b"\n"):
            self.place += len(line)
            return line[:-1]
        if len(line) > LONGEST_LINE:
            self._pass_over(len(line))
            return None
        if finished:
            self.place += len(line)
            return line
        if not line and self._file.seek(0, io.SEEK_END) < self.place:
            raise PlaceGoneError
        self._file.seek(self.place)  # what was added since the read is still to come
        return None

    @property
    def bytes_read(self) -> int:
        """How far the file itself has been read, packed as it is."""
        return bytes_read(self._file)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _pass_over(self, length: int) -> None:
        while rest := self._read(CHUNK):
            length += len(rest)
            if rest.endswith(b"\n"):
                break
        self.place += length

    def _go_to(self, start: int) -> None:
        if not start:
            return
        before = self._skip_to(start - 1)
        following = self._file.peek(1)[:1]
        if not before or (before != b"\n" and following not in {b"", b"\n"}):
            raise PlaceGoneError

    def _skip_to(self, place: int) -> bytes:
        if self._file.seekable():
            self._file.seek(place)
        else:
            while place and (passed := len(self._read(min(place, CHUNK), self._file.read))):
                place -= passed
        return self._read(1)

    def _read(self, most: int, read: Callable[[int], bytes] | None = None) -> bytes:
        try:
            return (read or self._file.readline)(most)
        except BREAKS_OFF:
            raise UnpackingError from None
