"""Where one entry stands in a longer answer: found by what it says, cut out byte for byte."""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any
from xml.parsers import expat

_SPACE = re.compile(r"[ \t\n\r]*")
_RUN = re.compile(r"[A-Za-z0-9]{4,}")
_LEAST = 20
"""Shorter records may stand anywhere."""
_DECODER = json.JSONDecoder()
_ENTRIES = frozenset({"item", "entry"})

Span = tuple[int, int]
Path = tuple[str | int, ...]


class JsonBody:
    """A body in JSON; it is read only when it is asked for an entry, and then once."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._parts: dict[int, dict[str | int, int]] = {}

    def span(self, record: bytes) -> Span | None:
        """The first place that says what `record` says; None if there is none."""
        at = self._body.find(record) if len(record) >= _LEAST else -1
        if at >= 0:
            return at, at + len(record)
        try:
            value = json.loads(record)
            return self._span(value) if isinstance(value, dict) else None
        except (ValueError, IndexError, KeyError, RecursionError):
            return None

    def joined(self, record: bytes) -> bytes | None:
        """What `record` says, put together of parts; None if not all of it stands there."""
        try:
            return self._joined(json.loads(record))
        except (ValueError, IndexError, KeyError, RecursionError):
            return None

    @cached_property
    def _text(self) -> str:
        return self._body.decode("utf-8")

    @cached_property
    def _value(self) -> object:
        return json.loads(self._text)

    def _joined(self, value: object) -> bytes:
        """Each object that stands there as it stands there; what only holds them is written."""
        if isinstance(value, dict):
            if span := self._span(value):
                return self._body[span[0] : span[1]]
            parts = (json.dumps(key).encode() + b":" + self._joined(value[key]) for key in value)
            return b"{" + b",".join(parts) + b"}"
        if isinstance(value, list):
            return b"[" + b",".join(map(self._joined, value)) + b"]"
        raise ValueError  # it belongs to an object that does not stand there

    def _span(self, value: object) -> Span | None:
        runs = (run for text in _texts(value) for run in _RUN.findall(text))
        if max(runs, key=len, default="").encode() not in self._body:
            return None  # which is quicker asked than all of it
        path = _path(self._value, value)
        if path is None:
            return None
        at = _past_space(self._text, 0)
        for step in path:
            at = self._parts_at(at)[step]
        found, end = _DECODER.raw_decode(self._text, at)
        if found != value:
            return None
        first = len(self._text[:at].encode())
        return first, first + len(self._text[at:end].encode())

    def _parts_at(self, at: int) -> dict[str | int, int]:
        if at not in self._parts:
            self._parts[at] = dict(_parts(self._text, at))  # of equal names the last one counts
        return self._parts[at]


def xml_span(body: bytes, number: int) -> Span | None:
    """The n-th entry of a feed in XML, from its first `<` to its last `>`; None if unsure."""
    found: list[Span] = []
    depth, began = 0, 0
    parser = expat.ParserCreate()

    def begin(name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth, began
        if _is_entry(name):
            depth += 1
            began = parser.CurrentByteIndex if depth == 1 else began

    def end(name: str) -> None:
        nonlocal depth
        if _is_entry(name):
            depth -= 1
            if not depth:
                found.append((began, body.index(b">", parser.CurrentByteIndex) + 1))

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    try:
        parser.Parse(body, True)  # noqa: FBT003 - the library takes it so
    except (expat.ExpatError, ValueError, LookupError):
        return None
    if number >= len(found):
        return None
    entry = body[slice(*found[number])]
    whole = entry.startswith(b"<") and b"\0" not in entry  # letters of two bytes would be cut
    return found[number] if whole else None


def _is_entry(name: str) -> bool:
    return name.rpartition(":")[2] in _ENTRIES


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _path(within: object, value: object) -> Path | None:
    """The way to the first part of `within` that equals `value`."""
    if within == value:
        return ()
    if not isinstance(within, dict | list):
        return None
    parts = within.items() if isinstance(within, dict) else enumerate(within)
    for step, part in parts:
        if isinstance(part, dict | list) and (rest := _path(part, value)) is not None:
            return step, *rest
    return None


def _parts(text: str, at: int) -> Iterator[tuple[str | int, int]]:
    """Where each part of the object or list at `at` begins."""
    named, number = text[at] == "{", 0
    at = _past_space(text, at + 1)
    while text[at] not in "]}":
        key: Any = number
        if named:
            key, at = _DECODER.raw_decode(text, at)
            at = _past_space(text, _past_space(text, at) + 1)  # behind the colon
        yield key, at
        at = _past_space(text, _DECODER.raw_decode(text, at)[1])
        at = _past_space(text, at + 1) if text[at] == "," else at
        number += 1


def _past_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
