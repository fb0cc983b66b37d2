"""Screen a stream of posts line by line, in constant memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BufferedIOBase
from typing import Protocol

import orjson

from records.finding import Finding
from records.post import Post, PostUnreadableError, read_post, readable
from records.post_file import BREAKS_OFF, LONGEST_LINE

_CHUNK = 64 * 1024
"""Bytes read at once, if as many are there; a live stream is not waited for."""
_MOST_POSTS = 1024
_MOST_LETTERS = 400_000
"""Posts and characters in one batch, so that memory has a bound whatever the posts are like."""

_TOO_LONG = "the line is longer than 4 MB."
_DAMAGED = "the file breaks off here; it is damaged or incomplete."


class Screens(Protocol):
    """Turns posts into findings."""

    def screen(self, post: Post) -> Finding:
        """The finding for this post."""
        ...

    def suspects(self, batch: Sequence[Post]) -> set[int]:
        """The numbers of those posts that are no plain case of nothing found."""
        ...


def batches(posts: Iterable[Post]) -> Iterator[list[Post]]:
    """The posts in their order, as many together as are quick to screen."""
    batch: list[Post] = []
    letters = 0
    for post in posts:
        batch.append(post)
        letters += len(post.text)
        if len(batch) >= _MOST_POSTS or letters >= _MOST_LETTERS:
            yield batch
            batch, letters = [], 0
    if batch:
        yield batch


def screen_lines(
    screener: Screens,
    streams: Iterable[tuple[str, BufferedIOBase]],
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
        for lines in _lines(stream):
            read = [(number, _post(line)) for number, line in lines]
            told = iter(_told(screener, [post for _, post in read if isinstance(post, Post)]))
            for number, post in read:
                if isinstance(post, str):
                    skipped += 1
                    complain(f"{name}, line {number}: {post}")
                    continue
                finding = next(told)
                if isinstance(finding, Finding):
                    if everything or finding.disposition != "ignore":
                        out(finding.model_dump_json())
                elif everything:
                    out(_nothing_in(finding))
    return skipped


def _told(screener: Screens, posts: list[Post]) -> Iterator[Finding | str]:
    """For each post its finding, or its id if there is nothing to say about it."""
    suspects = screener.suspects(posts)
    for number, post in enumerate(posts):
        yield screener.screen(post) if number in suspects else readable(post.id)


_BEFORE, _BEHIND = Finding(post_id="?").model_dump_json().split('"?"')


def _nothing_in(post_id: str) -> str:
    return f"{_BEFORE}{orjson.dumps(post_id).decode()}{_BEHIND}"


def _lines(stream: BufferedIOBase) -> Iterator[list[tuple[int, bytes | str]]]:
    """Yield, as they come, filled lines with their numbers, or what is wrong with them."""
    number = 0
    unfinished = _Unfinished()
    while True:
        try:
            piece = stream.read1(_CHUNK)
        except (OSError, *BREAKS_OFF):
            yield [(number + 1, _DAMAGED)]
            return
        first, *rest = piece.split(b"\n") if piece else (b"",)
        unfinished.add(first)
        lines = [unfinished.take()] if rest or not piece else []
        if rest:
            unfinished.add(rest.pop())
            lines += rest
        yield [
            (place, line)
            for place, line in enumerate(lines, number + 1)
            if isinstance(line, str) or line.strip()
        ]
        number += len(lines)
        if not piece:
            return


class _Unfinished:
    """The beginning of a line whose end has not been read; of a long one only the length."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._length = 0

    def add(self, piece: bytes) -> None:
        self._length += len(piece)
        if self._length <= LONGEST_LINE:
            self._pieces.append(piece)
        else:
            self._pieces.clear()

    def take(self) -> bytes | str:
        """The whole line; from now on it is the next one."""
        line = b"".join(self._pieces) if self._length <= LONGEST_LINE else _TOO_LONG
        self._pieces, self._length = [], 0
        return line


def _post(line: bytes | str) -> Post | str:
    if isinstance(line, str):
        return line
    try:
        return read_post(line)
    except PostUnreadableError as error:
        return f"this is not a post ({error})."
