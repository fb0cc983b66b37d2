"""Fetch what hangs on a post, by the record's own list; kept only when it is what it says it is."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from evidence.pictures import fetch

MEGABYTE = 1024 * 1024
MAX_FILES = 8
MAX_EACH = 32 * MEGABYTE
MAX_TOGETHER = 48 * MEGABYTE
_ACCEPT = "image/*,video/*,audio/*"

_BEGINNINGS = (
    (0, b"\xff\xd8\xff", "jpg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (8, b"WEBP", "webp"),
    (4, b"ftypavif", "avif"),
    (4, b"ftypavis", "avif"),
    (4, b"ftyphei", "heic"),
    (4, b"ftypM4A", "m4a"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1a\x45\xdf\xa3", "webm"),
    (0, b"OggS", "ogg"),
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (8, b"WAVE", "wav"),
)

NOT_FETCHED = "could not be fetched"
NOT_KEPT = "is of no kind that is kept"
TOO_MANY = "was not fetched, because there are more than the limit"
TOO_MUCH = "was not kept, because all together are larger than the limit"


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment: its content under its file name, or why it isn't there."""

    number: int
    address: str
    name: str = ""
    content: bytes = b""
    kind: str = ""
    """What its server said it is."""
    why: str = ""


async def attachments(
    addresses: Sequence[str], *, allow_loopback: bool, seconds: float
) -> AsyncIterator[Attached]:
    """Each attachment in turn; `seconds` is the time for one of them. Raises nothing."""
    together = 0
    for number, address in enumerate(addresses, start=1):
        if number > MAX_FILES:
            yield Attached(number, address, why=TOO_MANY)
            continue
        got = await fetch(
            address, allow_loopback=allow_loopback, seconds=seconds, most=MAX_EACH, accept=_ACCEPT
        )
        content = got.content or b""
        end = ending(content)
        together += len(content)
        if not content:
            yield Attached(number, address, kind=got.kind, why=NOT_FETCHED)
        elif end is None:
            yield Attached(number, address, kind=got.kind, why=NOT_KEPT)
        elif together > MAX_TOGETHER:
            yield Attached(number, address, kind=got.kind, why=TOO_MUCH)
        else:
            yield Attached(number, address, f"media-{number:02}.{end}", content, got.kind)


def ending(content: bytes) -> str | None:
    """The end of the file name by the first bytes, whatever the server says; None if unknown."""
    for at, sign, end in _BEGINNINGS:
        if content[at : at + len(sign)] == sign:
            return end
    return None
