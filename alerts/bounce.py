"""What a mail system says of a mail of ours that it could not bring to its reader (RFC 3464)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Mail
from email.parser import BytesParser, HeaderParser

from alerts.channel import Fate

_OURS = re.compile(r"<[0-9a-f]{32}@[A-Za-z0-9.-]{1,255}>")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY = re.compile(r"\b([45])\d\d[ -]")
_MACHINES = re.compile(r"\b(?:mailer-daemon|postmaster)\b", re.IGNORECASE)
_MOST_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class Bounce:
    """Of which mail it tells, what became of it, and the status in numbers.

    UNDERWAY: it is late, and the mail system goes on trying.
    """

    message_id: str
    fate: Fate
    status: str


def read_bounce(raw: bytes) -> Bounce | None:
    """The bounce in a mail; None for replies, notes of absence and everything else."""
    try:
        mail = BytesParser().parsebytes(raw)
        return _from_report(mail) or _from_words(mail, raw)
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError):
        return None  # a mail that can't be read is none of a mail system that keeps to the rules


def _from_report(mail: Mail) -> Bounce | None:
    """From the parts that the standard names."""
    if mail.get_content_type() != "multipart/report":
        return None
    blocks = [block for part in _parts(mail, "message/delivery-status") for block in _inside(part)]
    told = [(str(one["Action"]).strip().lower(), str(one["Status"] or "")) for one in blocks]
    for action in ("failed", "delayed"):
        for found, status in told:
            if found == action and (message_id := _original(mail)):
                return Bounce(message_id, _fate(action, status), _number(status))
    return None


def _from_words(mail: Mail, raw: bytes) -> Bounce | None:
    """From a mail system that writes as it likes: our id and a number stand somewhere in it."""
    automatic = str(mail["Auto-Submitted"] or "").lower()
    if mail.get_content_type() == "multipart/report" or "auto-replied" in automatic:
        return None
    if not _MACHINES.search(str(mail["From"] or "")):
        return None
    text = raw[:_MOST_TEXT].decode("utf-8", "replace")
    ours, status, reply = _OURS.search(text), _STATUS.search(text), _REPLY.search(text)
    if ours is None or (status is None and reply is None):
        return None
    number = status[0] if status else f"{reply[1]}.0.0" if reply else ""
    if number.startswith("2"):
        return None
    return Bounce(ours[0], _fate("failed", number), _number(number))


def _fate(action: str, status: str) -> Fate:
    if action == "delayed":
        return Fate.UNDERWAY
    return Fate.REFUSED if status.strip().startswith("5") else Fate.GIVEN_UP


def _number(status: str) -> str:
    """The status alone: what stands behind it may hold an address."""
    found = _STATUS.search(status)
    return found[0] if found else "no status"


def _original(mail: Mail) -> str:
    """The id of the mail that bounced, from what of it was sent back."""
    for part in _parts(mail, "message/rfc822"):
        for one in _inside(part):
            if found := _OURS.search(str(one["Message-ID"] or "")):
                return found[0]
    for part in _parts(mail, "text/rfc822-headers"):
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
        headers = HeaderParser().parsestr(text)
        if found := _OURS.search(str(headers["Message-ID"] or "")):
            return found[0]
    return ""


def _parts(mail: Mail, kind: str) -> Iterator[Mail]:
    return (part for part in mail.walk() if part.get_content_type() == kind)


def _inside(part: Mail) -> list[Mail]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Mail)] if isinstance(payload, list) else []
