"""Read a form with files, in memory alone: nothing that somebody hands in touches the disk here.

Names of files are never looked at. What is over the limits is read past, not kept, so that what was
typed is still there when the form comes back.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from console.errors import ConsoleError

MOST_FILES = 8
MOST_FIELDS = 20
MOST_FIELD_BYTES = 450_000


class FormUnreadableError(ConsoleError):
    """This is not a form as a browser sends it."""


@dataclass(slots=True)
class Upload:
    """What was typed, and the files; `too_large` and `too_many` say that some were not kept."""

    typed: dict[str, str] = field(default_factory=dict)
    files: list[bytes] = field(default_factory=list)
    too_large: bool = False
    too_many: bool = False


async def read_upload(request: Request, *, most_bytes: int) -> Upload:
    """Read it all; keeps at most `most_bytes` of files together. Raises FormUnreadableError."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise FormUnreadableError
    return await _Reading(options[b"boundary"], most_bytes).read(request.stream())


class _Reading:
    """Follows the parts as they come in."""

    def __init__(self, boundary: bytes, most_bytes: int) -> None:
        self._upload = Upload()
        self._room = most_bytes
        self._header, self._value = b"", b""
        self._disposition = b""
        self._name: str | None = None
        self._is_file = False
        self._part = bytearray()
        self._skips = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_read,
                "on_part_data": self._take,
                "on_part_end": self._end,
            },
        )

    async def read(self, stream: AsyncIterator[bytes]) -> Upload:
        try:
            async for chunk in stream:
                self._parser.write(chunk)
            self._parser.finalize()
        except FormParserError:
            raise FormUnreadableError from None
        return self._upload

    def _begin(self) -> None:
        self._header = self._value = self._disposition = b""
        self._name, self._is_file, self._skips = None, False, False
        self._part = bytearray()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers_read(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._is_file = b"filename" in options
        # A browser sends an empty file with no name where none was chosen.
        self._skips = self._is_file and not options[b"filename"]
        if self._is_file and not self._skips and len(self._upload.files) >= MOST_FILES:
            self._upload.too_many = self._skips = True

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._skips:
            return
        room = self._room if self._is_file else MOST_FIELD_BYTES - len(self._part)
        if end - start <= room:
            self._part += data[start:end]
            self._room -= end - start if self._is_file else 0
        elif self._is_file:
            self._upload.too_large = self._skips = True
            self._room += len(self._part)
        else:
            raise FormUnreadableError

    def _end(self) -> None:
        if self._is_file:
            if not self._skips:
                self._upload.files.append(bytes(self._part))
        elif self._name is not None:
            if len(self._upload.typed) >= MOST_FIELDS:
                raise FormUnreadableError
            self._upload.typed[self._name] = self._part.decode("utf-8", "replace")
