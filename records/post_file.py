"""Files of posts: plain, gzip or Zstandard by name, unpacked on the way."""

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes; a longer line is passed over unread."""

CHUNK = 128 * 1024
BREAKS_OFF = (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError)
"""What reading a packed file raises when it is damaged or ends too early."""


def open_posts(path: Path) -> io.BufferedReader:
    """Open a file of posts for reading; raises OSError."""
    if path.suffix == ".zst":
        return io.BufferedReader(_Unpacked(path.open("rb")), CHUNK)
    if path.suffix == ".gz":
        return cast("io.BufferedReader", gzip.open(path, "rb"))
    return path.open("rb")


def bytes_read(file: io.BufferedReader) -> int:
    """How far the file itself has been read, packed as it is; for telling how far we are."""
    raw = getattr(file, "raw", None)
    if isinstance(raw, _Unpacked):
        return raw.tell_packed()
    under = getattr(file, "fileobj", None) or file  # gzip's file has the packed one
    return int(under.tell())


class _Unpacked(io.RawIOBase):
    """Unpacks Zstandard frames; unlike the library's own reader it notices a missing end."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        """Fill the buffer with unpacked bytes; raises EOFError inside an unfinished frame."""
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

    def tell_packed(self) -> int:
        """How many packed bytes have been taken from the file."""
        return self._packed.tell()

    def close(self) -> None:
        self._packed.close()
        super().close()
