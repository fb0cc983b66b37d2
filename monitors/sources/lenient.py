"""Taking what is there from a platform's JSON, whatever else is in it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from records.post import readable

_EARLIEST = 86_400
"""Times of the very first day of 1970 stand for no time at all."""


def text_of(value: object) -> str | None:
    """A text that isn't empty, fit to be written as UTF-8."""
    return readable(value) if isinstance(value, str) and value.strip() else None


def table_of(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[Any]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []


def number_of(value: object) -> int | None:
    """A whole number, also where it is written as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def moment_of(value: object) -> datetime | None:
    """A time in ISO 8601; without a zone it is UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def moment_at(seconds: object) -> datetime | None:
    """A time in seconds since 1970."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds >= _EARLIEST else None
    except (ValueError, OverflowError, OSError):
        return None


def web_address(value: object) -> str | None:
    """An address of a page, and nothing that a browser would run."""
    text = (text_of(value) or "").strip()
    return text if text.lower().startswith(("https://", "http://")) else None


def json_of(content: bytes) -> object:
    """What is in a JSON answer; ValueError if it is none, however deep it is."""
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError from None


def record_of(part: object) -> bytes:
    """One part of an answer, to be kept."""
    return json.dumps(part, default=str).encode()
