"""Write requests and answers as WARC 1.1, each with SHA-256 sums."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from evidence.wacz_index import WARC, Entry, posted_query

_PACKING = {"content-encoding", "transfer-encoding", "content-length"}

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; the body is as the browser unpacked it."""

    address: str
    at: datetime
    method: str
    posted: bytes
    asked_with: Headers
    status: int
    reason: str
    answered_with: Headers
    body: bytes
    version: str = "HTTP/1.1"
    cut: bool = False
    """Whether the answer had not ended."""


class _Writer(WARCWriter):  # type: ignore[misc]
    """The library's own sums are SHA-1, which no longer proves anything."""

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


def write_warc(exchanges: Iterable[Exchange]) -> tuple[bytes, list[Entry]]:
    """The WARC, packed record by record, and what its index says."""
    out = io.BytesIO()
    writer = _Writer(out, gzip=True, warc_version="1.1")
    about = {
        "software": "namewatch",
        "format": "WARC File Format 1.1",
        "description": "Bodies are as the browser unpacked them; see X-Archive-Orig-* headers.",
    }
    writer.write_record(writer.create_warcinfo_record(WARC, about))
    entries = [_write_one(one, writer, out) for one in exchanges]
    return out.getvalue(), entries


def _write_one(exchange: Exchange, writer: _Writer, out: io.BytesIO) -> Entry:
    """The answer first, as its address in the index is where a replay begins to read."""
    answer = _answer(exchange, writer)
    question = _question(exchange, writer, answer.rec_headers.get_header("WARC-Record-ID"))
    offset = out.tell()
    writer.write_record(answer)
    length = out.tell() - offset
    writer.write_record(question)
    kind = _value("content-type", exchange.asked_with)
    return Entry(
        address=exchange.address,
        at=exchange.at,
        kind=_value("content-type", exchange.answered_with),
        status=exchange.status,
        sha256=answer.rec_headers.get_header("WARC-Payload-Digest"),
        offset=offset,
        length=length,
        method=exchange.method,
        asked=posted_query(kind, exchange.posted) if exchange.posted else "",
    )


def _answer(exchange: Exchange, writer: _Writer) -> Any:
    length = len(exchange.body)
    return writer.create_warc_record(
        exchange.address,
        "response",
        payload=io.BytesIO(exchange.body),
        length=length,
        warc_headers_dict=_about(exchange) | ({"WARC-Truncated": "time"} if exchange.cut else {}),
        http_headers=StatusAndHeaders(
            f"{exchange.status} {exchange.reason}".strip(),
            _unpacked(exchange.answered_with, length),
            protocol=exchange.version,
        ),
    )


def _question(exchange: Exchange, writer: _Writer, answer: str) -> Any:
    target = exchange.address.split("/", 3)[3:] or [""]
    return writer.create_warc_record(
        exchange.address,
        "request",
        payload=io.BytesIO(exchange.posted),
        length=len(exchange.posted),
        warc_headers_dict=_about(exchange) | {"WARC-Concurrent-To": answer},
        http_headers=StatusAndHeaders(
            f"/{target[0].split('#')[0]} {exchange.version}",
            _with_length(exchange.asked_with, len(exchange.posted)),
            protocol=exchange.method,
        ),
    )


def _about(exchange: Exchange) -> dict[str, str]:
    return {"WARC-Date": f"{exchange.at:%Y-%m-%dT%H:%M:%S.%fZ}"}


def _unpacked(headers: Headers, length: int) -> Headers:
    kept = [
        (f"X-Archive-Orig-{name}" if name.lower() in _PACKING else name, value)
        for name, value in headers
        if not name.startswith(":")
    ]
    return [*kept, ("Content-Length", str(length))]


def _with_length(headers: Headers, length: int) -> Headers:
    kept = [
        (name, value)
        for name, value in headers
        if not name.startswith(":") and name.lower() != "content-length"
    ]
    return [*kept, ("Content-Length", str(length))] if length else kept


def _value(name: str, headers: Headers) -> str:
    return next((value for key, value in headers if key.lower() == name), "")
