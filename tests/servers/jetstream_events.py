"""Jetstream events of version 2, made here or converted from recordings of version 1."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

NSID = "network.bsky.jetstream.subscribeEvents"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    """One event with its place in the stream, twice: by number and by moment."""

    seq: int
    witnessed: int
    payload: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.payload.get("$type")).partition("#")[2]

    @property
    def frame(self) -> str:
        """The message as a server sends it: keys in order, no spaces, letters as they are."""
        whole = {"$type": "message", "payload": self.payload}
        return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def from_v1(lines: Iterable[Mapping[str, Any]], *, witnessed_at: bool = True) -> Iterator[Event]:
    """Convert events of version 1; `witnessed_at=False` makes those of the first v2 servers.

    Version 1 gives events slightly out of order; a server of version 2 witnesses them in the
    order in which it sends them, so that several may share a moment.
    """
    witnessed = 0
    for seq, line in enumerate(lines, start=1):
        witnessed = max(witnessed, line["time_us"])
        kind = line["kind"]
        body = dict(line[kind]) if kind == "commit" else {kind: line[kind]}
        payload = {
            "$type": f"{NSID}#{kind}",
            "did": line["did"],
            "seq": seq,
            "time": rfc3339(line["time_us"]),
            **body,
        }
        if witnessed_at:
            payload["witnessedAt"] = rfc3339(witnessed)
        yield Event(seq, witnessed, payload)


def rfc3339(micros: int) -> str:
    """A moment as Jetstream writes it, to the microsecond."""
    moment = EPOCH + timedelta(microseconds=micros)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
