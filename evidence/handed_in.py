"""What a handed-in file is, by its content alone; it is kept byte for byte and never shown here.

Nothing in it is unpacked but the parts of an e-mail, up to caps, and only to list them.
"""

import hashlib
import io
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from functools import partial
from typing import Any

from PIL import Image, UnidentifiedImageError

from evidence.errors import EvidenceError

MOST_BYTES = 100 * 1024 * 1024
MOST_PARTS, MOST_DEPTH = 100, 8
MOST_PIXELS_OF_ANY = 2**40
"""Said of a picture that has too many for anything to be asked of it."""
_HEAD, _TAIL = 1024, 2048
_MOST_NAME = 200
ENDS_EARLY = "It ends too early; it is kept as it is."
MORE_IN_IT = "It can be read as another kind of file too; it is kept as it is."
BEHIND_ITS_END = "Something stands behind its end; it is kept as it is."
TOO_DEEP = "It is nested too deeply to be looked through; it is kept as it is."
TOO_MANY = f"It has more than {MOST_PARTS} parts, of which only the first are listed."
OTHER_NAME = "Its name says that it is something else."
_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_JPEG, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_PDF, _PDF_END = b"%PDF-", b"%%EOF"
_ZIP_END, _ZIP = b"PK\x05\x06", b"PK\x03\x04"
_OTHERS = (b"<html", b"<!doctype html", b"<script", b"<svg", b"<?php", b"MZ\x90\x00", b"\x7fELF")
_HEADERS = ("from", "to", "date", "subject", "message-id", "received", "mime-version")
_LEAST_HEADERS = 2
_ENDINGS = {
    "png": ("png",),
    "jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "pdf": ("pdf",),
    "email": ("eml", "email", "mht"),
}
_NAMES = {"png": "png", "jpeg": "jpg", "pdf": "pdf", "email": "eml"}


class NotTakenError(EvidenceError):
    """This is no PNG, JPEG, PDF or e-mail message; save it as one of these and hand that in."""


class TooLargeError(NotTakenError):
    """This file is larger than 100 MB; hand in the part of it that matters."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an e-mail: never unpacked further, never shown."""

    kind: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file as it was handed in: what it is, and what is odd about it."""

    kind: str
    sha256: str
    size: int
    name: str
    """As whoever handed it in had called it; it stands in the sealed bundle alone."""
    remarks: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def file(self) -> str:
        """Under which name it lies in the bundle."""
        return f"handed-in.{_NAMES[self.kind]}"

    def told(self) -> dict[str, Any]:
        """For the report."""
        return {**asdict(self), "file": self.file, "shown_by_us": False}


def examine(content: bytes, name: str = "") -> HandedIn:
    """What was handed in; raises NotTakenError for what is no kind of file that is taken."""
    if len(content) > MOST_BYTES:
        raise TooLargeError
    kind = _kind(content)
    if kind is None:
        raise NotTakenError
    remarks = list(_ODD[kind](content)) if kind != "email" else []
    parts: tuple[Part, ...] = ()
    if kind == "email":
        parts, remarks = _parts(content)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending and ending not in _ENDINGS[kind]:
        remarks.append(OTHER_NAME)
    sha256 = hashlib.sha256(content).hexdigest()
    return HandedIn(kind, sha256, len(content), name[:_MOST_NAME], tuple(remarks), parts)


def within_its_end(content: bytes, kind: str) -> bytes:
    """A picture without what stands behind its end."""
    ending = _PNG_END if kind == "png" else _JPEG_END
    return content[: content.rfind(ending) + len(ending)]


def pixels_of(content: bytes) -> int | None:
    """How many pixels a picture says that it has, from its header alone; None if it is damaged."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
    except Image.DecompressionBombError:
        return MOST_PIXELS_OF_ANY
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None
    return picture.width * picture.height


def _kind(content: bytes) -> str | None:
    if content.startswith(_PNG):
        return "png"
    if content.startswith(_JPEG):
        return "jpeg"
    if _PDF in content[:_HEAD]:
        return "pdf"
    return "email" if _is_email(content) else None


def _is_email(content: bytes) -> bool:
    """Whether it begins with a message's header lines."""
    found: set[str] = set()
    for line in content[: 16 * _HEAD].replace(b"\r\n", b"\n").split(b"\n")[:200]:
        if not line.strip():
            break
        if line[:1] in b" \t":
            continue
        title, colon, _ = line.partition(b":")
        if not colon or not title.isascii() or b" " in title.strip():
            return bool(found) and title.startswith(b"From ")
        found.add(title.decode("ascii").strip().lower())
    return len(found & set(_HEADERS)) >= _LEAST_HEADERS


def _odd_picture(content: bytes, ending: bytes) -> list[str]:
    end = content.rfind(ending)
    if end < 0:
        return [ENDS_EARLY, *_more(content)]
    behind = content[end + len(ending) :].strip(b"\0")
    return [*([BEHIND_ITS_END] if behind else []), *_more(content)]


def _odd_pdf(content: bytes) -> list[str]:
    remarks = [] if _PDF_END in content[-_TAIL:] else [ENDS_EARLY]
    before = content[: content.find(_PDF)]
    if before.strip() or _ZIP_END in content[-64 * _HEAD :]:
        remarks.append(MORE_IN_IT)
    return remarks


def _more(content: bytes) -> list[str]:
    """Whether a picture is something else as well."""
    head, tail = content[: 64 * _HEAD].lower(), content[-64 * _HEAD :]
    zipped = _ZIP_END in tail and _ZIP in content
    other = any(one.lower() in head or one.lower() in tail.lower() for one in _OTHERS)
    return [MORE_IN_IT] if zipped or other or _PDF in content[: 64 * _HEAD] else []


_ODD: dict[str, Callable[[bytes], list[str]]] = {
    "png": partial(_odd_picture, ending=_PNG_END),
    "jpeg": partial(_odd_picture, ending=_JPEG_END),
    "pdf": _odd_pdf,
}


def _parts(content: bytes) -> tuple[tuple[Part, ...], list[str]]:
    try:
        found: list[Part] = []
        remarks = _list(message_from_bytes(content), found)
    except (ValueError, LookupError, TypeError, AttributeError, MessageError, RecursionError):
        return (), [TOO_DEEP]
    return tuple(found), remarks


def _list(message: Message, found: list[Part]) -> list[str]:
    """List the leaves, breadth first; nothing that is packed is unpacked."""
    waiting = [(message, 0)]
    remarks: list[str] = []
    while waiting:
        part, depth = waiting.pop(0)
        inner = part.get_payload()
        if isinstance(inner, list):
            if depth >= MOST_DEPTH:
                remarks.append(TOO_DEEP)
                continue
            waiting += [(one, depth + 1) for one in inner if isinstance(one, Message)]
            continue
        if len(found) >= MOST_PARTS:
            remarks.append(TOO_MANY)
            break
        decoded = part.get_payload(decode=True)
        body = decoded if isinstance(decoded, bytes) else b""
        sha256 = hashlib.sha256(body).hexdigest()
        found.append(Part(part.get_content_type()[:100], len(body), sha256))
    return list(dict.fromkeys(remarks))
