"""Lines of a plain, gzip or zstd file, with their places, none longer than memory bears."""

import gzip
import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

from monitors.errors import SourceError

LONGEST_LINE = 4 * 1024 * 1024
CHUNK = 128 * 1024


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
        self._file = _open(path)
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
        if line:
            self._file.seek(self.place)
        elif self._file.seek(0, io.SEEK_END) < self.place:
            raise PlaceGoneError
        return None

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
        except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError):
            raise UnpackingError from None


def _open(path: Path) -> io.BufferedReader:
    if path.suffix == ".zst":
        return io.BufferedReader(_Unpacked(path.open("rb")), CHUNK)
    if path.suffix == ".gz":
        return cast("io.BufferedReader", gzip.open(path, "rb"))
    return path.open("rb")


class _Unpacked(io.RawIOBase):
    """A zstd file unpacked on the way; unlike the library's reader it notices a missing end."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        while not self._ready:
            packed = self._next_packed()
            if not packed:
                if self._frame is not None:
                    raise EOFError
                return 0
            if self._frame is None:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            self._ready = memoryview(self._frame.decompress(packed))
        taken = min(len(buffer), len(self._ready))
        buffer[:taken] = self._ready[:taken]
        self._ready = self._ready[taken:]
        return taken

    def _next_packed(self) -> bytes:
        rest = b""
        if self._frame is not None and self._frame.eof:
            rest, self._frame = self._frame.unused_data, None
        return rest or self._packed.read(CHUNK)

    def close(self) -> None:
        self._packed.close()
        super().close()
