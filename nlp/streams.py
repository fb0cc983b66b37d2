"""Screen a stream of posts line by line, in constant memory."""

from collections.abc import Callable, Iterable, Iterator
from typing import IO, Protocol

from records.finding import Finding
from records.post import Post, PostUnreadableError, read_post
from records.post_file import BREAKS_OFF, CHUNK, LONGEST_LINE


class Screens(Protocol):
    """Turns a post into a finding."""

    def screen(self, post: Post) -> Finding:
        """The finding for this post."""
        ...


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
        except (OSError, *BREAKS_OFF):
            yield number, "the file breaks off here; it is damaged or incomplete."
            return
        if not line:
            return
        if too_long:
            yield number, "the line is longer than 4 MB."
        elif line.strip():
            yield number, _post(line)


def _skip_rest(stream: IO[bytes]) -> None:
    while (piece := stream.readline(CHUNK)) and not piece.endswith(b"\n"):
        pass


def _post(line: bytes) -> Post | str:
    try:
        return read_post(line)
    except PostUnreadableError as error:
        return f"this is not a post ({error})."
