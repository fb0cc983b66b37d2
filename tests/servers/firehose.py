"""From the firehose of a real Bluesky server to a Jetstream server of ours."""

import threading
import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from atproto import (
    CAR,
    CID,
    FirehoseSubscribeReposClient,
    firehose_models,
    models,
    parse_subscribe_repos_message,
)

from tests.servers.jetstream import JetstreamServer
from tests.servers.jetstream_events import NSID, Event, rfc3339


class Bridge:
    """Passes on everything from the server's first event, until the `with` block ends."""

    def __init__(self, firehose: str, jetstream: JetstreamServer) -> None:
        self._client = FirehoseSubscribeReposClient({"cursor": 0}, base_uri=firehose)
        self._jetstream = jetstream
        self._last = 0
        self.faults: list[Exception] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.stop()
        self._thread.join(10)
        assert self.faults == []

    def _run(self) -> None:
        self._client.start(self._pass_on, self.faults.append)

    def _pass_on(self, frame: firehose_models.MessageFrame) -> None:
        message = parse_subscribe_repos_message(frame)
        self._jetstream.publish(self._event(payload) for payload in _payloads(message))

    def _event(self, payload: dict[str, Any]) -> Event:
        """Witnessed now, and never twice at the same moment."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        said = {**payload, "seq": self._last, "witnessedAt": rfc3339(self._last)}
        return Event(self._last, self._last, said)


def _payloads(message: Any) -> Iterator[dict[str, Any]]:
    if isinstance(message, models.ComAtprotoSyncSubscribeRepos.Commit):
        blocks = CAR.from_bytes(message.blocks).blocks
        for op in message.ops:
            yield _commit(message, op, blocks)
    elif isinstance(message, models.ComAtprotoSyncSubscribeRepos.Account):
        account = {"active": message.active, "did": message.did, "seq": message.seq}
        yield {
            "$type": f"{NSID}#account",
            "did": message.did,
            "time": message.time,
            "account": {**account, "status": message.status, "time": message.time},
        }


def _commit(message: Any, op: Any, blocks: Mapping[Any, Any]) -> dict[str, Any]:
    collection, _, rkey = op.path.partition("/")
    payload = {
        "$type": f"{NSID}#commit",
        "did": message.repo,
        "time": message.time,
        "rev": message.rev,
        "operation": op.action,
        "collection": collection,
        "rkey": rkey,
    }
    if op.cid is not None:
        payload |= {"cid": str(op.cid), "record": _as_json(blocks[op.cid])}
    return payload


def _as_json(value: Any) -> Any:
    """A record as JSON: a link is an object with `$link`."""
    match value:
        case CID():
            return {"$link": str(value)}
        case dict():
            return {key: _as_json(one) for key, one in value.items()}
        case list():
            return [_as_json(one) for one in value]
        case _:
            return value
