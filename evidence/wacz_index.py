"""The index of an archive: for each answer its sort key, and where in the WARC it stands."""

import base64
import json
import posixpath
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from typing import Any
from urllib.parse import unquote_plus, unquote_to_bytes, urlencode, urlsplit

WARC = "page.warc.gz"
_MAX_QUERY = 4096
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SESSION = re.compile(
    r"^(?:phpsessid|jsessionid|sid)=[0-9a-z]{32}$|^aspsessionid[a-z]{8}=[a-z]{24}$"
)
_AS_THEY_ARE = frozenset(range(0x21, 0x7F)) - frozenset(b"#%")


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer in the WARC, and where it stands there."""

    address: str
    at: datetime
    kind: str
    status: int
    sha256: str
    offset: int
    length: int
    method: str = "GET"
    asked: str = ""
    """What was posted, in the form that a query has."""

    def line(self) -> str:
        """Its line in the index."""
        about: dict[str, Any] = {
            "url": self.address,
            "mime": self.kind.split(";")[0].strip(),
            "status": str(self.status),
            "digest": self.sha256,
            "length": str(self.length),
            "offset": str(self.offset),
            "filename": WARC,
        }
        address = self.address
        if self.method != "GET":
            about |= {"method": self.method, "requestBody": self.asked}
            posted = f"&{self.asked}" if self.asked else ""
            address += f"{'&' if '?' in address else '?'}__wb_method={self.method}{posted}"
        return f"{url_key(address)} {self.at:%Y%m%d%H%M%S} {json.dumps(about)}\n"


def url_key(url: str) -> str:
    """The address as archives sort it: host turned round, small letters, query in order."""
    parts = urlsplit(url)
    host = re.sub(r"^www\d*\.", "", (parts.hostname or "").lower())
    key = ",".join(reversed(host.split(".")))
    try:
        port = parts.port
    except ValueError:
        port = None
    if port and port != _DEFAULT_PORTS.get(parts.scheme):
        key += f":{port}"
    path = _escaped(parts.path) or "/"
    path = posixpath.normpath(re.sub("/+", "/", path))
    asked = [one for one in _escaped(parts.query).split("&") if not _SESSION.match(one)]
    query = "&".join(sorted(asked, key=lambda one: one.partition("=")))
    return f"{key}){path}{'?' if query else ''}{query}"


def posted_query(kind: str, content: bytes) -> str:
    """What was posted as a query, so that a replay finds the answer to the same question."""
    if kind.startswith("application/x-www-form-urlencoded"):
        try:
            return unquote_plus(content.decode())[:_MAX_QUERY]
        except UnicodeDecodeError:
            return _binary(content)
    if kind.startswith("multipart/"):
        return _form(kind, content)[:_MAX_QUERY]
    if kind.startswith(("application/json", "text/plain")):
        try:
            return urlencode(_flat(json.loads(content)))[:_MAX_QUERY]
        except (ValueError, RecursionError):
            return "" if kind.startswith("application/json") else _binary(content)
    return _binary(content)


def _binary(content: bytes) -> str:
    return f"__wb_post_data={base64.b64encode(content).decode()}"[:_MAX_QUERY]


def _form(kind: str, content: bytes) -> str:
    form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + content)
    values: list[tuple[str, Any]] = []
    for part in form.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            values.append((name, part.get_payload(decode=True)))
    return urlencode(values) if values else _binary(content)


def _flat(value: Any) -> dict[str, str]:
    """Each name with its last value's text, however deep; a name that returns gets a number."""
    found: dict[str, str] = {}
    seen: dict[str, int] = {}

    def add(name: str, one: Any) -> None:
        if isinstance(one, dict):
            for inner, held in one.items():
                add(inner, held)
        elif isinstance(one, list):
            for held in one:
                add(name, held)
        elif name:
            seen[name] = seen.get(name, 0) + 1
            found[name if seen[name] == 1 else f"{name}.{seen[name]}_"] = _as_script_says(one)

    add("", value)
    return found


def _as_script_says(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)


def _escaped(part: str) -> str:
    raw = part
    while (once := unquote_to_bytes(raw).decode("utf-8", "surrogateescape")) != raw:
        raw = once
    content = raw.encode("utf-8", "surrogateescape").lower()
    return "".join(chr(byte) if byte in _AS_THEY_ARE else f"%{byte:02x}" for byte in content)
