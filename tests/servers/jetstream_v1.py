"""A Jetstream server of version 1: other frames, another path, no word about what it has lost."""

import json
from typing import Any

from tests.servers.jetstream import JetstreamServer
from tests.servers.jetstream_events import Event

ABOUT_IT = {"$type", "did", "seq", "time", "witnessedAt"}


class OldJetstreamServer(JetstreamServer):
    path = "/subscribe"
    subprotocols = None

    def __init__(self) -> None:
        super().__init__()
        self._tells_forgotten = False

    def _frame(self, event: Event) -> str:
        return json.dumps(to_v1(event), separators=(",", ":"), ensure_ascii=False)

    @property
    def url(self) -> str:
        return super().url.removesuffix(self.path)


def to_v1(event: Event) -> dict[str, Any]:
    """The same event as version 1 tells it."""
    body = {key: value for key, value in event.payload.items() if key not in ABOUT_IT}
    told = {"commit": body} if event.kind == "commit" else body
    return {
        "did": event.payload.get("did"),
        "time_us": event.witnessed,
        "kind": event.kind,
        **told,
    }
