"""Screen a stream of posts line by line, in constant memory."""

import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol, cast

import zstandard

from nlp.sheet import readable
from records.finding import Finding
from records.post import Post, PostUnreadableError, read_post

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes; a longer line is refused unread."""

_CHUNK = 1 << 16
_PACKED_CHUNK = 1 << 12
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


class Screens(Protocol):
    """Turns a post into a finding."""

    def screen(self, post: Post) -> Finding:
        """The finding for this post."""
        ...


def open_posts(path: Path) -> IO[bytes]:
    """Open a file of posts for reading; `.gz` and `.zst` are unpacked on the way."""
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if path.suffix == ".zst":
        return io.BufferedReader(_Zstandard(path.open("rb")), _CHUNK)
    return path.open("rb")


class _Zstandard(io.RawIOBase):
    """Unpacks Zstandard frames; unlike the library's own reader it tells a file that is cut off."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._frame: Any = None
        self._unread = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Always: this is what the buffer around it asks."""
        return True

    def close(self) -> None:
        """Close the packed file, too."""
        self._packed.close()
        super().close()

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer with unpacked bytes; raises EOFError inside an unfinished frame."""
        while not self._ready:
            piece = self._unread or self._packed.read(_PACKED_CHUNK)
            if not piece:
                if self._frame is not None:
                    raise EOFError
                return 0
            self._frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
            self._ready = memoryview(self._frame.decompress(piece))
            self._unread = b""
            if self._frame.eof:
                self._unread, self._frame = self._frame.unused_data, None
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


def screen_lines(
    screener: Screens,
    streams: Iterable[tuple[str, IO[bytes]]],
    *,
    everything: bool,
    out: Callable[[str], None],
    complain: Callable[[str], None],
) -> int:
    """Screen every line of the named streams, in order; returns how many could not be read.

    `everything` lets findings with the disposition `ignore` out, too. Complaints name the stream
    and the line and quote nothing.
    """
    skipped = 0
    for name, stream in streams:
        for number, post in _posts(stream):
            if isinstance(post, str):
                skipped += 1
                complain(f"{name}, line {number}: {post}")
                continue
            finding = screener.screen(post)
            if everything or finding.disposition != "ignore":
                out(finding.model_dump_json())
    return skipped


def _posts(stream: IO[bytes]) -> Iterator[tuple[int, Post | str]]:
    """Yield (line number, post), or what is wrong with the line in place of the post."""
    number = 0
    while True:
        number += 1
        try:
            line = stream.readline(LONGEST_LINE + 1)
            too_long = len(line) > LONGEST_LINE and not line.endswith(b"\n")
            if too_long:
                _skip_rest(stream)
        except (OSError, EOFError, zlib.error, zstandard.ZstdError):
            yield number, "the file breaks off here; it is damaged or incomplete."
            return
        if not line:
            return
        if too_long:
            yield number, "the line is longer than 4 MB."
        elif line.strip():
            yield number, _post(line)


def _skip_rest(stream: IO[bytes]) -> None:
    while (piece := stream.readline(_CHUNK)) and not piece.endswith(b"\n"):
        pass


def _post(line: bytes) -> Post | str:
    try:
        return read_post(line)
    except PostUnreadableError as error:
        if _HALF_CHARACTER.search(line) and (mended := _mended(line)) is not None:
            return mended
        return f"this is not a post ({error})."


def _mended(line: bytes) -> Post | None:
    """The post of a line that only fails for half of a two-part character, as cut texts have."""
    try:
        return read_post(json.dumps(_readable(json.loads(line))))
    except (ValueError, RecursionError, PostUnreadableError):
        return None


def _readable(value: Any) -> Any:
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, list):
        return [_readable(one) for one in value]
    if isinstance(value, dict):
        return {readable(name): _readable(one) for name, one in value.items()}
    return value
