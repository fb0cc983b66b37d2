"""A loopback Slack: its Web API and Socket Mode, which keep what they get and misbehave."""

import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs
from uuid import uuid4

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

BOT_TOKEN = "bot-token"
APP_TOKEN = "app-token"


@dataclass(frozen=True)
class Call:
    """One call of the Web API."""

    method: str
    content: dict[str, Any]
    token: str


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call: an answer of its own, or a line that drops or stays silent."""

    error: str | None = None
    status: int = 200
    retry_after: int | None = None
    raw: bytes | None = None
    drop: bool = False
    acts_first: bool = False
    silent_seconds: float = 0.0
    drip: bool = False


@dataclass
class Posted:
    """A message as it stands in a conversation."""

    channel: str
    ts: str
    content: dict[str, Any]
    updates: list[dict[str, Any]] = field(default_factory=list)

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """What its reader sees now."""
        latest = self.updates[-1] if self.updates else self.content
        blocks: list[dict[str, Any]] = latest["blocks"]
        return blocks

    @property
    def buttons(self) -> list[str]:
        """The actions that can be pressed now."""
        return [
            element["action_id"]
            for block in self.blocks
            if block["type"] == "actions"
            for element in block["elements"]
        ]


class SlackServer:
    """Use it as a context manager; `base_url` is for the Web API."""

    def __init__(self, users: tuple[str, ...] = ("U002", "U004", "U005")) -> None:
        self.users = set(users)
        self.scopes = "chat:write,im:write,users:read"
        self.calls: list[Call] = []
        self.messages: list[Posted] = []
        self.acknowledged: list[str] = []
        self.connections = 0
        self.rooms: dict[str, dict[str, Any]] = {}
        """Channels that the app has been invited to, as conversations.info tells of them."""
        self.members: dict[str, list[str]] = {}
        self._faults: dict[str, deque[Fault]] = {}
        self._open: list[ServerConnection] = []
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._api: ThreadingHTTPServer
        self._sockets: Server

    def __enter__(self) -> Self:
        behind: SlackServer = self

        class Requests(_Requests):
            slack_behind = behind

        self._api = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
        self._api.daemon_threads = True
        self._sockets = serve(self._listen, "127.0.0.1", 0)
        for run in (lambda: self._api.serve_forever(0.02), self._sockets.serve_forever):
            threading.Thread(target=run, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._api.shutdown()
        self._api.server_close()
        self._sockets.shutdown()
        self.tear()

    @property
    def base_url(self) -> str:
        """Where the Web API answers."""
        return f"http://127.0.0.1:{self._api.server_port}/api/"

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of `method` go wrong, one fault each."""
        self._faults.setdefault(method, deque()).extend(faults)

    def called(self, method: str) -> list[Call]:
        """All calls of `method` so far."""
        return [call for call in self.calls if call.method == method]

    def wait_for(self, met: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until `met`, or fail."""
        ends = time.monotonic() + seconds
        with self._changed:
            while not met():
                left = ends - time.monotonic()
                assert left > 0, "it did not come to this"
                self._changed.wait(min(left, 0.05))

    # What people and the platform do.

    def press(
        self, message: Posted, user: str, *, action: str = "seen", copies: int = 1, **changes: Any
    ) -> str:
        """`user` presses a button; the envelope may be sent more than once."""
        envelope = envelope_of(message, user, action) | changes
        for _ in range(copies):
            self.send(envelope)
        return str(envelope["envelope_id"])

    def send(self, envelope: object) -> None:
        """Send anything over the open sockets (a str as it is)."""
        text = envelope if isinstance(envelope, str) else json.dumps(envelope)
        for connection in self._alive():
            with suppress(ConnectionClosed):
                connection.send(text)

    def open_room(self, room: str, *members: str, **facts: Any) -> None:
        """A channel with the app and these people in it; private unless `facts` say otherwise."""
        told = {
            "is_private": True,
            "is_archived": False,
            "is_shared": False,
            "is_ext_shared": False,
        }
        self.rooms[room] = {"id": room, "name": "room", **told, **facts}
        self.members[room] = ["UBOT", *members]

    def ask_to_reconnect(self) -> None:
        """Tell the client to fetch a new address, as Slack does every few hours."""
        self.send({"type": "disconnect", "reason": "refresh_requested"})

    def tear(self) -> None:
        """Cut all sockets without a goodbye."""
        for connection in self._alive():
            with suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)

    def _alive(self) -> list[ServerConnection]:
        with self._changed:
            return list(self._open)

    # The Socket Mode side.

    def _listen(self, connection: ServerConnection) -> None:
        with self._changed:
            self._open.append(connection)
            self.connections += 1
            self._changed.notify_all()
        try:
            connection.send(json.dumps({"type": "hello", "num_connections": 1}))
            for text in connection:
                envelope = json.loads(text).get("envelope_id")
                with self._changed:
                    self.acknowledged.append(envelope)
                    self._changed.notify_all()
        except (ConnectionClosed, OSError):
            pass
        finally:
            with self._changed:
                self._open.remove(connection)

    # The Web API side.

    def _answer(self, call: Call) -> tuple[int, dict[str, str], bytes] | None:
        """Status, headers and body; None drops the line."""
        with self._changed:
            self.calls.append(call)
            waiting = self._faults.get(call.method)
            fault = waiting.popleft() if waiting else None
            self._changed.notify_all()
        if fault is None:
            return 200, {"X-OAuth-Scopes": self.scopes}, json.dumps(self._act(call)).encode()
        if fault.acts_first:
            self._act(call)
        self._stopping.wait(fault.silent_seconds)
        if fault.drop:
            return None
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        refusal = json.dumps({"ok": False, "error": fault.error or "internal_error"}).encode()
        return fault.status, headers, refusal if fault.raw is None else fault.raw

    def _act(self, call: Call) -> dict[str, Any]:
        wanted = APP_TOKEN if call.method == "apps.connections.open" else BOT_TOKEN
        if call.token != wanted:
            return {"ok": False, "error": "invalid_auth"}
        actions = {
            "auth.test": self._who_am_i,
            "apps.connections.open": self._open_socket,
            "conversations.open": self._open_conversation,
            "conversations.info": self._tell_of_room,
            "conversations.members": self._tell_members,
            "conversations.history": self._tell_history,
            "chat.postMessage": self._post,
            "chat.update": self._update,
        }
        return actions[call.method](call.content)

    def _who_am_i(self, _content: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "user_id": "UBOT"}

    def _open_socket(self, _content: dict[str, Any]) -> dict[str, Any]:
        port = self._sockets.socket.getsockname()[1]
        return {"ok": True, "url": f"ws://127.0.0.1:{port}/link?ticket={uuid4()}"}

    def _open_conversation(self, content: dict[str, Any]) -> dict[str, Any]:
        user = content["users"]
        if user not in self.users:
            return {"ok": False, "error": "user_not_found"}
        return {"ok": True, "channel": {"id": f"D{user[1:]}"}}

    def _tell_of_room(self, content: dict[str, Any]) -> dict[str, Any]:
        room = self.rooms.get(content["channel"])
        return (
            {"ok": True, "channel": room} if room else {"ok": False, "error": "channel_not_found"}
        )

    def _tell_members(self, content: dict[str, Any]) -> dict[str, Any]:
        members = self.members.get(content["channel"])
        if members is None:
            return {"ok": False, "error": "channel_not_found"}
        start, most = int(content.get("cursor") or 0), int(content["limit"])
        more = str(start + most) if start + most < len(members) else ""
        return {
            "ok": True,
            "members": members[start : start + most],
            "response_metadata": {"next_cursor": more},
        }

    def _tell_history(self, content: dict[str, Any]) -> dict[str, Any]:
        if "im:history" not in self.scopes:
            return {"ok": False, "error": "missing_scope"}
        shown = [one for one in reversed(self.messages) if one.channel == content["channel"]]
        kept = ("text", "metadata") if content.get("include_all_metadata") == "true" else ("text",)
        told = [
            {"type": "message", "ts": one.ts, **{name: one.content.get(name) for name in kept}}
            for one in shown[: int(content["limit"])]
        ]
        return {"ok": True, "messages": told, "has_more": len(shown) > len(told)}

    def _post(self, content: dict[str, Any]) -> dict[str, Any]:
        with self._changed:
            ts = f"1700000000.{len(self.messages) + 1:06}"
            self.messages.append(Posted(content["channel"], ts, content))
            self._changed.notify_all()
        return {"ok": True, "channel": content["channel"], "ts": ts}

    def _update(self, content: dict[str, Any]) -> dict[str, Any]:
        for message in self.messages:
            if (message.channel, message.ts) == (content["channel"], content["ts"]):
                with self._changed:
                    message.updates.append(content)
                    self._changed.notify_all()
                return {"ok": True, "channel": message.channel, "ts": message.ts}
        return {"ok": False, "error": "message_not_found"}


def envelope_of(message: Posted, user: str, action: str = "seen") -> dict[str, Any]:
    """What Slack sends when `user` presses a button under `message`."""
    buttons = [element for block in message.blocks for element in block.get("elements", ())]
    value = next((one.get("value", "") for one in buttons if one["action_id"] == action), "")
    return {
        "type": "interactive",
        "envelope_id": str(uuid4()),
        "accepts_response_payload": False,
        "payload": {
            "type": "block_actions",
            "user": {"id": user, "team_id": "T001"},
            "container": {
                "type": "message",
                "channel_id": message.channel,
                "message_ts": message.ts,
            },
            "message": {"ts": message.ts, "blocks": message.blocks},
            "actions": [
                {
                    "type": "button",
                    "action_id": action,
                    "value": value,
                    "action_ts": f"{time.time():.6f}",
                }
            ],
        },
    }


class _Requests(BaseHTTPRequestHandler):
    slack_behind: SlackServer

    def do_GET(self) -> None:
        """Answer a call that only reads; its content is in the address."""
        asked, _, query = self.path.partition("?")
        self.path = asked
        self._answer_to({name: values[-1] for name, values in parse_qs(query).items()})

    def do_POST(self) -> None:
        """Answer one call."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True  # whoever called was killed in mid-call
            return
        self._answer_to(self._content(body.decode()))

    def _answer_to(self, content: dict[str, Any]) -> None:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        answer = self.slack_behind._answer(Call(self.path.rpartition("/")[2], content, token))
        if answer is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, headers, reply = answer
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def _content(self, body: str) -> dict[str, Any]:
        if "json" in (self.headers.get("Content-Type") or ""):
            content: dict[str, Any] = json.loads(body or "{}")
            return content
        return {name: values[-1] for name, values in parse_qs(body).items()}

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
